/**
 * Texts that read `RegExp.$1` and its like: what the last match was. The language's own
 * statics tell what anybody matched, and are gone; such a text has them of the matches that
 * calls in it have made, or in other such texts of its package (`compartments/own-matches.ts`).
 */
const READS_MATCHES =
  /\bRegExp\s*(?:\.\s*(?:\$[1-9_]|lastMatch\b|lastParen\b|leftContext\b|rightContext\b|input\b)|\[\s*["']\$)/;

/** Methods that match. */
export const MATCHING_METHODS: readonly string[] = ["exec", "match", "replace", "search", "test"];

/** Whether a text reads what the last match was. */
export function readsMatches(source: string): boolean {
  // Nearly no text does, and looking for a part of it is faster.
  return source.includes("RegExp") && READS_MATCHES.test(source);
}
