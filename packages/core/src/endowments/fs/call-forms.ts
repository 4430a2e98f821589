import { nodeError } from "./path-argument.ts";
import { restorePaths, type Renamed } from "./fs-error.ts";

/** A call whose paths are checked: what the real function gets, and how its answer is shown. */
export interface Prepared {
  readonly args: unknown[];
  readonly names: readonly Renamed[];
  readonly result?: (value: any) => unknown;
  release(): void;
}

/** Checks one call. `via` names it in denials. @throws what the caller gets to see. */
export type Prepare = (args: unknown[], via: string) => Prepared;

export type Callback = (error: unknown, ...values: unknown[]) => void;

/** Gives a function the name and arity of the one that it stands for. */
export function dressed<F extends Function>(fn: F, name: string, like?: { readonly length: number }): F {
  Object.defineProperty(fn, "name", { value: name, configurable: true });
  if (like !== undefined) Object.defineProperty(fn, "length", { value: like.length, configurable: true });
  return fn;
}

/** Takes the callback off the end of the arguments. @throws as Node does when there is none. */
export function takeCallback(args: unknown[]): Callback {
  while (args.length > 0) {
    const last = args.pop();
    if (typeof last === "function") {
      // HAZARD: Node calls it with the request as `this`. An arrow gives it nothing.
      const guest = last as Function;
      return (...values) => void Reflect.apply(guest, undefined, values);
    }
  }
  throw nodeError(
    new TypeError('The "cb" argument must be of type function. Received undefined'),
    "ERR_INVALID_ARG_TYPE",
  );
}

/** Whether Node would throw this at once instead of handing it to the callback. */
export function isArgumentError(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return (
    typeof code !== "string" ||
    code.startsWith("ERR_INVALID_") ||
    code === "ERR_OUT_OF_RANGE" ||
    code.startsWith("ERR_MISSING_")
  );
}

export function syncForm(real: Function, prepare: Prepare, via: string): Function {
  return (...args: unknown[]) => {
    const prepared = prepare(args, via);
    try {
      const value = real(...prepared.args);
      return prepared.result === undefined ? value : prepared.result(value);
    } catch (error) {
      throw restorePaths(error, prepared.names);
    } finally {
      prepared.release();
    }
  };
}

export function callbackForm(real: Function, prepare: Prepare, via: string, nextTick: Function): Function {
  return (...args: unknown[]) => {
    const callback = takeCallback(args);
    let prepared: Prepared;
    try {
      prepared = prepare(args, via);
    } catch (error) {
      if (isArgumentError(error)) throw error;
      nextTick(callback, error);
      return;
    }
    const done: Callback = (error, value) => {
      prepared.release();
      if (error) return callback(restorePaths(error, prepared.names));
      let shown = value;
      if (prepared.result !== undefined) {
        try {
          shown = prepared.result(value);
        } catch (denial) {
          return callback(denial);
        }
      }
      answer(callback, shown);
    };
    try {
      real(...prepared.args, done);
    } catch (error) {
      prepared.release();
      throw restorePaths(error, prepared.names);
    }
  };
}

/** Where a call has no value, Node's callbacks get none. */
export function answer(callback: Callback, value: unknown): void {
  if (value === undefined) callback(null);
  else callback(null, value);
}

/** Tells a callback what came of a promise, in a turn of its own: what it throws is no rejection. */
export function settle(promise: Promise<unknown>, callback: Callback, nextTick: Function): void {
  promise.then(
    (value) => nextTick(answer, callback, value),
    (error) => nextTick(callback, error),
  );
}

/** The callback form of what there is as a promise. */
export function settledForm(
  work: (...args: any[]) => Promise<unknown>,
  nextTick: Function,
): (...args: unknown[]) => void {
  return (...args) => {
    const callback = takeCallback(args);
    settle(work(...args), callback, nextTick);
  };
}

export function promiseForm(real: Function, prepare: Prepare, via: string): Function {
  return async (...args: unknown[]) => {
    const prepared = prepare(args, via);
    try {
      const value = await real(...prepared.args);
      return prepared.result === undefined ? value : prepared.result(value);
    } catch (error) {
      throw restorePaths(error, prepared.names);
    } finally {
      prepared.release();
    }
  };
}
