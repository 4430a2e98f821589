import { entryOf } from "./entry-of.ts";
import { freezeDeep } from "./freeze-deep.ts";
import { normalizePackagePolicy } from "./grant.ts";
import type { CanonicalName, OverrideEntry, Overrides, PackageEntry, PackagePolicy, Policy } from "./types.ts";

const NOTHING: Overrides = { packages: Object.create(null) };

/**
 * What each package may do: the generated grants with the overrides in the
 * place of the fields that they name. What is pending never counts. A package
 * that only the overrides know has what they say. Deep-frozen.
 */
export function effectivePolicy(
  policy: Policy,
  overrides: Overrides = NOTHING,
): ReadonlyMap<CanonicalName, PackagePolicy> {
  const effective = new Map<CanonicalName, PackagePolicy>();
  for (const name of new Set([...Object.keys(policy.packages), ...Object.keys(overrides.packages)])) {
    effective.set(name, freezeDeep(mergeEntry(entryOf(policy, name), entryOf(overrides, name))));
  }
  return effective;
}

/** One package's grants: its generated entry with its override's fields in their place. */
export function mergeEntry(entry: PackageEntry | undefined, override: OverrideEntry | undefined): PackagePolicy {
  const { pending: _pending, ...granted } = entry ?? {};
  const { reason: _reason, ...replaced } = override ?? {};
  const merged: Record<string, unknown> = { ...granted };
  for (const [field, value] of Object.entries(replaced)) {
    if (value === false) delete merged[field];
    else if (value !== undefined) merged[field] = value;
  }
  return normalizePackagePolicy(merged as PackagePolicy);
}
