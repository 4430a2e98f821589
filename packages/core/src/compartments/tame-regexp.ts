/**
 * Regular expressions at nearly native speed under lockdown. V8 runs its fast
 * `replace`, `split` and `match` only while `RegExp.prototype` is as V8 made it;
 * on a frozen one they take a path that is 11 to 35 times slower. `exec` stays
 * fast, so for plain regular expressions these methods are loops over it; for
 * all others (subclasses, own properties, other realms, proxies) the native method does it.
 *
 * Plain are those on which the specification's reads of `flags`, `exec` and
 * `constructor` find what lockdown froze. Guest code runs only where the
 * specification runs it: when arguments are made texts or numbers, which comes
 * before the check, in an object's `valueOf` that is `lastIndex`, which the
 * native `exec` reads, and in replacer functions, which are called last.
 *
 * @see https://tc39.es/ecma262/#sec-properties-of-the-regexp-prototype-object
 */
import { showAsNative } from "./function-text.ts";
import {
  nativeDotAll,
  nativeGlobal,
  nativeHasIndices,
  nativeIgnoreCase,
  nativeMultiline,
  nativeSticky,
  nativeUnicode,
  nativeUnicodeSets,
  sourceOf,
} from "./regexp-getters.ts";
import { substitute } from "./regexp-substitution.ts";
import { makeSplitterCache } from "./regexp-splitters.ts";
import { isWorthTwins, replaceByTwin } from "./regexp-twins.ts";
import { literalOf } from "./regexp-literals.ts";
import { charCodeAt, indexOf, replaceAll, slice, split as splitByText, uncurry } from "./uncurried-strings.ts";

const { defineProperty, getOwnPropertyDescriptor, getOwnPropertyDescriptors, getPrototypeOf, is } = Object;
const { apply } = Reflect;
const { prototype } = RegExp;
const { exec: nativeExec } = prototype;
const exec = uncurry(nativeExec);
const hasOwn = uncurry(Object.prototype.hasOwnProperty);
const push = uncurry(Array.prototype.push) as <T>(list: T[], item: T) => number;
/** The `g` flag; undefined for whatever object is no regular expression. Runs no guest code, also for proxies. */
export function globalFlag(value: unknown): boolean | undefined {
  try {
    return nativeGlobal(value);
  } catch {
    return undefined;
  }
}

/** What the methods read of a regular expression. */
const READ = [
  "exec",
  "flags",
  "constructor",
  "hasIndices",
  "global",
  "ignoreCase",
  "multiline",
  "dotAll",
  "unicode",
  "unicodeSets",
  "sticky",
] as const;

/**
 * Whether it reads what lockdown froze. A loop over enumerable names and reads that V8
 * compiles to a look at the object's shape cost a tenth of asking for each name.
 * What is hidden from the loop, by `defineProperty`, is not noticed, but for `exec`.
 * @param regexp a real one: reads of it run no guest code, but for an own accessor `exec`
 */
export function isPlain(regexp: RegExp): boolean {
  if (hasEnumerable(regexp)) return getPrototypeOf(regexp) === prototype && !ownsAnyRead(regexp);
  return regexp.exec === nativeExec && getPrototypeOf(regexp) === prototype;
}

/** Its own, since what it inherits has none. */
function hasEnumerable(regexp: RegExp): boolean {
  for (const name in regexp) return typeof name === "string";
  return false;
}

function ownsAnyRead(regexp: RegExp): boolean {
  for (let at = 0; at < READ.length; at++) if (hasOwn(regexp, READ[at]!)) return true;
  return false;
}

/** What `new RegExp(regexp, flags)`, and whoever asks whether it is a regular expression, looks at. */
export function readsFrozenConstructor(regexp: RegExp): boolean {
  return regexp.constructor === prototype.constructor && !hasOwn(regexp, Symbol.match);
}

