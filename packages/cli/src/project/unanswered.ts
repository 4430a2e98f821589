import {
  pendingGrants,
  type CanonicalName,
  type Grant,
  type GrantCapability,
  type OverrideEntry,
  type Overrides,
  type Policy,
  type Risk,
} from "@moat/core/model";

/** A grant that waits for somebody to accept it. */
export interface PendingGrant {
  readonly package: CanonicalName;
  readonly grant: Grant;
  readonly risk: Risk;
}

/** The field of a package's entry that a grant stands in. */
export const FIELD_OF: Readonly<Record<GrantCapability, Exclude<keyof OverrideEntry, "reason">>> = {
  package: "packages",
  global: "globals",
  builtin: "builtins",
  env: "env",
  "fs.read": "fs",
  "fs.write": "fs",
  "net.connect": "net",
  "net.listen": "net",
  command: "commands",
  worker: "workers",
  native: "native",
  share: "shares",
  change: "changes",
};

/** Whether the overrides decide about a grant, whatever moat's own file says. */
export function isOverridden(name: CanonicalName, { capability }: Grant, overrides: Overrides): boolean {
  return Object.hasOwn(overrides.packages, name) && Object.hasOwn(overrides.packages[name]!, FIELD_OF[capability]);
}

/** What waits for acceptance, but for what a person has decided in the overrides; worst first. */
export function unanswered(policy: Policy, overrides: Overrides): PendingGrant[] {
  return pendingGrants(policy).filter((pending) => !isOverridden(pending.package, pending.grant, overrides));
}
