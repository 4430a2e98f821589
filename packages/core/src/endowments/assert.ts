/**
 * HAZARD: before it had them from V8 (Node 20, and the first of 22 and 24), `assert` took the words of a failed
 * assertion from the file that its caller's text names. A package may name its texts as it likes
 * (`module._compile`, `vm`), and so read calls in any file. There it is asked with nothing to look up.
 */
import { named } from "./facade.ts";
import { hardenNodeObject } from "./harden-node.ts";
import { makeHandedBuiltin } from "./handed-builtin.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";
import type { EndowmentContext } from "./principal.ts";

const { apply, ownKeys } = Reflect;

export function makeAssert(context: EndowmentContext): any {
  const real: any = makeHandedBuiltin(context, "assert");
  const { moduleLoadList } = context.powers.process as unknown as { moduleLoadList: readonly string[] };
  if (moduleLoadList.includes("NativeModule internal/errors/error_source")) return real;
  return context.shared("assert.withoutFiles", () => {
    const ok = withoutFiles(real, real.AssertionError);
    const strict = withoutFiles(real.strict, real.AssertionError);
    for (const [own, original] of [
      [ok, real],
      [strict, real.strict],
    ] as const) {
      for (const key of ownKeys(original)) {
        if (key === "length" || key === "name" || key === "prototype") continue;
        const value = key === "ok" ? ok : key === "strict" ? strict : original[key];
        defineProperty(own, key, {
          value,
          writable: true,
          configurable: true,
          enumerable: getOwnPropertyDescriptor(original, key)!.enumerable === true,
        });
      }
    }
    return hardenNodeObject(ok);
  });
}

/** One of the two functions that look up what their caller has written. */
function withoutFiles(real: Function, AssertionError: new (options: object) => Error): any {
  const own = named(real.name, real.length, (...args: unknown[]) => {
    const [value, message] = args;
    if (value || args.length === 0 || (message !== undefined && message !== null))
      return apply(real, undefined, args) as unknown;
    const error = new AssertionError({ actual: value, expected: true, operator: "==", stackStartFn: own });
    (error as unknown as { generatedMessage: boolean }).generatedMessage = true;
    throw error;
  });
  return own;
}
