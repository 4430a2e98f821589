import { deniedAction, escapeForTerminal, remedyOf, type CountedDenial, type DenialContext } from "@moat/core/model";
import { countWords } from "./list-words.ts";

/** What an audit saw, package by package: what would have been denied, and the command that allows it. */
export function auditText(seen: readonly CountedDenial[], contextOf: (name: string) => DenialContext): string {
  if (seen.length === 0) return "moat: audit: nothing would have been denied\n";
  const packages = [...new Set(seen.map(({ denial }) => denial.principal))];
  const lines = packages.flatMap((name) => {
    const own = seen.filter(({ denial }) => denial.principal === name);
    return [`  ${escapeForTerminal(name)}`, ...own.flatMap((one) => denialLines(one, contextOf(name)))];
  });
  const title = `moat: audit: ${countWords(seen.length, "use")} by ${countWords(packages.length, "package")} would have been denied:`;
  return [title, ...lines].map((line) => `${line}\n`).join("");
}

function denialLines({ denial, count }: CountedDenial, context: DenialContext): string[] {
  const remedy = remedyOf(denial, context);
  return [
    `    may not ${deniedAction(denial)}${count > 1 ? ` (${count} times)` : ""}`,
    `      ${remedy === undefined ? "no policy allows this" : remedy.command}`,
  ];
}
