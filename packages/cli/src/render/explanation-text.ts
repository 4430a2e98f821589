import { escapeForTerminal, isFirstParty, splitName } from "@moat/core/model";
import { placeOf } from "../project/evidence-of.ts";
import type { ExplainedGrant, Explanation } from "../project/explain-package.ts";
import { capabilityWords } from "./capability-words.ts";
import { evidenceLines } from "./evidence-lines.ts";
import type { Paint } from "./colors.ts";
import { paintRisk } from "./paint-risk.ts";
import { tellingGrants } from "./telling-grants.ts";
import { quoteForShell } from "./quote-for-shell.ts";

const MOST_PLACES = 3;
const MOST_FINDINGS = 10;

/** What a package may do and why, for a terminal. */
export function explanationText(explanation: Explanation, paint: Paint): string {
  const { package: name, version, importedBy, reason, grants, unanalyzed } = explanation;
  const lines = [
    `${paint("bold", escapeForTerminal(name))}${version === undefined ? "" : escapeForTerminal(` ${version}`)}`,
    ...(isFirstParty(name)
      ? []
      : [`  came into the tree by: ${escapeForTerminal(["the application", ...splitName(name)].join(" → "))}`]),
    ...(importedBy.length === 0
      ? []
      : [
          `  imported by: ${escapeForTerminal(importedBy.map((importer) => (importer === "." ? "the application" : importer)).join(", "))}`,
        ]),
    ...(reason === undefined ? [] : [`  the overrides say: ${escapeForTerminal(reason)}`]),
    ...(grants.length === 0 ? ["  It has no grants: it can compute, and nothing else."] : []),
  ];
  const body = tellingGrants(grants, ({ grant }) => grant)
    .map((grant) => grantText(name, grant, paint))
    .join("");
  const pending = grants.some(({ state }) => state === "pending")
    ? `  To accept what it wants: ${escapeForTerminal(`moat policy --accept ${quoteForShell(name)}`)}\n`
    : "";
  const blind = unanalyzed
    .slice(0, MOST_FINDINGS)
    .map((finding) => `    ${escapeForTerminal(`${placeOf(finding)}: ${finding.reason}`)}\n`);
  const more = unanalyzed.length > MOST_FINDINGS ? `    … and ${unanalyzed.length - MOST_FINDINGS} more\n` : "";
  const findings = blind.length === 0 ? "" : `  Could not be analysed (UNANALYZED):\n${blind.join("")}${more}`;
  return `${lines.join("\n")}\n${body}${pending}${findings}`;
}

function grantText(name: string, { grant, risk, state, evidence }: ExplainedGrant, paint: Paint): string {
  const verb = state === "pending" ? "wants to" : "can";
  const by = state === "overridden" ? " (moat.overrides.json)" : "";
  return `  ${paintRisk(paint, risk)} ${escapeForTerminal(`${verb} ${capabilityWords(grant)}`)}${by}\n${evidenceLines(evidence, name, grant, paint, MOST_PLACES)}`;
}
