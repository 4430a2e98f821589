import { escapeForTerminal } from "@moat/core/model";

/**
 * Text from a package as a Markdown code span on one line: nothing in it is
 * markup, mentions anybody, links anywhere, or leaves its cell of a table.
 */
export function codeSpan(text: string): string {
  // HAZARD: a table splits cells at | even inside a code span, and a span ends
  // at a run of as many backticks as began it.
  const line = escapeForTerminal(text).replaceAll("|", "\\u{7c}").replaceAll("`", "\\u{60}");
  return line.trim() === "" ? "` `" : `\`${line}\``;
}
