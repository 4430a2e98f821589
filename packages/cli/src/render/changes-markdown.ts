import type { PolicyChange } from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";
import { evidenceOf, placeOf } from "../project/evidence-of.ts";
import { changeGroups, changeWords } from "./change-words.ts";
import { codeSpan } from "./escape-markdown.ts";

/** A comment for a pull request must fit: what is beyond is counted. */
const MOST_ROWS = 200;

/** Changes as a pull-request comment: one table, package by package, the worst first. */
export function changesMarkdown(changes: readonly PolicyChange[], evidence: readonly Evidence[], note: string): string {
  const gained = changes.flatMap((change) => (change.kind === "gained" ? [change.package] : []));
  const packages = new Set(gained).size;
  const title =
    gained.length === 0
      ? "No package gained anything"
      : `${packages === 1 ? "1 package" : `${packages} packages`} gained something`;
  const rows = changeGroups(changes).flatMap(({ subject, changes: own }) =>
    own.map((change) => row(subject, change, evidence)),
  );
  const table =
    rows.length === 0
      ? ""
      : `\n| risk | package | change | evidence |\n| --- | --- | --- | --- |\n${rows.slice(0, MOST_ROWS).join("")}`;
  const more = rows.length > MOST_ROWS ? `\n… and ${rows.length - MOST_ROWS} more.\n` : "";
  return `### moat: ${title}\n${note === "" ? "" : `\n${codeSpan(note)}\n`}${table}${more}`;
}

function row(subject: string, change: PolicyChange, evidence: readonly Evidence[]): string {
  const risk =
    change.risk === "critical" || change.risk === "high"
      ? `**${change.risk}**`
      : change.risk === "none"
        ? ""
        : change.risk;
  const place = change.kind === "gained" ? evidenceOf(evidence, change.package, change.grant)[0] : undefined;
  return `| ${risk} | ${codeSpan(subject)} | ${codeSpan(changeWords(change))} | ${place === undefined ? "" : codeSpan(placeOf(place))} |\n`;
}
