/**
 * V8's own replacing in texts, for programs that do much of it. V8 runs it at full speed only for regular expressions
 * whose `RegExp.prototype` is as V8 made it, which lockdown's is not. A context of moat's own has one that nobody has
 * touched: there the same pattern is made once more, its twin, and does the work at native speed.
 *
 * HAZARD: nothing of that context may reach a guest, since its intrinsics are not hardened. Only texts go in, and only
 * texts come out; no guest's code runs meanwhile; an error that is made there (a result that is too long, a stack that is
 * full) is dropped, and the work is done again by the realm's own means, which throws the realm's error.
 */
import { createContext, Script } from "node:vm";
import {
  nativeDotAll,
  nativeIgnoreCase,
  nativeMultiline,
  nativeSticky,
  nativeUnicode,
  nativeUnicodeSets,
  sourceOf,
} from "./regexp-getters.ts";
import { literalOf } from "./regexp-literals.ts";
import { uncurry } from "./uncurried-strings.ts";

interface Twins {
  make(source: string, flags: string): RegExp;
  replace(twin: RegExp, text: string, template: string): string;
}

/** What is known of a source. */
interface Pattern {
  readonly source: string;
  /** Whether it stands for a text, so that of the flags only `i` and `y` matter. */
  readonly isText: boolean;
  /** Its twins, by the flags that matter. */
  readonly twins: (RegExp | undefined)[];
}

type Patterns = Map<string, Pattern>;
const find = uncurry(Map.prototype.get) as (patterns: Patterns, source: string) => Pattern | undefined;
const keep = uncurry(Map.prototype.set) as (patterns: Patterns, source: string, pattern: Pattern) => unknown;
const empty = uncurry(Map.prototype.clear) as (patterns: Patterns) => void;

/** The context costs about a millisecond, which is what this many characters cost more without it. */
const WORTH_A_CONTEXT = 500_000;
/** What a call costs besides, in characters. */
const COST_OF_CALL = 50;
/** From this length on, the work is more than the look for the twin, also where the pattern does not stand for a text. */
const LONG = 400;
/** How many sources are remembered, and how long they may be: a program that makes up patterns must not fill the heap. */
const MOST_KEPT = 512;
const LONGEST_KEPT = 2048;

const TEXT = `"use strict";
(() => {
  const { RegExp, Function } = globalThis;
  return {
    make: (source, flags) => new RegExp(source, flags),
    replace: Function.prototype.call.bind(RegExp.prototype[Symbol.replace]),
  };
})()`;

function makeTwins(): Twins {
  const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  return new Script(TEXT).runInContext(context) as Twins;
}

let twins: Twins | undefined;
const patterns: Patterns = new Map();
let kept = 0;

/** A loop asks for one again and again. */
let last: Pattern | undefined;

function patternOf(source: string): Pattern {
  if (last !== undefined && last.source === source) return last;
  return (last = find(patterns, source) ?? newPattern(source));
}

function newPattern(source: string): Pattern {
  const pattern = { source, isText: literalOf(source) !== undefined, twins: [] };
  if (source.length > LONGEST_KEPT) return pattern;
  if (kept === MOST_KEPT) {
    kept = 0;
    empty(patterns);
  }
  kept += 1;
  keep(patterns, source, pattern);
  return pattern;
}

const FLAGS = ["i", "m", "s", "u"];

/**
 * The global twin of a regular expression that is not sticky; none of one with `v`: once a package has V8 distrust all regular
 * expressions (by `regexp.constructor = f`), that of Node 20 replaces by such a one for ever.
 */
function twinOf({ source, isText, twins: made }: Pattern, regexp: RegExp, { make }: Twins): RegExp | undefined {
  let bits = nativeIgnoreCase(regexp) ? 1 : 0;
  if (!isText || bits === 1) {
    if (nativeMultiline(regexp)) bits |= 2;
    if (nativeDotAll(regexp)) bits |= 4;
    if (nativeUnicode(regexp)) bits |= 8;
    if (nativeUnicodeSets(regexp)) return undefined;
  }
  return (made[bits] ??= make(source, `g${FLAGS.filter((_flag, bit) => (bits & (1 << bit)) !== 0).join("")}`));
}

let replaced = 0;

/** Whether the program has replaced in so many texts that twins pay. To be asked for each that they could be of use for. */
export function isWorthTwins(text: string): boolean {
  if (replaced >= WORTH_A_CONTEXT) return true;
  replaced += text.length + COST_OF_CALL;
  return false;
}

/**
 * Replaces each match as V8 does it.
 * @param regexp a plain one, see `isPlain`; it is not changed
 * @param template with its `$`, as `replace` is given it
 * @returns undefined where it has to be done otherwise: for sticky ones, for short texts, and where it fails
 */
export function replaceByTwin(regexp: RegExp, text: string, template: string): string | undefined {
  try {
    const pattern = patternOf(sourceOf(regexp));
    if (nativeSticky(regexp) || (text.length < LONG && !pattern.isText)) return undefined;
    twins ??= makeTwins();
    const twin = twinOf(pattern, regexp, twins);
    return twin && twins.replace(twin, text, template);
  } catch {
    // Told by whoever does it otherwise, in the realm's own words.
    return undefined;
  }
}
