import { escapeForTerminal } from "@moat/core/model";

const MOST_CHARACTERS = 400;

/**
 * Text from a package as a Markdown code span on one line: nothing in it is
 * markup, mentions anybody, links anywhere, or leaves its cell of a table.
 */
export function codeSpan(text: string, most = MOST_CHARACTERS): string {
  // HAZARD: a table splits cells at | even inside a code span, and a span ends
  // at a run of as many backticks as began it.
  const whole = escapeForTerminal(text);
  // Cut before it is escaped further, so that no escape is cut in two.
  const line = (whole.length > most ? `${whole.slice(0, most - 1)}…` : whole)
    .replaceAll("|", "\\u{7c}")
    .replaceAll("`", "\\u{60}");
  return line.trim() === "" ? "` `" : `\`${line}\``;
}
