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
const { prototype: everybodys } = RegExp;

type Method = (this: unknown, ...rest: unknown[]) => unknown;
const native = {
  replace: uncurry(prototype.replace as Method),
  match: uncurry(prototype.match as Method),
  search: uncurry(prototype.search as Method),
  split: uncurry(prototype.split as Method),
  replaceAll: uncurry(prototype.replaceAll as Method),
};

/** The `g` flag of a regular expression; undefined for anything else. HAZARD: to be asked before any read, since that of a proxy runs guest code. */
function flagOf(pattern: unknown): boolean | undefined {
  return typeof pattern === "object" && pattern !== null ? globalFlag(pattern) : undefined;
}

/*
 * The `g` flag of a regular expression whose method is everybody's; undefined for anything else. One function for each
 * symbol: V8 gives up on a place that reads by several, and in a program that replaces, matches and splits such a read
 * took a fifth of a short `replace`.
 */
function flagToReplace(pattern: unknown): boolean | undefined {
  const global = flagOf(pattern);
  return global !== undefined && (pattern as RegExp)[Symbol.replace] === everybodys[Symbol.replace]
    ? global
    : undefined;
}
function flagToMatch(pattern: unknown): boolean | undefined {
  const global = flagOf(pattern);
  return global !== undefined && (pattern as RegExp)[Symbol.match] === everybodys[Symbol.match] ? global : undefined;
}
function flagToSearch(pattern: unknown): boolean | undefined {
  const global = flagOf(pattern);
  return global !== undefined && (pattern as RegExp)[Symbol.search] === everybodys[Symbol.search] ? global : undefined;
}
function flagToSplit(pattern: unknown): boolean | undefined {
  const global = flagOf(pattern);
  return global !== undefined && (pattern as RegExp)[Symbol.split] === everybodys[Symbol.split] ? global : undefined;
}
export function flagToMatchAll(pattern: unknown): boolean | undefined {
  const global = flagOf(pattern);
  return global !== undefined && (pattern as RegExp)[Symbol.matchAll] === everybodys[Symbol.matchAll]
    ? global
    : undefined;
}

/** Whether `replaceAll` does what `replace` does. */
function isGlobal(pattern: unknown): boolean {
  return flagToReplace(pattern) === true && isPlain(pattern as RegExp) && readsFrozenConstructor(pattern as RegExp);
}

/** The replacements of `String.prototype`'s methods, by name. */
export function makePatternMethods() {
  const { replace, match, search, split } = patternMethods;
  return {
    replace(this: unknown, pattern: unknown, replacement: unknown): unknown {
      const global = typeof this === "string" ? flagToReplace(pattern) : undefined;
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
      const global = typeof this === "string" ? flagToMatch(pattern) : undefined;
      return global === undefined ? native.match(this, pattern) : match(pattern as RegExp, global, this);
    },
    search(this: unknown, pattern: unknown): unknown {
      const global = typeof this === "string" ? flagToSearch(pattern) : undefined;
      return global === undefined ? native.search(this, pattern) : search(pattern as RegExp, this);
    },
    split(this: unknown, pattern: unknown, limit: unknown): unknown {
      const global = typeof this === "string" ? flagToSplit(pattern) : undefined;
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
