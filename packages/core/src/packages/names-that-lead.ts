import { isFirstParty } from "../naming/canonical-name.ts";
import { coversGrant, grantKey, grantsOf } from "../policy/grant.ts";
import { riskOf } from "../policy/grant-risk.ts";
import type { CanonicalName, PackagePolicy } from "../policy/types.ts";
import type { LocatedNames } from "./locate-names.ts";

type Locations = ReadonlyMap<CanonicalName, string>;

/**
 * What each name of the policy leads to, for those who may import it.
 *
 * A second name of a package leads to it only if the package has no risky grant
 * that the policy does not list under that name too. Which copies a tree shares is
 * decided by manifests, so by packages: `dep` that was granted its own harmless
 * `dep>db` would else reach the application's `db`, with all that it may do, by no
 * longer bringing a copy.
 */
export function namesThatLead(
  { names, locations }: LocatedNames,
  policies: ReadonlyMap<CanonicalName, PackagePolicy>,
): Locations {
  const kept = new Map(locations);
  // Until nothing changes: what a package may import counts, and that goes by names as well.
  for (let before = -1; before !== kept.size;) {
    before = kept.size;
    for (const [name, location] of kept) {
      const first = names.get(location);
      if (first === undefined || first === name || isFirstParty(name)) continue;
      // The project's own code is only ever named as such.
      if (isFirstParty(first) || !covers(policies.get(name) ?? {}, policies.get(first) ?? {}, kept)) kept.delete(name);
    }
  }
  return kept;
}

function covers(own: PackagePolicy, others: PackagePolicy, locations: Locations): boolean {
  const held = new Set(grantsOf(own).map(grantKey));
  const leadsTo = (name: string): string => locations.get(name) ?? name;
  const imported = new Set(own.packages?.map(leadsTo));
  const changed = new Set(own.changes?.map(leadsTo));
  return grantsOf(others).every((grant) => {
    if (grant.capability === "package") return imported.has(leadsTo(grant.target));
    if (grant.capability === "change" && changed.has(leadsTo(grant.target))) return true;
    return riskOf(grant) === "none" || coversGrant(held, grant);
  });
}
