import { entryOf } from "./entry-of.ts";
import { isFirstParty } from "../naming/canonical-name.ts";
import { coversGrant, grantKey, grantsOf, normalizePackagePolicy, policyOf, type Grant } from "./grant.ts";
import { riskOf } from "./grant-risk.ts";
import { mergeEntry } from "./effective-policy.ts";
import type { CanonicalName, Overrides, PackageEntry, PackagePolicy, Policy } from "./types.ts";

/**
 * What may be written when the policy is generated again. Nobody may be looking,
 * and the new code may be hostile.
 *
 * - Without a previous policy everything that was found is granted.
 * - A package that was in the file keeps what it had and still wants; what it
 *   wants besides goes to `pending`.
 * - A package that was not has its harmless grants; the risky ones are pending.
 * - An edge to a package that is itself new is granted, to either: that package
 *   has harmless grants only, so its importer could as well have contained its
 *   code. An edge to a package that was in the file is pending, to either:
 *   that one may hold powers and secrets, and a new package must not be the
 *   way round that an old one was refused.
 * - Who may start programs of its dependencies (`<dependency>/bin/x`) gets no edge:
 *   any package that it may import could bring the program.
 * - The application and its workspace members are not packages that others wrote.
 */
export function ratchet(previous: Policy | undefined, generated: Policy, overrides?: Overrides): Policy {
  const packages: Record<CanonicalName, PackageEntry> = Object.create(null);
  for (const [name, { pending: _unused, ...wanted }] of Object.entries(generated.packages)) {
    packages[name] =
      previous === undefined || isFirstParty(name)
        ? normalizePackagePolicy(wanted)
        : isSame(wanted, entryOf(previous, name))
          ? wanted
          : ratchetEntry(name, wanted, previous, generated, overrides);
  }
  return { ...generated, packages };
}

/** Whether an entry has all that is wanted, nothing else, and nothing waits: in most runs, all of them. */
function isSame(wanted: PackagePolicy, entry: PackageEntry | undefined): boolean {
  return entry !== undefined && JSON.stringify(wanted) === JSON.stringify(entry);
}

function ratchetEntry(
  name: CanonicalName,
  wanted: PackagePolicy,
  previous: Policy,
  generated: Policy,
  overrides: Overrides | undefined,
): PackageEntry {
  const entry = entryOf(previous, name);
  const before = entry && grantsOf(entry);
  const held = new Set((before ?? []).map(grantKey));
  const granted: Grant[] = [];
  const pending: Grant[] = [];
  // HAZARD: only names that came with this very tree are new; an edge to nowhere could come to mean anything.
  const isNew = (target: CanonicalName) =>
    !isFirstParty(target) && Object.hasOwn(generated.packages, target) && !Object.hasOwn(previous.packages, target);
  const written = overrides && entryOf(overrides, name);
  const startsPrograms = mergeEntry(entry, written).commands?.some((command) => command.startsWith("<dependency>/"));
  for (const grant of grantsOf(wanted)) {
    const harmless =
      grant.capability === "package" ? isNew(grant.target) && startsPrograms !== true : before === undefined && riskOf(grant) === "none";
    if (harmless || coversGrant(held, grant)) granted.push(grant);
    else pending.push(grant);
    // Of a builtin that is now wanted whole, the members that it had stay.
    if (grant.member === "*" && !held.has(grantKey(grant)))
      granted.push(...(before ?? []).filter((old) => old.capability === "builtin" && old.target === grant.target));
  }
  return makeEntry(granted, pending);
}

/**
 * Turns what is pending into grants, for all packages or for those that are named,
 * and of these only the grants that `accepts` says. A name that the policy does not have changes nothing.
 */
export function accept(
  policy: Policy,
  names?: readonly CanonicalName[],
  accepts: (name: CanonicalName, grant: Grant) => boolean = () => true,
): Policy {
  const accepted = names === undefined ? undefined : new Set(names);
  const packages: Record<CanonicalName, PackageEntry> = Object.create(null);
  for (const [name, entry] of Object.entries(policy.packages)) {
    const { pending = {}, ...granted } = entry;
    if (accepted !== undefined && !accepted.has(name)) {
      packages[name] = entry;
      continue;
    }
    const waiting = grantsOf(pending);
    packages[name] = makeEntry(
      [...grantsOf(granted), ...waiting.filter((grant) => accepts(name, grant))],
      waiting.filter((grant) => !accepts(name, grant)),
    );
  }
  return { ...policy, packages };
}

function makeEntry(granted: Iterable<Grant>, pending: readonly Grant[]): PackageEntry {
  const entry = policyOf(granted);
  return pending.length === 0 ? entry : Object.assign(Object.create(null), entry, { pending: policyOf(pending) });
}
