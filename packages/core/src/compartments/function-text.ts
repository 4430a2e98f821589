/**
 * `Function.prototype.toString` as programs know it: the text that is in the
 * file, not what the loader made of it. Programs compile such text again (code
 * generators, workers, serialisers); in its rewritten form it would name what
 * only its own functor has.
 */
import { RESERVED_PREFIX } from "../loader/reserved-names.ts";

const { apply } = Reflect;
const { defineProperty } = Object;
const nativeToString = Function.prototype.toString;
const { has: weakSetHas, add: weakSetAdd } = WeakSet.prototype;
const { includes } = String.prototype;
const standIns = new WeakSet<object>();
/** What the loader may have put there: its names, and the escapes of `names-its-source.ts`. */
const SIGNS = [RESERVED_PREFIX, "\\x23", "\\x40"];

/** Makes moat's replacement of a native function look native in its text, as programs test for. */
export function showAsNative(replacement: Function): void {
  apply(weakSetAdd, standIns, [replacement]);
}

/**
 * To be called once, before prototypes are made override-tolerant.
 * @param sourceOf the text in the file for a function's rewritten text.
 */
export function tameFunctionText(sourceOf: (rewritten: string) => string | undefined): void {
  const { toString } = {
    toString(this: unknown): string {
      // Throws for what is no function.
      const text = apply(nativeToString, this, []) as string;
      if (apply(weakSetHas, standIns, [this]) as boolean)
        return `function ${(this as Function).name}() { [native code] }`;
      return SIGNS.some((sign) => apply(includes, text, [sign]) as boolean) ? (sourceOf(text) ?? text) : text;
    },
  };
  showAsNative(toString);
  defineProperty(Function.prototype, "toString", {
    value: toString,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
