import path from "node:path";
import {
  OVERRIDES_FILE,
  POLICY_FILE,
  printOverrides,
  printPolicy,
  writeFileAtomically,
  type PolicyFiles,
} from "@moat/core/model";

/** Writes what differs. The overrides first: what they deny must never be granted in between. */
export function writeDecisions(project: string, before: PolicyFiles, after: PolicyFiles): void {
  if (after.overrides !== before.overrides)
    writeFileAtomically(path.join(project, OVERRIDES_FILE), printOverrides(after.overrides));
  const text = printPolicy(after.policy);
  if (text !== printPolicy(before.policy)) writeFileAtomically(path.join(project, POLICY_FILE), text);
}
