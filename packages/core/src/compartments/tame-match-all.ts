/**
 * `matchAll` of texts, for plain regular expressions: a loop over the native `exec`, as
 * in `tame-regexp.ts`. Its iterators have the prototype that the language's have, and
 * keep what they know in a private field.
 *
 * @see https://tc39.es/ecma262/#sec-createregexpstringiterator
 */
import { Given } from "../endowments/define-field.ts";
import { showAsNative } from "./function-text.ts";
import { flagToMatchAll } from "./tame-patterns.ts";
import { nativeHasIndices, nativeSticky, nativeUnicode, nativeUnicodeSets } from "./regexp-getters.ts";
import { advance, isPlain, matcherOf, readsFrozenConstructor } from "./tame-regexp.ts";
import { uncurry } from "./uncurried-strings.ts";

const { defineProperty, getPrototypeOf } = Object;
const exec = uncurry(RegExp.prototype.exec);

type Matches = Iterator<RegExpExecArray>;
const iteratorPrototype = getPrototypeOf("".matchAll(/x/g)) as {
  next: (this: Matches) => IteratorResult<RegExpExecArray>;
};
const nativeMatchAll = uncurry(String.prototype.matchAll as (pattern: unknown) => unknown) as (
  text: unknown,
  pattern: unknown,
) => unknown;
const nativeNext = uncurry(iteratorPrototype.next);

/** An object with the iterators' prototype and nothing of its own. */
const BareIterator = function () {} as unknown as new () => object;
BareIterator.prototype = iteratorPrototype;

interface Search {
  /** One for all searches by the same pattern, undefined at the end. HAZARD: no guest has it. */
  matcher: RegExp | undefined;
  readonly text: string;
  readonly byCharacters: boolean;
  at: number;
}

class Searching extends Given {
  #search: Search;
  constructor(search: Search) {
    super(new BareIterator());
    this.#search = search;
  }
  static searchOf(iterator: object): Search | undefined {
    return #search in iterator ? iterator.#search : undefined;
  }
}

function nextMatch(search: Search): IteratorResult<RegExpExecArray> {
  const { matcher, text } = search;
  if (matcher === undefined) return { value: undefined, done: true };
  matcher.lastIndex = search.at;
  const match = exec(matcher, text);
  if (match === null) {
    search.matcher = undefined;
    return { value: undefined, done: true };
  }
  const { lastIndex } = matcher;
  search.at = match[0] === "" ? advance(text, lastIndex, search.byCharacters) : lastIndex;
  return { value: match, done: false };
}

function isIndex(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 0x3fffffff && value % 1 === 0;
}

/** The replacements, of the method and of its iterators' `next`. */
export function makeMatchAll() {
  return {
    matchAll(this: unknown, pattern: unknown): unknown {
      if (typeof this !== "string" || flagToMatchAll(pattern) !== true) return nativeMatchAll(this, pattern);
      const regexp = pattern as RegExp;
      const { lastIndex } = regexp;
      const isQuick =
        isIndex(lastIndex) &&
        !nativeSticky(regexp) &&
        !nativeHasIndices(regexp) &&
        isPlain(regexp) &&
        readsFrozenConstructor(regexp);
      if (!isQuick) return nativeMatchAll(this, pattern);
      const byCharacters = nativeUnicode(regexp)! || nativeUnicodeSets(regexp)!;
      return new Searching({ matcher: matcherOf(regexp), text: this, byCharacters, at: lastIndex });
    },
    next(this: Matches): IteratorResult<RegExpExecArray> {
      const search = typeof this === "object" && this !== null ? Searching.searchOf(this) : undefined;
      return search === undefined ? nativeNext(this) : nextMatch(search);
    },
  };
}

/** To be called once, when the regular expressions are tamed and before the intrinsics are hardened. */
export function tameMatchAll(): void {
  const { matchAll, next } = makeMatchAll();
  for (const [holder, name, value] of [
    [String.prototype, "matchAll", matchAll],
    [iteratorPrototype, "next", next],
  ] as const) {
    showAsNative(value);
    defineProperty(holder, name, { value, writable: true, enumerable: false, configurable: true });
  }
}
