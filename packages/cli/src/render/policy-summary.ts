import {
  compareRisk,
  effectivePolicy,
  escapeForTerminal,
  grantsOf,
  isFirstParty,
  POLICY_FILE,
  riskOf,
  type Grant,
  type GrantCapability,
  type Risk,
} from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import { unanswered } from "../project/unanswered.ts";
import { boundsOf } from "../review/bounds-of.ts";
import { compareCapabilities } from "./capability-order.ts";
import { grantsPhrases } from "./capability-words.ts";
import { makePaint, type Paint } from "./colors.ts";
import { countWords } from "./list-words.ts";
import { paintRisk } from "./paint-risk.ts";
import { pendingText } from "./pending-text.ts";
import { tellingGrants } from "./telling-grants.ts";
import { unreachedOverridesText } from "./unreached-overrides-text.ts";
import { unanalyzedText } from "./unanalyzed-text.ts";
import type { PolicyOutcome } from "./policy-json.ts";

export interface SummaryOptions extends PolicyOutcome {
  readonly written: boolean;
  /** Everything, not only what matters most. */
  readonly verbose: boolean;
}

const MOST_LINES = 15;

/** What a generated policy says, in words. */
export function policySummary(
  options: SummaryOptions,
  { stdout, env }: Pick<CommandContext, "stdout" | "env">,
): string {
  const { policy, overrides, findings, entries, written, verbose } = options;
  const paint = makePaint(stdout, env);
  const names = Object.keys(policy.packages).filter((name) => !isFirstParty(name));
  const head = `${written ? `${POLICY_FILE} is written` : `${POLICY_FILE} would be`} for ${escapeForTerminal(entries.join(", "))}: ${countWords(names.length, "package")}.\n`;
  const merge = options.wasConflict
    ? `${POLICY_FILE} was an unresolved merge: what both sides grant is kept, and what one of them granted waits again.\n`
    : "";
  return (
    merge +
    head +
    riskyText(options, paint) +
    pendingText(unanswered(policy, overrides), paint) +
    unreachedOverridesText(policy, overrides) +
    unanalyzedText(findings, verbose)
  );
}

interface RiskyPackage {
  readonly name: string;
  readonly risk: Risk;
  readonly grants: readonly Grant[];
}

function riskyText({ policy, overrides, verbose }: SummaryOptions, paint: Paint): string {
  const risky: RiskyPackage[] = [];
  for (const [name, effective] of effectivePolicy(policy, overrides)) {
    if (isFirstParty(name)) continue;
    const grants = tellingGrants(grantsOf(effective), (grant) => grant)
      .filter((grant) => isShown(grant, verbose))
      .toSorted((a, b) => compareRisk(riskOf(a), riskOf(b)));
    if (grants.length > 0) risky.push({ name, risk: riskOf(grants[0]!), grants });
  }
  if (risky.length === 0) return "No package can do anything risky.\n";
  risky.sort((a, b) => compareRisk(a.risk, b.risk));
  const shown = verbose ? risky : risky.slice(0, MOST_LINES);
  const lines = shown.map(
    ({ name, risk, grants }) =>
      `  ${paintRisk(paint, risk)} ${escapeForTerminal(`${name} can ${listWords(grants, verbose)}`)}\n`,
  );
  const more = risky.length > shown.length ? `  … and ${risky.length - shown.length} more; --verbose lists them\n` : "";
  return `${countWords(risky.length, "package")} can do something that matters:\n${lines.join("")}${more}`;
}

/** Edges between packages and harmless members would hide what matters. */
function isShown(grant: Grant, verbose: boolean): boolean {
  if (verbose) return riskOf(grant) !== "none";
  const risk = riskOf(grant);
  return risk === "critical" || risk === "high" || risk === "medium";
}

function listWords(grants: readonly Grant[], verbose: boolean): string {
  const has = (capability: GrantCapability): boolean => grants.some((grant) => grant.capability === capability);
  // By which member of Node it connects says less than to where.
  const bounded = verbose ? grants : grants.filter((grant) => !boundsOf(grant).some(has));
  const isProcess = ({ capability, target }: Grant): boolean => capability === "global" && target === "process";
  const telling = verbose || bounded.every(isProcess) ? bounded : bounded.filter((grant) => !isProcess(grant));
  const capabilities = [...new Set(telling.map(({ capability }) => capability))].toSorted(compareCapabilities);
  const words = capabilities.flatMap((one) => grantsPhrases(telling.filter(({ capability }) => capability === one)));
  return verbose || words.length <= 4
    ? words.join("; ")
    : `${words.slice(0, 4).join("; ")}; and ${words.length - 4} more`;
}
