/**
 * Texts that read `RegExp.$1` and its like: what the last match was. The language's own
 * statics tell what anybody matched, and are gone; such a text has them of the matches that
 * calls in it have made, or in other such texts of its package (`compartments/own-matches.ts`).
 */
const STATIC = String.raw`\s*(?:\.\s*(?:\$[1-9_]|lastMatch\b|lastParen\b|leftContext\b|rightContext\b|input\b)|\[\s*["']\$)`;
const READS_MATCHES = new RegExp(String.raw`\bRegExp${STATIC}`);
const READ = new RegExp(STATIC, "y");

/** Methods that match. */
export const MATCHING_METHODS: readonly string[] = ["exec", "match", "replace", "search", "test"];

/** Whether such a static follows the `RegExp` that ends there: elsewhere it is the language's, which `/x/.constructor` is too. */
export function readsMatchAfter(source: string, end: number): boolean {
  READ.lastIndex = end;
  return READ.test(source);
}

/** Whether a text reads what the last match was. */
export function readsMatches(source: string): boolean {
  // Nearly no text does, and looking for a part of it is faster.
  return source.includes("RegExp") && READS_MATCHES.test(source);
}
