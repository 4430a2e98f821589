import type { EndowmentContext } from "../principal.ts";
import { accessDenied } from "../access-denied.ts";
import { tamedPrototype } from "../tamed-prototype.ts";
import { tameChannel, tameChildStream, tameProcessHandle } from "./child-streams.ts";

const CHILD_MEMBERS = ["kill", "ref", "unref", "@@nodejs.dispose", "@@Symbol.dispose"];

/** What a principal sees as `ChildProcess`: for `instanceof`; it starts nothing. */
export function childProcessClass(context: EndowmentContext): any {
  return context.shared("child_process.ChildProcess", () => {
    const Real = context.powers.builtin("child_process").ChildProcess;
    const prototype: any = tamedPrototype(
      Real.prototype,
      CHILD_MEMBERS,
      context.powers.builtin("events").EventEmitter.prototype,
      true,
    );
    const ChildProcess = function ChildProcess() {
      throw accessDenied("child_process.ChildProcess", "command");
    };
    ChildProcess.prototype = prototype;
    Object.defineProperty(prototype, "constructor", { value: Object.freeze(ChildProcess) });
    Object.freeze(prototype);
    return ChildProcess;
  });
}

/**
 * HAZARD: a real `ChildProcess` starts any program: `child.spawn(…)`,
 * `new child.constructor().spawn(…)`, `new child._handle.constructor().spawn(…)`.
 * So the object keeps its own properties and gets prototypes without these,
 * before its caller sees it for the first time.
 */
export function tameChild<T extends object>(context: EndowmentContext, child: T): T {
  const inner = child as any;
  tameProcessHandle(context, inner._handle ?? null);
  for (const stream of inner.stdio ?? []) tameChildStream(context, stream);
  tameChannel(context, inner);
  if (inner.channel) Object.freeze(Object.getPrototypeOf(inner.channel));
  return Object.setPrototypeOf(child, childProcessClass(context).prototype);
}
