import type { Edit } from "./edits.ts";

/** What V8 takes a file's name, or its map's, from, in a comment: `#` or `@`, any white space, and one of these before `URL`. */
const SETTINGS = ["source", "sourceMapping"] as const;
type Setting = (typeof SETTINGS)[number];
const SPACE = /\s/;

/** The same in a comment, for who has found one. */
const IN_COMMENT = /[#@]\s*source(?:Mapping)?URL/g;

/** Where the comment between two places of a text gives the text another name: one character each, which must go. */
export function sourceNamesIn(text: string, start: number, end: number): number[] {
  return Array.from(text.slice(start, end).matchAll(IN_COMMENT), ({ index }) => start + index);
}

/**
 * Escapes for what would name the source if a string were a comment: a text that holds it in strings alone
 * holds it nowhere then. Where the character is escaped already, it stays.
 */
export function escapedSourceNames(text: string, start: number, end: number): Edit[] {
  return sourceNamesIn(text, start, end)
    .filter((at) => text[at - 1] !== "\\")
    .map((at) => ({ start: at, end: at + 1, text: text[at] === "#" ? "\\x23" : "\\x40" }));
}

/**
 * Whether a text may give itself another name in stack traces, in a comment or in what only looks like one.
 * @param settings `sourceMapping` alone: whether it may name a map
 */
export function namesItsSource(text: string, settings: readonly Setting[] = SETTINGS): boolean {
  // A capital letter is rare, so that V8 finds these sooner than the whole words.
  for (let at = text.indexOf("URL"); at !== -1; at = text.indexOf("URL", at + 1)) {
    for (const setting of settings) {
      if (!text.endsWith(setting, at)) continue;
      let before = at - setting.length - 1;
      while (before >= 0 && SPACE.test(text[before]!)) before--;
      if (text[before] === "#" || text[before] === "@") return true;
    }
  }
  return false;
}
