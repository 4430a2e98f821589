import {
  entryOf,
  mergeEntry,
  policyOf,
  grantsOf,
  type CanonicalName,
  type Overrides,
  type PackageEntry,
  type Policy,
} from "@moat/core/model";
import { isOverridden } from "./unanswered.ts";

/** The policy as it is in force: fields of the overrides in their place, and only what still waits as pending. */
export function withOverrides(policy: Policy, overrides: Overrides): Policy {
  const packages: Record<CanonicalName, PackageEntry> = Object.create(null);
  for (const name of new Set([...Object.keys(policy.packages), ...Object.keys(overrides.packages)])) {
    const entry = entryOf(policy, name);
    const override = entryOf(overrides, name);
    const pending = grantsOf(entry?.pending ?? {}).filter((grant) => !isOverridden(name, grant, overrides));
    const merged = mergeEntry(entry, override);
    packages[name] = pending.length === 0 ? merged : { ...merged, pending: policyOf(pending) };
  }
  return { ...policy, packages };
}
