import { escapeForTerminal, type Grant, type PolicyChange } from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";
import { evidenceOf, placeOf } from "../project/evidence-of.ts";
import { changeGroups, changeWords } from "./change-words.ts";
import type { Paint } from "./colors.ts";
import { paintRisk } from "./paint-risk.ts";

/** Changes for a terminal: package by package, the worst first. */
export function changesText(changes: readonly PolicyChange[], evidence: readonly Evidence[], paint: Paint): string {
  if (changes.length === 0) return "Nothing changed.\n";
  return changeGroups(changes)
    .map(({ subject, changes: own }) => {
      const lines = own.map(
        (change) =>
          `  ${sign(change, paint)} ${paintRisk(paint, change.risk)} ${escapeForTerminal(changeWords(change))}\n${placeLine(change, evidence, paint)}`,
      );
      return `${paint("bold", escapeForTerminal(subject))}\n${lines.join("")}`;
    })
    .join("");
}

function sign(change: PolicyChange, paint: Paint): string {
  if (change.kind === "gained" || change.kind.endsWith("-added")) return paint("red", "+");
  return change.kind === "root-changed" ? paint("yellow", "~") : paint("green", "-");
}

function placeLine(change: PolicyChange, evidence: readonly Evidence[], paint: Paint): string {
  if (change.kind !== "gained") return "";
  return evidenceLines(evidence, change.package, change.grant, paint, 1);
}

/** Where a package's code asks for a grant: at most so many places. */
export function evidenceLines(
  evidence: readonly Evidence[],
  name: string,
  grant: Grant,
  paint: Paint,
  most: number,
): string {
  return evidenceOf(evidence, name, grant)
    .slice(0, most)
    .map((place) => {
      const snippet = place.snippet === "" ? "" : `  ${place.snippet.trim()}`;
      return `${" ".repeat(13)}${paint("dim", escapeForTerminal(`${placeOf(place)}${snippet}`))}\n`;
    })
    .join("");
}
