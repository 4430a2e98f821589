/**
 * Which paths an expression may put together from its texts, told without parsing it: too
 * many do no harm, since who asks looks whether they are there.
 */

/** What `require` and `import` are given where it is no constant, as far as it goes on one line. */
const COMPUTED = /\b(?:require|import)\s*\(\s*(?!["'][^"'\n]*["']\s*[),])([^\n;]{1,200})/g;
const TEXT = /(["'`])([^"'`\n]+)\1/g;

/** Each computed specifier, as it is written. */
export function computedSpecifiersIn(text: string): string[] {
  return [...text.matchAll(COMPUTED)].map(([, expression]) => expression!);
}

/** What stands in quotes. */
export function quotedIn(expression: string): string[] {
  return [...expression.matchAll(TEXT)].map(([, , part]) => part!);
}

/** The same without what a template begins with and slashes. */
export function textsIn(expression: string): string[] {
  return quotedIn(expression).flatMap((part) => part.replace(/^(?:\$\{[^}]*\})?\/*/, "") || []);
}

/** How many texts that stand beside each other are looked at as one path. */
export const MOST_JOINED = 6;

/** Texts that stand beside each other as one path: of what is joined each may be a part, or none (`join(env["ROOT"], "lib", "a")`). */
export function* joinsOf(parts: readonly string[]): Generator<string> {
  for (let start = 0; start < parts.length; start++)
    for (let end = start + 1; end <= Math.min(parts.length, start + MOST_JOINED); end++)
      yield parts.slice(start, end).join("/");
}
