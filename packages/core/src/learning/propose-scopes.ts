/** What learning proposes: for each package that took part, the fields of an override that are enough for what it did. */
import { entryOf } from "../policy/entry-of.ts";
import type { Use } from "../audit/use.ts";
import type { LearnedUses } from "../audit/use-record.ts";
import { mergeEntry } from "../policy/effective-policy.ts";
import { GRANT_FIELD, grantKey, grantsOf, policyOf, type Grant } from "../policy/grant.ts";
import { grantReaches } from "../policy/grant-reach.ts";
import { riskOf } from "../policy/grant-risk.ts";
import { compareText } from "../naming/compare-names.ts";
import { ANY_SHARE } from "../policy/special-shares.ts";
import type { CanonicalName, OverrideEntry, Overrides, PackagePolicy, Policy } from "../policy/types.ts";
import {
  learnedFields,
  learnedReason,
  withoutLearned,
  type LearnedField,
  type OverrideFields,
} from "./learned-fields.ts";
import { OWN_FOLDER } from "./narrow-paths.ts";
import { NARROWED_CAPABILITIES, narrowGrants } from "./narrow-grants.ts";

/** What is granted, and what was used. */
export interface ProposalOptions {
  readonly policy: Policy;
  readonly overrides: Overrides;
  readonly learned: LearnedUses;
  /** Whether a folder of the project holds nothing that `.` leaves out for writing. */
  readonly isPlainFolder: (scope: string) => boolean;
}

/** A grant that is not needed as it is. */
export interface TakenGrant {
  readonly grant: Grant;
  /** What stays of it; nothing where it was not used at all. */
  readonly left: readonly Grant[];
}

/** For one package: the fields that its override gets, and what they take away. */
export interface PackageProposal {
  readonly package: CanonicalName;
  readonly fields: OverrideFields;
  readonly taken: readonly TakenGrant[];
}

/** What learning runs come to. */
export interface Proposal {
  /** The packages that took part; without fields where everything was used. */
  readonly packages: readonly PackageProposal[];
  readonly figure: AuthorityFigure;
  /** Packages that the policy names and that no run loaded: nothing is said of them. */
  readonly notLoaded: readonly CanonicalName[];
}

/**
 * How much authority was taken away, counted in grants that could do harm (all
 * but those of risk `none` and the package's own folder) of the packages that
 * took part.
 */
export interface AuthorityFigure {
  readonly grants: number;
  readonly removed: number;
  readonly narrowed: number;
  /** `(removed + narrowed / 2) / grants`, from 0 to 1. */
  readonly share: number;
}

const COUNTED: ReadonlySet<string> = new Set(NARROWED_CAPABILITIES);

/** The narrower grants that are enough for what was used; each lies within one that is there, and what people wrote stays. */
export function proposeScopes({ policy, overrides, learned, isPlainFolder }: ProposalOptions): Proposal {
  const people = withoutLearned(overrides);
  const uses = groupByPackage(learned.uses);
  const packages: PackageProposal[] = [];
  const notLoaded: CanonicalName[] = [];
  const figure = { grants: 0, removed: 0, narrowed: 0 };
  const names = [...new Set([...Object.keys(policy.packages), ...Object.keys(overrides.packages)])].toSorted(
    compareText,
  );
  for (const name of names) {
    if (policy.root === "trusted" && name.startsWith(".") && !name.includes(">")) continue;
    const own = uses.get(name) ?? [];
    if (!own.some(({ capability }) => capability === "loaded")) {
      notLoaded.push(name);
      continue;
    }
    const person = entryOf(people, name);
    const base = mergeEntry(entryOf(policy, name), person);
    const narrowed = narrowGrants({
      base,
      uses: own,
      learned: grantsOf(mergeEntry(undefined, learnedFields(entryOf(overrides, name) ?? {}))),
      // HAZARD: by a broad scope it writes no modules, which it would run as the project's; in a folder of its own it does.
      isPlainFolder: runsTests(base, (one) => mergeEntry(entryOf(policy, one), entryOf(people, one)))
        ? () => false
        : isPlainFolder,
    });
    const proposal = proposalFor(name, base, narrowed, person);
    const counted = grantsOf(base).filter(isCounted);
    figure.grants += counted.length;
    figure.removed += proposal.taken.filter(({ left }) => left.length === 0).length;
    figure.narrowed += proposal.taken.filter(({ left }) => left.length > 0).length;
    packages.push(proposal);
  }
  const share = figure.grants === 0 ? 0 : (figure.removed + figure.narrowed / 2) / figure.grants;
  return { packages, notLoaded, figure: { ...figure, share } };
}

