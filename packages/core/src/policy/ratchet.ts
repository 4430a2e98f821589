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
 * - An edge to a package that is itself new is granted, if the importer is new or its
 *   own manifest brings the package: that one has harmless grants only, so its importer
 *   could as well have contained its code. What an old package only looks for, an optional
 *   peer, say, somebody else may have brought under that very name: such an edge is pending.
 * - An edge to a package that was in the file is pending, to either, also where it stands
 *   under another name now, for whoever had no edge to it under the old one:
 *   that one may hold powers and secrets, and a new package must not be the
 *   way round that an old one was refused.
 * - Who may start programs of its dependencies (`<dependency>/bin/x`) gets no edge:
 *   any package that it may import could bring the program.
 * - The application and its workspace members are not packages that others wrote.
 */
export function ratchet(
  previous: Policy | undefined,
  generated: Policy,
  tree: RatchetTree,
  overrides?: Overrides,
): Policy {
  const packages: Record<CanonicalName, PackageEntry> = Object.create(null);
  for (const [name, { pending: _unused, ...wanted }] of Object.entries(generated.packages)) {
    packages[name] =
      previous === undefined || isFirstParty(name)
        ? normalizePackagePolicy(wanted)
        : isSame(wanted, entryOf(previous, name))
          ? wanted
          : ratchetEntry(name, wanted, previous, generated, tree, overrides);
  }
  return { ...generated, packages };
}

/** What the installed tree says of the names of the generated policy. */
export interface RatchetTree {
  /** Whether an importer's own manifest has the package installed with it. */
  brings(importer: CanonicalName, target: CanonicalName): boolean;
  /** Names of the previous policy that lead to where a name leads now; itself, if it is one of them. */
  formerNames(name: CanonicalName): readonly CanonicalName[];
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
  tree: RatchetTree,
  overrides: Overrides | undefined,
): PackageEntry {
  const entry = entryOf(previous, name);
  const before = entry && grantsOf(entry);
  const held = new Set((before ?? []).map(grantKey));
  const granted: Grant[] = [];
  const pending: Grant[] = [];
  // HAZARD: only names that came with this very tree may be new; an edge to nowhere could come to mean anything.
  const isNewName = (target: CanonicalName) =>
    !isFirstParty(target) && Object.hasOwn(generated.packages, target) && !Object.hasOwn(previous.packages, target);
  // HAZARD: whoever depends on a package too can give it another name, which is shorter. It is no new package for that.
  const formerName = (target: CanonicalName): CanonicalName | undefined => {
    const [only, ...others] = tree.formerNames(target);
    return others.length === 0 ? only : undefined;
  };
  const formerImporter = before === undefined ? formerName(name) : name;
  const formerEdges = (formerImporter !== undefined && entryOf(previous, formerImporter)?.packages) || [];
  const mayImport = (target: CanonicalName): boolean => {
    if (!isNewName(target) || startsPrograms === true) return false;
    if (tree.formerNames(target).length === 0)
      return tree.brings(name, target) || (before === undefined && tree.formerNames(name).length === 0);
    return formerEdges.includes(formerName(target) ?? target);
  };
  const written = overrides && entryOf(overrides, name);
  const startsPrograms = mergeEntry(entry, written).commands?.some((command) => command.startsWith("<dependency>/"));
  for (const grant of grantsOf(wanted)) {
    const harmless =
      grant.capability === "package" ? mayImport(grant.target) : before === undefined && riskOf(grant) === "none";
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
