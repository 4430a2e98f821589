/**
 * What a replacement text stands for: `$$`, `$&`, `` $` ``, `$'`, `$1`, `$01` and `$<name>`.
 * @see https://tc39.es/ecma262/#sec-getsubstitution
 */
import { charCodeAt, indexOf, slice } from "./uncurried-strings.ts";

const ZERO = 48;

/** The digit that stands at `at`, or -1. */
function digitAt(text: string, at: number): number {
  const digit = charCodeAt(text, at) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/**
 * @param template a replacement text with at least one `$`
 * @param match what the native `exec` returned for `text`
 */
export function substitute(template: string, match: RegExpExecArray, text: string): string {
  const { index, groups } = match;
  const { 0: matched, length: count } = match;
  let result = "";
  let done = 0;
  for (let at = indexOf(template, "$", 0); at !== -1; at = indexOf(template, "$", done)) {
    result += slice(template, done, at);
    // What is no reference stands for itself.
    done = at + 1;
    let reference: string | undefined = "$";
    switch (template[done]) {
      case "$":
        done++;
        break;
      case "&":
        reference = matched;
        done++;
        break;
      case "`":
        reference = slice(text, 0, index);
        done++;
        break;
      case "'":
        reference = slice(text, index + matched.length);
        done++;
        break;
      case "<": {
        const end = groups === undefined ? -1 : indexOf(template, ">", done);
        if (end === -1) break;
        reference = groups![slice(template, done + 1, end)];
        done = end + 1;
        break;
      }
      default: {
        const first = digitAt(template, done);
        if (first === -1) break;
        const second = digitAt(template, done + 1);
        const both = first * 10 + second;
        if (second !== -1 && both >= 1 && both < count) {
          reference = match[both];
          done += 2;
        } else if (first >= 1 && first < count) {
          reference = match[first];
          done++;
        }
      }
    }
    if (reference !== undefined) result += reference;
  }
  return result + slice(template, done);
}
