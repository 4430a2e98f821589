/** What V8 takes a file's name from, in a comment: `#` or `@`, any white space, and one of these. */
const SETTINGS = ["sourceURL", "sourceMappingURL"];
const SPACE = /\s/;

/** Whether a text may give itself another name in stack traces, in a comment or in what only looks like one. */
export function namesItsSource(text: string): boolean {
  for (const setting of SETTINGS) {
    for (let at = text.indexOf(setting); at !== -1; at = text.indexOf(setting, at + 1)) {
      let before = at - 1;
      while (before >= 0 && SPACE.test(text[before]!)) before--;
      if (text[before] === "#" || text[before] === "@") return true;
    }
  }
  return false;
}
