/**
 * The regular expression by which `split` splits: a copy with the flags that
 * change what matches. Building one costs more than most splits, so they are
 * kept by source and flags: a literal makes a new object each time it is evaluated.
 */
import {
  nativeDotAll,
  nativeIgnoreCase,
  nativeMultiline,
  nativeUnicode,
  nativeUnicodeSets,
  sourceOf,
} from "./regexp-getters.ts";
import { uncurry } from "./uncurried-strings.ts";

const { RegExp } = globalThis;
type SplittersBySource = Map<string, RegExp>;
const find = uncurry(Map.prototype.get) as (map: SplittersBySource, source: string) => RegExp | undefined;
const keep = uncurry(Map.prototype.set) as (map: SplittersBySource, source: string, splitter: RegExp) => unknown;
const empty = uncurry(Map.prototype.clear) as (map: SplittersBySource) => void;

/** How many splitters are kept, and how long their sources may be: a program that makes up patterns must not fill the heap. */
const MOST_KEPT = 512;
const LONGEST_KEPT = 2048;

/** A function from a plain regular expression to its splitter, which is global and must reach no guest. */
export function makeSplitterCache(): (regexp: RegExp) => RegExp {
  const byFlags: SplittersBySource[] = [];
  for (let bits = 0; bits < 32; bits++) byFlags.push(new Map());
  let kept = 0;
  return (regexp) => {
    const source = sourceOf(regexp);
    const bits =
      (nativeIgnoreCase(regexp) ? 1 : 0) |
      (nativeMultiline(regexp) ? 2 : 0) |
      (nativeDotAll(regexp) ? 4 : 0) |
      (nativeUnicode(regexp) ? 8 : 0) |
      (nativeUnicodeSets(regexp) ? 16 : 0);
    const splitters = byFlags[bits]!;
    const known = find(splitters, source);
    if (known !== undefined) return known;
    let flags = "g";
    for (let bit = 0; bit < 5; bit++) if (bits & (1 << bit)) flags += "imsuv"[bit]!;
    const splitter = new RegExp(regexp, flags);
    if (source.length > LONGEST_KEPT) return splitter;
    if (kept === MOST_KEPT) {
      kept = 0;
      for (let at = 0; at < byFlags.length; at++) empty(byFlags[at]!);
    }
    kept++;
    keep(splitters, source, splitter);
    return splitter;
  };
}
