import { escapeForTerminal, type Grant, type PackageProposal, type TakenGrant } from "@moat/core/model";
import type { LearningResult } from "../project/learning.ts";
import { capabilityWords } from "./capability-words.ts";
import { countWords } from "./list-words.ts";

/** Whether the proposal was to be written, and whether that changed the file. */
export interface WriteState {
  readonly asked: boolean;
  readonly isWritten: boolean;
}

/** What learning runs come to, for a person; each line begins as moat's own do. */
export function learningText({ learned, proposal }: LearningResult, { asked, isWritten }: WriteState): string {
  const entries = [...new Set(learned.runs.map(({ entry }) => entry))].toSorted().join(", ");
  const changed = proposal.packages.filter(({ taken }) => taken.length > 0);
  const lines = [
    learned.runs.length === 0
      ? "moat: nothing was learned yet: moat run --learn <entry>"
      : `moat: learned from ${countWords(learned.runs.length, "run")} of ${entries}`,
    ...changed.flatMap(packageLines),
    ...(learned.runs.length === 0 ? [] : summaryLines(proposal)),
  ];
  if (changed.length > 0) lines.push(writeLine(asked, isWritten));
  return lines.map((line) => `${escapeForTerminal(line)}\n`).join("");
}

function packageLines({ package: name, taken }: PackageProposal): string[] {
  return [`  ${name}`, ...taken.map((one) => `    - ${takenLine(one)}`)];
}

function takenLine({ grant, left }: TakenGrant): string {
  const words = capabilityWords(grant);
  return left.length === 0 ? `${words}: not used` : `${words}: only ${left.map(shortName).join(", ")}`;
}

function shortName({ target, member }: Grant): string {
  return member === undefined ? target : `${target}.${member}`;
}

function summaryLines({ figure, packages, notLoaded }: LearningResult["proposal"]): string[] {
  const { grants, removed, narrowed, share } = figure;
  const lines = [
    `  of ${countWords(grants, "grant")} that could do harm, ${removed} can go and ${narrowed} can be narrower: ${Math.round(share * 100)} % of the authority of ${countWords(packages.length, "package")}`,
  ];
  if (notLoaded.length > 0)
    lines.push(
      `  ${countWords(notLoaded.length, "package")} took no part in any run and ${notLoaded.length === 1 ? "keeps its" : "keep their"} grants`,
    );
  return lines;
}

function writeLine(asked: boolean, isWritten: boolean): string {
  if (isWritten) return "  written to moat.overrides.json";
  return asked ? "  moat.overrides.json says so already" : "  to write this to moat.overrides.json: moat learn --write";
}
