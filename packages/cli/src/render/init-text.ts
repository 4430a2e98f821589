import { escapeForTerminal } from "@moat/core/model";
import type { FoundPrograms } from "../project/find-programs.ts";
import type { InitStep } from "../project/init-files.ts";

/** What `moat init` found in package.json, and what it did. */
export function initText(programs: FoundPrograms | undefined, steps: readonly InitStep[]): string {
  const found = (programs?.entries ?? []).map(({ name, from }) => `  ${name}  (${from})`);
  const left = (programs?.left ?? []).map(({ name, from, why }) => `  ${name}  (${from}): ${why}`);
  const done = steps.map(({ file, outcome, why }) => `  ${outcome.padEnd("extended".length)} ${file}: ${why}`);
  return [
    ...block("Programs in package.json:", found),
    ...block("Left out:", left),
    ...block("What was done:", done),
    ...(steps.length === 0
      ? []
      : [
          steps.every(({ outcome }) => outcome === "kept")
            ? "Nothing was left to do."
            : "Look at the files, and commit them.",
        ]),
  ]
    .map((line) => `${escapeForTerminal(line)}\n`)
    .join("");
}

function block(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}