/** Whether a character of two units begins at `index`. */
function isPairAt(text: string, index: number): boolean {
  if (index < 0 || index + 1 >= text.length) return false;
  const lead = charCodeAt(text, index);
  if (lead < 0xd800 || lead > 0xdbff) return false;
  const trail = charCodeAt(text, index + 1);
  return trail >= 0xdc00 && trail <= 0xdfff;
}

/** Where the search goes on after an empty match at `index`. */
export function advance(text: string, index: number, unicode: boolean): number {
  return unicode && isPairAt(text, index) ? index + 2 : index + 1;
}

/** To be called after an empty match, so that the next one lies further on. */
function advanceLastIndex(regexp: RegExp, text: string): void {
  regexp.lastIndex = advance(text, regexp.lastIndex, nativeUnicode(regexp)! || nativeUnicodeSets(regexp)!);
}

type Replacer = (...rest: unknown[]) => unknown;

function callReplacer(replacer: Replacer, match: RegExpExecArray, text: string): string {
  const { index, groups } = match;
  const { length } = match;
  let result: unknown;
  if (length === 1 && groups === undefined) result = replacer(match[0], index, text);
  else if (length === 2 && groups === undefined) result = replacer(match[0], match[1], index, text);
  else {
    const rest: unknown[] = [];
    for (let at = 0; at < length; at++) push(rest, match[at]);
    push(rest, index);
    push(rest, text);
    if (groups !== undefined) push(rest, groups);
    result = apply(replacer, undefined, rest);
  }
  return typeof result === "string" ? result : `${result as string}`;
}

/** Whether a template stands for itself; a `$` alone does. */
function isLiteral(template: string): boolean {
  return template.length < 2 || indexOf(template, "$", 0) === -1;
}

function replaceFirst(regexp: RegExp, text: string, replacement: string | Replacer): string {
  const match = exec(regexp, text);
  if (match === null) return text;
  const { 0: matched, index } = match;
  const by =
    typeof replacement === "function"
      ? callReplacer(replacement, match, text)
      : isLiteral(replacement)
        ? replacement
        : substitute(replacement, match, text);
  return slice(text, 0, index) + by + slice(text, index + matched.length);
}

/** From this length on, V8's search for a text is worth the look whether there is one to search for. */
const LONG = 80;

/** The text that a regular expression stands for, see `literalOf`; undefined where its flags matter. */
function plainTextOf(regexp: RegExp): string | undefined {
  const literal = literalOf(sourceOf(regexp));
  return literal === undefined || nativeIgnoreCase(regexp) || nativeSticky(regexp) ? undefined : literal;
}

/** Where both stand for texts; undefined elsewhere. */
function replaceText(regexp: RegExp, text: string, template: string): string | undefined {
  if (!isLiteral(template)) return undefined;
  const sought = plainTextOf(regexp);
  return sought === undefined ? undefined : replaceAll(text, sought, template);
}

function replaceEach(regexp: RegExp, text: string, template: string): string {
  regexp.lastIndex = 0;
  if (text.length >= LONG) {
    const replaced = isWorthTwins(text) ? replaceByTwin(regexp, text, template) : replaceText(regexp, text, template);
    if (replaced !== undefined) return replaced;
  }
  const literal = isLiteral(template);
  let result = "";
  let done = 0;
  for (let match = exec(regexp, text); match !== null; match = exec(regexp, text)) {
    const { 0: matched, index } = match;
    if (matched === "") advanceLastIndex(regexp, text);
    result += slice(text, done, index) + (literal ? template : substitute(template, match, text));
    done = index + matched.length;
  }
  return done === 0 ? result + text : result + slice(text, done);
}

