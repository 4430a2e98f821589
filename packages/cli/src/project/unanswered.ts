import {
  GRANT_FIELD,
  pendingGrants,
  type CanonicalName,
  type Grant,
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

/** Whether the overrides decide about a grant, whatever moat's own file says. */
export function isOverridden(name: CanonicalName, { capability }: Grant, overrides: Overrides): boolean {
  return Object.hasOwn(overrides.packages, name) && Object.hasOwn(overrides.packages[name]!, GRANT_FIELD[capability]);
}

/** What waits for acceptance, but for what a person has decided in the overrides; worst first. */
export function unanswered(policy: Policy, overrides: Overrides): PendingGrant[] {
  return pendingGrants(policy).filter((pending) => !isOverridden(pending.package, pending.grant, overrides));
}
