/**
 * The ground under children: the native `spawn` starts a process only where a function of `child_process` asks for one.
 *
 * HAZARD: the application's children are Node's own, and it hands them on (`pEvent(child, "exit")`). One leads to
 * its class, and its handle to the native one, of which new ones would start any program: `new child.constructor().spawn(…)`.
 * What Node is given to start one may run a package's code in between (a signal that is a proxy), when one may be started:
 * so no class is found, and a handle starts one child.
 */
import { promisify } from "node:util";
import { DENIED } from "../denied-errno.ts";
import { methodFor } from "../facade.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { hardenHandles, installNetworkGuard } from "../net/index.ts";
import type { Powers } from "../principal.ts";
import { hideConstructor } from "../shared-prototype.ts";
import { assertStackRoom } from "../../stack-room.ts";
import { addPromise } from "./promised-child.ts";

/** Runs what starts a child by functions of Node's that were taken before the guard was there (`cluster.fork`). */
export type Starting = <T>(start: () => T) => T;

let guard: Starting | undefined;

/** Guards, and hardens, the classes of children, once for the realm. To be called before the application gets anything that starts some. */
export function guardChildren(powers: Powers): Starting {
  return (guard ??= guardClasses(powers));
}

function guardClasses(powers: Powers): Starting {
  const real = powers.builtin("child_process");
  assertStackRoom();
  let mayStart = false;
  const starting: Starting = (start) => {
    const before = mayStart;
    mayStart = true;
    try {
      return start();
    } finally {
      mayStart = before;
    }
  };
  for (const name of ["spawn", "exec", "execFile", "fork"]) {
    const start = real[name];
    const guarded = methodFor(name, start.length, (_receiver, args) =>
      starting(() => Reflect.apply(start, real, args)),
    );
    if (start[promisify.custom] !== undefined) addPromise(guarded as (...args: any[]) => any);
    real[name] = guarded;
  }
  const native: any = Object.getPrototypeOf(new real.ChildProcess()._handle);
  const { spawn } = native;
  const started = new WeakSet<object>();
  native.spawn = {
    spawn(this: object, ...args: unknown[]): unknown {
      if (!mayStart || started.has(this)) return DENIED;
      // For one child: from here on somebody else's code may run.
      mayStart = false;
      started.add(this);
      return Reflect.apply(spawn, this, args);
    },
  }.spawn;
  hardenHandles(native);
  hideConstructor(real.ChildProcess);
  hardenNodeObject(real.ChildProcess);
  // Their pipes.
  installNetworkGuard(powers);
  return starting;
}