/** The overrides with what is proposed: what people wrote stays, what was learned before stays where no run says more. */
export function applyProposal(
  overrides: Overrides,
  { packages: proposals }: Proposal,
  run: { readonly date: string; readonly entries: readonly string[] },
): Overrides {
  const people = withoutLearned(overrides);
  const packages: Record<CanonicalName, OverrideEntry> = Object.assign(Object.create(null), overrides.packages);
  for (const { package: name, fields } of proposals) {
    const person = entryOf(people, name);
    const present = entryOf(overrides, name);
    if (sameFields(learnedFields(present ?? {}), fields)) continue;
    if (Object.keys(fields).length > 0)
      packages[name] = { ...person, ...fields, reason: learnedReason(person?.reason, run, fields) };
    // Everything that the policy grants was used meanwhile: nothing is left to take away.
    else if (person === undefined) delete packages[name];
    else packages[name] = person;
  }
  return { ...overrides, packages };
}

/** As `Realm.runsTests`, of whatever program. */
function runsTests({ packages = [] }: PackagePolicy, policyFor: (name: CanonicalName) => PackagePolicy): boolean {
  return packages.includes(".") && packages.some((name) => policyFor(name).shares?.includes(ANY_SHARE));
}

function proposalFor(
  name: CanonicalName,
  base: PackagePolicy,
  narrowed: readonly Grant[],
  person: OverrideEntry | undefined,
): PackageProposal {
  const after = new Set(narrowed.map(grantKey));
  const isPeoples = ({ capability }: Grant): boolean =>
    person !== undefined && Object.hasOwn(person, GRANT_FIELD[capability]);
  const taken = grantsOf(base)
    .filter((grant) => isCounted(grant) && !isPeoples(grant) && !after.has(grantKey(grant)))
    .map((grant) => ({ grant, left: narrowed.filter((one) => isInstead(grant, one, after)) }));
  // `./data` beside a `.` that stayed is no change; only fields in which something was taken away are written.
  const changed = new Set(taken.map(({ grant }) => GRANT_FIELD[grant.capability]));
  const rest = policyOf(narrowed);
  const fields: Record<string, unknown> = {};
  for (const field of changed) fields[field] = valueOf(field, rest);
  return { package: name, fields: fields as OverrideFields, taken };
}

/** Whether a narrowed grant is what is left of a broad one. */
function isInstead(broad: Grant, one: Grant, after: ReadonlySet<string>): boolean {
  if (broad.member !== undefined && one.member === undefined) return false;
  return !after.has(grantKey(broad)) && grantReaches(broad, one);
}

/** A field as an override says it; what is empty is taken away. */
function valueOf(field: LearnedField, policy: PackagePolicy): unknown {
  const value = policy[field];
  switch (field) {
    case "fs":
      return value === undefined ? false : { read: policy.fs?.read ?? [], write: policy.fs?.write ?? [] };
    case "net":
      return value === undefined ? false : { connect: policy.net?.connect ?? [], listen: policy.net?.listen ?? [] };
    case "workers":
      return value === true;
    case "builtins":
      return value ?? false;
    default:
      return value ?? [];
  }
}

function isCounted(grant: Grant): boolean {
  if (!COUNTED.has(grant.capability) || (grant.capability === "builtin" && grant.member === undefined)) return false;
  if (grant.capability === "fs.read" && grant.target === OWN_FOLDER) return false;
  return riskOf(grant) !== "none";
}

function sameFields(a: OverrideFields, b: OverrideFields): boolean {
  const text = (fields: OverrideFields): string =>
    JSON.stringify([Object.keys(fields).toSorted(), grantsOf(mergeEntry(undefined, fields)).map(grantKey).toSorted()]);
  return text(a) === text(b);
}

function groupByPackage(uses: readonly Use[]): Map<CanonicalName, Use[]> {
  const groups = new Map<CanonicalName, Use[]>();
  for (const use of uses) {
    const group = groups.get(use.principal);
    if (group === undefined) groups.set(use.principal, [use]);
    else group.push(use);
  }
  return groups;
}
