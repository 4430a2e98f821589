import {
  MoatError,
  nearestWord,
  POLICY_FILE,
  readOverrides,
  readPolicyFile,
  type Overrides,
  type Policy,
} from "@moat/core/model";
import { quoteForShell } from "../render/quote-for-shell.ts";

/**
 * The policy that a program is to run under, and what people wrote over it.
 *
 * @param entry as the policy names it
 * @throws MoatError `MOAT_POLICY_MISSING`, `MOAT_ENTRY_UNLISTED`, or what is wrong with a file
 */
export function programPolicy(
  project: string,
  entry: string,
): { readonly policy: Policy; readonly overrides: Overrides } {
  const policy = readPolicyFile(project);
  if (policy === undefined) throw missingPolicy(project, entry);
  const overrides = readOverrides(project);
  assertListed(policy, entry);
  return { policy, overrides };
}

export function missingPolicy(project: string, entry: string): MoatError {
  return new MoatError("MOAT_POLICY_MISSING", `there is no ${POLICY_FILE} in ${project}`, {
    fields: { file: POLICY_FILE, projectDir: project },
    nextStep: `moat policy --write ${quoteForShell(entry)}`,
  });
}

function assertListed(policy: Policy, entry: string): void {
  if (policy.entries.includes(entry)) return;
  const near = nearestWord(entry, policy.entries);
  const hint = near === undefined ? "" : ` (it lists ${near})`;
  throw new MoatError("MOAT_ENTRY_UNLISTED", `${POLICY_FILE} was not made for ${entry}${hint}`, {
    fields: { entry, entries: policy.entries },
    nextStep: `moat policy --write ${quoteForShell(entry)}`,
  });
}
