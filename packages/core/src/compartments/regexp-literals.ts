/**
 * The text that a regular expression without any operator stands for: `/, /` and
 * `/\//` are as good as texts, for which V8 has searches of its own.
 */
import { uncurry } from "./uncurried-strings.ts";

type Known = Map<string, string>;
const find = uncurry(Map.prototype.get) as (known: Known, source: string) => string | undefined;
const keep = uncurry(Map.prototype.set) as (known: Known, source: string, text: string) => unknown;
const empty = uncurry(Map.prototype.clear) as (known: Known) => void;
const sizeOf = uncurry(Object.getOwnPropertyDescriptor(Map.prototype, "size")!.get as () => number) as (
  known: Known,
) => number;

/** How many sources are remembered, and how long they may be. */
const MOST_KEPT = 1024;
const LONGEST = 64;

/** Characters that stand for themselves whatever the flags are, but for letters under `i`. */
const PLAIN = /^[\w !"#%&',:;<=>@`~-]$/;
/** What stands for itself after a backslash, whatever the flags are. */
const ESCAPED = /^[\^$\\.*+?()[\]{}|/]$/;
const CONTROLS: Readonly<Record<string, string>> = { __proto__: null, n: "\n", r: "\r", t: "\t" } as never;
const test = uncurry(RegExp.prototype.test) as unknown as (pattern: RegExp, text: string) => boolean;

const known: Known = new Map();

/**
 * @param source of a regular expression that does not ignore case
 * @returns undefined where it is no text, or an empty one
 */
export function literalOf(source: string): string | undefined {
  let literal = find(known, source);
  if (literal === undefined) {
    literal = source.length <= LONGEST ? read(source) : "";
    if (sizeOf(known) === MOST_KEPT) empty(known);
    if (source.length <= LONGEST) keep(known, source, literal);
  }
  return literal === "" ? undefined : literal;
}

/** The text, or "". */
function read(source: string): string {
  let text = "";
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (character !== "\\") {
      if (!test(PLAIN, character)) return "";
      text += character;
      continue;
    }
    const escaped = source[++at]!;
    const control = CONTROLS[escaped];
    if (control === undefined && !test(ESCAPED, escaped)) return "";
    text += control ?? escaped;
  }
  return text;
}