function replaceEachBy(regexp: RegExp, text: string, replacer: Replacer): string {
  const matches: RegExpExecArray[] = [];
  regexp.lastIndex = 0;
  for (let match = exec(regexp, text); match !== null; match = exec(regexp, text)) {
    push(matches, match);
    if (match[0] === "") advanceLastIndex(regexp, text);
  }
  let result = "";
  let done = 0;
  for (let at = 0; at < matches.length; at++) {
    const match = matches[at]!;
    const { 0: matched, index } = match;
    result += slice(text, done, index) + callReplacer(replacer, match, text);
    done = index + matched.length;
  }
  return done === 0 ? result + text : result + slice(text, done);
}

/** A list of `sought`, as often as it occurs; null where it does not. */
function occurrences(text: string, sought: string): string[] | null {
  const found: string[] = [];
  for (let at = indexOf(text, sought, 0); at !== -1; at = indexOf(text, sought, at + sought.length))
    push(found, sought);
  return found.length === 0 ? null : found;
}

function matchEach(regexp: RegExp, text: string): string[] | null {
  const found: string[] = [];
  regexp.lastIndex = 0;
  if (text.length >= LONG) {
    const sought = plainTextOf(regexp);
    if (sought !== undefined) return occurrences(text, sought);
  }
  for (let match = exec(regexp, text); match !== null; match = exec(regexp, text)) {
    const { 0: matched } = match;
    push(found, matched);
    if (matched === "") advanceLastIndex(regexp, text);
  }
  return found.length === 0 ? null : found;
}

/**
 * The specification tries a sticky regular expression at each position in turn;
 * a global one finds the same matches with a call for each.
 */
function splitBy(splitter: RegExp, text: string, limit: number): string[] {
  const size = text.length;
  if (limit === 0) return [];
  splitter.lastIndex = 0;
  if (size === 0) return exec(splitter, text) === null ? [text] : [];
  const parts: string[] = [];
  const byCharacters = nativeUnicode(splitter)! || nativeUnicodeSets(splitter)!;
  let done = 0;
  for (let match = exec(splitter, text); match !== null; match = exec(splitter, text)) {
    const { index } = match;
    if (index >= size) break;
    // V8's global search finds what looks behind, such as `(?<!a)`, within a character of two units too.
    if (byCharacters && isPairAt(text, index - 1)) {
      splitter.lastIndex = index + 1;
      continue;
    }
    const { lastIndex: end } = splitter;
    if (end === done) {
      splitter.lastIndex = advance(text, index, byCharacters);
      continue;
    }
    push(parts, slice(text, done, index));
    if (parts.length === limit) return parts;
    done = end;
    for (let at = 1; at < match.length; at++) {
      push(parts, match[at]!);
      if (parts.length === limit) return parts;
    }
  }
  push(parts, slice(text, done));
  return parts;
}

const native = {
  replace: prototype[Symbol.replace] as Function,
  match: prototype[Symbol.match] as Function,
  search: prototype[Symbol.search] as Function,
  split: prototype[Symbol.split] as Function,
};
/** A global copy of a plain regular expression, for loops in which no guest's code runs; it must reach none. */
export const matcherOf = makeSplitterCache();

