import { compareRisk, escapeForTerminal, isFirstParty, quoteForShell, type Risk } from "@moat/core/model";
import { placeOf } from "../project/evidence-of.ts";
import type { ExplainedGrant, Explanation } from "../project/explain-package.ts";
import { listWords } from "./list-words.ts";
import { capabilityWords } from "./capability-words.ts";
import { evidenceLines } from "./evidence-lines.ts";
import type { Paint } from "./colors.ts";
import { paintRisk } from "./paint-risk.ts";
import { tellingGrants } from "./telling-grants.ts";

const MOST_PLACES = 3;
const MOST_FINDINGS = 10;

/** What a package may do and why, for a terminal; `isPart` where only some capabilities were asked for. */
export function explanationText(explanation: Explanation, paint: Paint, isPart: boolean): string {
  const { package: name, version, path, importedBy, reason, grants, unanalyzed } = explanation;
  const lines = [
    `${paint("bold", escapeForTerminal(name))}${version === undefined ? "" : escapeForTerminal(` ${version}`)}`,
    ...(isFirstParty(name)
      ? []
      : [`  came into the tree by: ${escapeForTerminal(["the application", ...path.map(stepWords)].join(" → "))}`]),
    ...(importedBy.length === 0
      ? []
      : [
          `  imported by: ${escapeForTerminal(importedBy.map((importer) => (importer === "." ? "the application" : importer)).join(", "))}`,
        ]),
    ...(reason === undefined ? [] : [`  the overrides say: ${escapeForTerminal(reason)}`]),
    ...(grants.length === 0
      ? [
          isPart
            ? "  It has no grant of that kind."
            : isFirstParty(name)
              ? '  It has no grants. Where the root is "trusted", it has no bounds either.'
              : "  It has no grants: it can compute, and nothing else.",
        ]
      : []),
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
  const findings =
    isPart || blind.length === 0 ? "" : `  Could not be analysed (UNANALYZED):\n${blind.join("")}${more}`;
  return `${lines.join("\n")}\n${body}${pending}${findings}`;
}

function stepWords({ package: name, version }: Explanation["path"][number]): string {
  return `${name.slice(name.lastIndexOf(">") + 1)}${version === undefined ? "" : ` ${version}`}`;
}

function grantText(name: string, { grant, risk, state, evidence, sharedWith }: ExplainedGrant, paint: Paint): string {
  const verb = state === "pending" ? "wants to" : "can";
  const by = state === "overridden" ? " (moat.overrides.json)" : "";
  return `  ${paintRisk(paint, risk)} ${escapeForTerminal(`${verb} ${capabilityWords(grant)}`)}${by}\n${evidenceLines(evidence, name, grant, paint, MOST_PLACES)}${othersLine(risk, sharedWith, paint)}`;
}

/** Who else may do the same, where that matters. */
function othersLine(risk: Risk, others: readonly string[], paint: Paint): string {
  if (others.length === 0 || compareRisk(risk, "medium") > 0) return "";
  return `${" ".repeat(13)}${paint("dim", escapeForTerminal(`so can ${listWords(others, 5)}`))}\n`;
}
