import { promisify } from "node:util";
import { builtinFacade } from "./builtins.ts";
import { defineMember, lazyDescriptor, named, perContext } from "./facade.ts";
import { hardenNodeClass } from "./harden-node.ts";
import type { EndowmentContext } from "./principal.ts";

const { apply } = Reflect;

const mapGet = Map.prototype.get;
const mapSet = Map.prototype.set;
const mapDelete = Map.prototype.delete;
const dispose: symbol = (Symbol as any).dispose ?? Symbol.for("nodejs.dispose");

/** What a principal's numeric ids stand for: `clearTimeout(3)` clears its own timers only. */
type TimersById = Map<number, object>;

/**
 * HAZARD: Node's own handles are links of lists that hold everybody's timers:
 * `handle._idlePrev._onTimeout` is another package's callback. Packages get
 * handles of moat's own, and the real one stays in a private field: these
 * functions, and no members of the classes, which packages reach by their handles.
 */
let getTimeout: (handle: unknown) => NodeJS.Timeout | undefined;
let getImmediate: (handle: unknown) => NodeJS.Immediate | undefined;
let idsOf: (handle: Timeout) => TimersById | undefined;
let setTimeoutOf: (handle: Timeout, real: NodeJS.Timeout, ids: TimersById) => void;
let setImmediateOf: (handle: Immediate, real: NodeJS.Immediate) => void;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

class Timeout {
  #real: NodeJS.Timeout | undefined;
  #ids: TimersById | undefined;
  static {
    getTimeout = (handle) => (isObject(handle) && #real in handle ? handle.#real : undefined);
    idsOf = (handle) => handle.#ids;
    setTimeoutOf = (handle, real, ids) => {
      handle.#real = real;
      handle.#ids = ids;
    };
  }
  ref(): this {
    getTimeout(this)?.ref();
    return this;
  }
  unref(): this {
    getTimeout(this)?.unref();
    return this;
  }
  hasRef(): boolean {
    return getTimeout(this)?.hasRef() ?? false;
  }
  refresh(): this {
    getTimeout(this)?.refresh();
    return this;
  }
  close(): this {
    cancel(this);
    return this;
  }
  get _destroyed(): boolean {
    return (getTimeout(this) as any)?._destroyed ?? true;
  }
  get _idleTimeout(): number {
    return (getTimeout(this) as any)?._idleTimeout ?? -1;
  }
  [Symbol.toPrimitive](): number {
    const real = getTimeout(this);
    if (real === undefined) return Number.NaN;
    const id = real[Symbol.toPrimitive]();
    const ids = idsOf(this);
    if (ids !== undefined) apply(mapSet, ids, [id, this]);
    return id;
  }
}

class Immediate {
  #real: NodeJS.Immediate | undefined;
  static {
    getImmediate = (handle) => (isObject(handle) && #real in handle ? handle.#real : undefined);
    setImmediateOf = (handle, real) => {
      handle.#real = real;
    };
  }
  ref(): this {
    getImmediate(this)?.ref();
    return this;
  }
  unref(): this {
    getImmediate(this)?.unref();
    return this;
  }
  hasRef(): boolean {
    return getImmediate(this)?.hasRef() ?? false;
  }
}
defineMember(
  Timeout.prototype,
  dispose,
  function (this: unknown) {
    cancel(this);
  },
  false,
);
defineMember(
  Immediate.prototype,
  dispose,
  function (this: unknown) {
    cancel(this);
  },
  false,
);

/** Set when the realm's real functions are first needed; they are the same for all. */
let clearTimeoutReal: (handle: any) => void;
let clearImmediateReal: (handle: any) => void;

function cancel(handle: unknown): void {
  const timeout = getTimeout(handle);
  if (timeout !== undefined) {
    forget(handle as Timeout, timeout);
    clearTimeoutReal(timeout);
    return;
  }
  const immediate = getImmediate(handle);
  if (immediate !== undefined) clearImmediateReal(immediate);
}

function forget(handle: Timeout, real: NodeJS.Timeout): void {
  const ids = idsOf(handle);
  if (ids !== undefined && ids.size > 0) apply(mapDelete, ids, [real[Symbol.toPrimitive]()]);
}

export interface TimerFunctions {
  readonly setTimeout: Function;
  readonly clearTimeout: Function;
  readonly setInterval: Function;
  readonly clearInterval: Function;
  readonly setImmediate: Function;
  readonly clearImmediate: Function;
}

/** A principal's own timer functions, the same as globals and as members of `timers`. */
export const timerFunctions = perContext((context: EndowmentContext): TimerFunctions => {
  const real = context.powers.builtin("timers");
  const realPromises = context.powers.builtin("timers/promises");
  clearTimeoutReal = real.clearTimeout;
  clearImmediateReal = real.clearImmediate;
  hardenNodeClass(Timeout);
  hardenNodeClass(Immediate);
  const byId: TimersById = new Map();

  const schedule =
    (start: Function, repeats: boolean) =>
    (callback: unknown, delay: unknown, args: unknown[]): Timeout => {
      const handle = new Timeout();
      const call =
        typeof callback === "function"
          ? () => {
              if (!repeats) forgetById(handle);
              return apply(callback, handle, args);
            }
          : callback; // Node's own complaint
      setTimeoutOf(handle, start(call, delay) as NodeJS.Timeout, byId);
      return handle;
    };
  const forgetById = (handle: Timeout): void => {
    if (byId.size > 0) forget(handle, getTimeout(handle)!);
  };
  const once = schedule(real.setTimeout, false);
  const repeatedly = schedule(real.setInterval, true);
  const clear = (handle: unknown): void => {
    if (typeof handle === "number" || typeof handle === "string") cancel(apply(mapGet, byId, [Number(handle)]));
    else cancel(handle);
  };

  // HAZARD: `arguments`-free rest parameters only; a real handle never leaves.
  const functions = {
    setTimeout: named("setTimeout", 2, function (callback: unknown, delay: unknown, ...args: unknown[]) {
      return once(callback, delay, args);
    }),
    clearTimeout: named("clearTimeout", 1, function (handle: unknown) {
      clear(handle);
    }),
    setInterval: named("setInterval", 2, function (callback: unknown, delay: unknown, ...args: unknown[]) {
      return repeatedly(callback, delay, args);
    }),
    clearInterval: named("clearInterval", 1, function (handle: unknown) {
      clear(handle);
    }),
    setImmediate: named("setImmediate", 1, function (callback: unknown, ...args: unknown[]) {
      const handle = new Immediate();
      const call = typeof callback === "function" ? () => apply(callback, handle, args) : callback;
      setImmediateOf(handle, real.setImmediate(call));
      return handle;
    }),
    clearImmediate: named("clearImmediate", 1, function (handle: unknown) {
      cancel(handle);
    }),
  };
  // `promisify` defines its symbol on the function that it finds here: one for each principal.
  for (const name of ["setTimeout", "setImmediate"] as const) {
    const custom = named(name, 2, (...args: unknown[]) => apply(realPromises[name], undefined, args));
    defineMember(functions[name], promisify.custom, custom, false);
  }
  return functions;
});

/** A principal's `timers`. */
export function makeTimers(context: EndowmentContext): object {
  const facade = { ...timerFunctions(context) };
  return Object.defineProperty(
    facade,
    "promises",
    lazyDescriptor("promises", () => builtinFacade(context, "timers/promises")),
  );
}