/** The methods, of what is known to be a regular expression; `global` is its flag. */
export const patternMethods = {
  replace(regexp: RegExp, global: boolean, string: unknown, replacement: unknown): unknown {
    const given = typeof replacement;
    if (typeof string !== "string" || (given !== "string" && given !== "function")) {
      string = `${string as string}`;
      if (given !== "function") replacement = `${replacement as string}`;
      global = nativeGlobal(regexp)!;
    }
    if (!isPlain(regexp)) return apply(native.replace, regexp, [string, replacement]);
    if (!global) return replaceFirst(regexp, string as string, replacement as string | Replacer);
    return typeof replacement === "string"
      ? replaceEach(regexp, string as string, replacement)
      : replaceEachBy(regexp, string as string, replacement as Replacer);
  },
  match(regexp: RegExp, global: boolean, string: unknown): unknown {
    if (typeof string !== "string") {
      string = `${string as string}`;
      global = nativeGlobal(regexp)!;
    }
    if (!isPlain(regexp)) return apply(native.match, regexp, [string]);
    return global ? matchEach(regexp, string as string) : exec(regexp, string as string);
  },
  search(regexp: RegExp, string: unknown): unknown {
    if (typeof string !== "string") string = `${string as string}`;
    if (!isPlain(regexp)) return apply(native.search, regexp, [string]);
    const { lastIndex: before } = regexp;
    if (!is(before, 0)) regexp.lastIndex = 0;
    const match = exec(regexp, string as string);
    if (!is(regexp.lastIndex, before)) regexp.lastIndex = before;
    return match === null ? -1 : match.index;
  },
  split(regexp: RegExp, string: unknown, limit: unknown): unknown {
    if (typeof string !== "string") string = `${string as string}`;
    // Sticky ones are rare, and V8's global search with `u` looks into surrogate pairs where its sticky one does not.
    if (!isPlain(regexp) || !readsFrozenConstructor(regexp) || nativeSticky(regexp)) {
      return apply(native.split, regexp, [string, limit]);
    }
    const separator = plainTextOf(regexp);
    if (separator !== undefined) return splitByText(string as string, separator, limit);
    const splitter = matcherOf(regexp);
    // HAZARD: `limit` may be an object that splits by the same splitter; it is read before the loop.
    return splitBy(splitter, string as string, limit === undefined ? 0xffffffff : +(limit as number) >>> 0);
  },
};

/** The replacements of `RegExp.prototype`'s methods, by symbol. */
export function makeRegExpMethods() {
  const { replace, match, search, split } = patternMethods;
  return {
    [Symbol.replace](this: unknown, string: unknown, replacement: unknown): unknown {
      const global = globalFlag(this);
      if (global === undefined) return apply(native.replace, this, [string, replacement]);
      return replace(this as RegExp, global, string, replacement);
    },
    [Symbol.match](this: unknown, string: unknown): unknown {
      const global = globalFlag(this);
      return global === undefined ? apply(native.match, this, [string]) : match(this as RegExp, global, string);
    },
    [Symbol.search](this: unknown, string: unknown): unknown {
      return globalFlag(this) === undefined ? apply(native.search, this, [string]) : search(this as RegExp, string);
    },
    [Symbol.split](this: unknown, string: unknown, limit: unknown): unknown {
      return globalFlag(this) === undefined
        ? apply(native.split, this, [string, limit])
        : split(this as RegExp, string, limit);
    },
  };
}

/** The native getter asks the prototype for each flag, once that has changed. */
function makeFlagsGetter(): () => string {
  const native = getOwnPropertyDescriptor(prototype, "flags")!.get as () => string;
  const { flags } = getOwnPropertyDescriptors({
    get flags(): string {
      const regexp = this as unknown as RegExp;
      if (globalFlag(regexp) === undefined || !isPlain(regexp)) return apply(native, regexp, []) as string;
      let found = nativeHasIndices(regexp) ? "d" : "";
      if (nativeGlobal(regexp)) found += "g";
      if (nativeIgnoreCase(regexp)) found += "i";
      if (nativeMultiline(regexp)) found += "m";
      if (nativeDotAll(regexp)) found += "s";
      if (nativeUnicode(regexp)) found += "u";
      if (nativeUnicodeSets(regexp)) found += "v";
      if (nativeSticky(regexp)) found += "y";
      return found;
    },
  });
  return flags!.get as () => string;
}

/** To be called once, before the intrinsics are hardened. */
export function tameRegExp(): void {
  const methods = makeRegExpMethods();
  for (const symbol of [Symbol.replace, Symbol.match, Symbol.search, Symbol.split] as const) {
    const value = methods[symbol];
    showAsNative(value);
    defineProperty(prototype, symbol, { value, writable: true, enumerable: false, configurable: true });
  }
  const get = makeFlagsGetter();
  showAsNative(get);
  defineProperty(prototype, "flags", { get, enumerable: false, configurable: true });
}
