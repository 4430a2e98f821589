import { escapeForTerminal } from "@moat/core/model";
import type { Finding } from "@moat/policy-gen";
import { placeOf } from "../project/evidence-of.ts";

/**
 * What could not be analysed. A file that does not parse is named always: it
 * will not run either. So is what would be wrong in silence. The rest is a number, unless all of it is asked for.
 */
export function unanalyzedText(findings: readonly Finding[], verbose: boolean): string {
  if (findings.length === 0) return "";
  const listed = verbose ? findings : findings.filter(({ reason }) => /^(?:syntax|unseen)/.test(reason));
  const number = `${findings.length} ${findings.length === 1 ? "place" : "places"} could not be analysed (UNANALYZED)`;
  const more = listed.length < findings.length ? "; --verbose lists them" : "";
  return `${number}${more}\n${listed.map((finding) => `  ${escapeForTerminal(`${placeOf(finding)}: ${finding.reason}`)}\n`).join("")}`;
}
