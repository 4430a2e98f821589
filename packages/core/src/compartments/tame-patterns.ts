/**
 * `replace`, `replaceAll`, `match`, `search` and `split` of texts, for regular expressions.
 * V8's own look up the regular expression's method and call it, which takes as
 * long as a short search; here V8 compiles both to a comparison. Everything else
 * is the native method's. An accessor that a regular expression has of its own
 * under the symbol is asked twice.
 */
import { showAsNative } from "./function-text.ts";
import { globalFlag, isPlain, patternMethods, readsFrozenConstructor } from "./tame-regexp.ts";
import { uncurry } from "./uncurried-strings.ts";

const { defineProperty } = Object;
const { prototype } = String;
const { prototype: ofRegExp } = RegExp;

type Method = (this: unknown, ...rest: unknown[]) => unknown;
const native = {
  replace: uncurry(prototype.replace as Method),
  match: uncurry(prototype.match as Method),
  search: uncurry(prototype.search as Method),
  split: uncurry(prototype.split as Method),
  replaceAll: uncurry(prototype.replaceAll as Method),
};

/** The `g` flag of a regular expression whose method `symbol` is everybody's; undefined for anything else. */
export function flagOfPlain(pattern: unknown, symbol: symbol): boolean | undefined {
  if (typeof pattern !== "object" || pattern === null) return undefined;
  // HAZARD: first, since a read of a proxy runs guest code.
  const global = globalFlag(pattern);
  if (global === undefined) return undefined;
  return (pattern as Record<symbol, unknown>)[symbol] === (ofRegExp as unknown as Record<symbol, unknown>)[symbol]
    ? global
    : undefined;
}

/** Whether `replaceAll` does what `replace` does. */
function isGlobal(pattern: unknown): boolean {
  return (
    flagOfPlain(pattern, Symbol.replace) === true &&
    isPlain(pattern as RegExp) &&
    readsFrozenConstructor(pattern as RegExp)
  );
}

/** The replacements of `String.prototype`'s methods, by name. */
export function makePatternMethods() {
  const { replace, match, search, split } = patternMethods;
  return {
    replace(this: unknown, pattern: unknown, replacement: unknown): unknown {
      const global = typeof this === "string" ? flagOfPlain(pattern, Symbol.replace) : undefined;
      return global === undefined
        ? native.replace(this, pattern, replacement)
        : replace(pattern as RegExp, global, this, replacement);
    },
    replaceAll(this: unknown, pattern: unknown, replacement: unknown): unknown {
      return typeof this === "string" && isGlobal(pattern)
        ? replace(pattern as RegExp, true, this, replacement)
        : native.replaceAll(this, pattern, replacement);
    },
    match(this: unknown, pattern: unknown): unknown {
      const global = typeof this === "string" ? flagOfPlain(pattern, Symbol.match) : undefined;
      return global === undefined ? native.match(this, pattern) : match(pattern as RegExp, global, this);
    },
    search(this: unknown, pattern: unknown): unknown {
      const global = typeof this === "string" ? flagOfPlain(pattern, Symbol.search) : undefined;
      return global === undefined ? native.search(this, pattern) : search(pattern as RegExp, this);
    },
    split(this: unknown, pattern: unknown, limit: unknown): unknown {
      const global = typeof this === "string" ? flagOfPlain(pattern, Symbol.split) : undefined;
      return global === undefined ? native.split(this, pattern, limit) : split(pattern as RegExp, this, limit);
    },
  };
}

/** To be called once, when the regular expressions are tamed and before the intrinsics are hardened. */
export function tamePatterns(): void {
  for (const [name, value] of Object.entries(makePatternMethods())) {
    showAsNative(value);
    defineProperty(prototype, name, { value, writable: true, enumerable: false, configurable: true });
  }
}
