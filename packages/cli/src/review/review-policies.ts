import {
  entryOf,
  compareNames,
  compareRisk,
  grantsOf,
  isFirstParty,
  riskOf,
  splitName,
  type CanonicalName,
  type Grant,
  type Overrides,
  type PackageEntry,
  type PackagePolicy,
  type Policy,
  type Risk,
} from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";
import type { LockedTree } from "../lockfiles/locked-tree.ts";
import { evidenceOf } from "../project/evidence-of.ts";
import { isOverridden } from "../project/unanswered.ts";
import { withOverrides } from "../project/with-overrides.ts";
import { grantsWords } from "../render/capability-words.ts";
import { foldChanges } from "./fold-changes.ts";
import { grantChanges, isNamesake } from "./grant-changes.ts";
import { reviewInstallation } from "./review-installation.ts";
import { leakWarning } from "./leak-warning.ts";
import type { Change, GeneralChange, PackageReview, PathStep, Review, Versions, Warning } from "./review.ts";
import { maybeSamePackage, versionsOf } from "./versions-of.ts";
import { byPackage } from "./by-package.ts";

/** One of the two states of a project that are compared. */
export interface ReviewSide {
  readonly policy: Policy;
  /** None unless given. */
  readonly overrides?: Overrides;
  readonly lock?: LockedTree | undefined;
}

export interface ReviewRequest {
  readonly before: ReviewSide;
  readonly after: ReviewSide;
  /** What `before` is, for people. */
  readonly base: string;
  /** Where the code of `after` asks for what. */
  readonly evidence?: readonly Evidence[];
  readonly notes?: readonly string[];
}

const NO_OVERRIDES: Overrides = { packages: Object.create(null) };
const NOTHING_FOLDED = { harmless: 0, imports: 0, renamed: 0 } as const;

/** The one comparison behind `moat diff`, `moat policy`, the report and the action. Reads nothing but its arguments. */
export function reviewPolicies({ before, after, base, evidence = [], notes = [] }: ReviewRequest): Review {
  const overrides = after.overrides ?? NO_OVERRIDES;
  const old = withOverrides(before.policy, before.overrides ?? NO_OVERRIDES);
  const now = withOverrides(after.policy, overrides);
  const locks = { before: before.lock, after: after.lock };
  const added = packagesOf(now).filter((name) => entryOf(old, name) === undefined);
  const removed = packagesOf(old).filter((name) => entryOf(now, name) === undefined);
  const moves = movesBetween(removed, added, (from, to) => maybeSamePackage(locks, from, to));
  const movedAway = new Set(moves.values());
  const isNew = new Set(added);
  const isGone = new Set(removed);
  const wasThere = (name: CanonicalName): CanonicalName => moves.get(name) ?? name;
  // A name finds a hoisted package in a lockfile too, also a name that the policy did not have then, or no longer has.
  const versions = (name: CanonicalName): Versions =>
    versionsOf(
      locks,
      isNew.has(name) && !moves.has(name) ? undefined : wasThere(name),
      isGone.has(name) ? undefined : name,
    );
  const places = byPackage(evidence);

  const reviews = packagesOf(now).flatMap((name): PackageReview[] => {
    const previous = entryOf(old, wasThere(name));
    const entry = entryOf(now, name)!;
    const changes = grantChanges(previous, entry, {
      moved: moves.has(name),
      isGone: (target) => entryOf(now, target) === undefined,
      decidedBy: (grant) => (isOverridden(name, grant, overrides) ? "overrides" : "policy"),
    });
    const { lines, folded } = foldChanges(changes, {
      // What only has another name is no new package: who imports it now is told.
      isNewPackage: (target) => isNew.has(target) && !moves.has(target),
      powersOf: (target) => powersWords(entryOf(now, target)),
      onlyComputes: (target) => onlyComputes(target, entryOf(now, target)),
      evidenceOf: (grant) =>
        evidenceOf(places.get(name) ?? [], name, grant).map(({ package: owner, file, line, column, snippet }) => ({
          package: owner,
          file,
          line,
          column,
          snippet,
        })),
    });
    const gains = lines.filter(({ kind }) => kind === "gained");
    const losses = lines.filter(({ kind }) => kind === "lost");
    const status = moves.has(name) ? "moved" : isNew.has(name) ? "new" : "changed";
    const warnings = warningsOf(entry, gains, (target) => entryOf(now, target), versions(name));
    if (status === "changed" && lines.length === 0 && warnings.length === 0) return [];
    const reason = entryOf(overrides, name)?.reason;
    return [
      {
        package: name,
        status,
        ...(moves.has(name) ? { movedFrom: moves.get(name)! } : {}),
        risk: worstOf(gains.length > 0 ? gains : losses),
        versions: versions(name),
        path: isFirstParty(name) ? [] : pathTo(name, versions, (step) => isNew.has(step) && !moves.has(step)),
        gains,
        losses,
        folded,
        warnings,
        ...(reason === undefined ? {} : { reason }),
      },
    ];
  });
  const gone = removed
    .filter((name) => !movedAway.has(name))
    .map((name): PackageReview => ({
      package: name,
      status: "removed",
      risk: "none",
      versions: versions(name),
      path: [],
      gains: [],
      losses: [],
      folded: NOTHING_FOLDED,
      warnings: [],
    }));
  const packages = [...reviews, ...gone].toSorted(compareReviews);
  const told = new Set(packages.map(({ package: name }) => name));
  const updated = packagesOf(now)
    .filter((name) => !told.has(name))
    .map((name) => ({ package: name, versions: versions(name) }))
    .filter(({ versions: { before: was, after: is } }) => was !== undefined && is !== undefined && was !== is)
    .toSorted((a, b) => compareNames(a.package, b.package));
  const installation = reviewInstallation(locks, packagesOf(now));
  const general = generalChanges(before.policy, after.policy);
  const count = (holds: (review: PackageReview) => boolean): number => packages.filter(holds).length;
  const newcomers = packages.filter(({ status }) => status === "new");
  return {
    version: 2,
    base,
    gained:
      packages.some(({ gains }) => gains.length > 0) ||
      general.some(({ kind, risk }) => kind === "root-changed" && risk !== "none") ||
      installation.scripts.length > 0,
    counts: {
      gained: count(({ gains }) => gains.some(({ to }) => to === "granted")),
      pending: count(({ gains }) => gains.some(({ to }) => to === "pending")),
      lost: count(({ losses }) => losses.length > 0),
      added: newcomers.length,
      harmless: newcomers.filter(({ gains }) => gains.length === 0).length,
      removed: gone.length,
      updated: updated.length,
    },
    notes: notes.filter((note) => note !== ""),
    general,
    packages,
    updated,
    installation,
  };
}

/** Members of a trusted project stand in the policy to be known as such: they have no bounds that could change. */
const packagesOf = ({ root, packages }: Policy): string[] =>
  Object.keys(packages).filter((name) => root !== "trusted" || !isFirstParty(name));

/** By new name: what went away and came back under another name, where there is one of each. */
function movesBetween(
  removed: readonly CanonicalName[],
  added: readonly CanonicalName[],
  isSame: (from: CanonicalName, to: CanonicalName) => boolean,
): Map<CanonicalName, CanonicalName> {
  const moves = new Map<CanonicalName, CanonicalName>();
  for (const name of added) {
    const from = removed.filter((other) => isNamesake(other, name));
    if (from.length === 1 && isSame(from[0]!, name) && added.filter((other) => isNamesake(other, name)).length === 1)
      moves.set(name, from[0]!);
  }
  return moves;
}

/** What somebody who imports the package can have it do, now or once it is accepted, as far as that matters. */
function powersWords(entry: PackageEntry | undefined): string {
  const { pending = {}, ...granted } = entry ?? {};
  const can = powersOf(granted);
  const wants = powersOf(pending);
  return [...(can === "" ? [] : [`which can ${can}`]), ...(wants === "" ? [] : [`which wants to ${wants}`])].join("; ");
}

/** Its own imports do not count: what they can do is told where they are granted. */
function onlyComputes(name: CanonicalName, { pending = {}, ...granted }: PackageEntry = {}): boolean {
  const grants = [...grantsOf(granted), ...grantsOf(pending)];
  return !isFirstParty(name) && grants.every((grant) => grant.capability === "package" || riskOf(grant) === "none");
}

function powersOf(policy: PackagePolicy): string {
  const grants = grantsOf(policy).filter(
    (grant) =>
      !["builtin", "global", "package", "share", "change"].includes(grant.capability) &&
      compareRisk(riskOf(grant), "medium") <= 0,
  );
  const capabilities = [...new Set(grants.map(({ capability }) => capability))];
  return capabilities
    .map((capability) => grantsWords(grants.filter((grant) => grant.capability === capability)))
    .join("; ");
}

function warningsOf(
  entry: PackageEntry,
  gains: readonly Change[],
  policyOf: (name: CanonicalName) => PackageEntry | undefined,
  versions: Versions,
): Warning[] {
  const { pending = {}, ...granted } = entry;
  const holds: Grant[] = [...grantsOf(granted), ...grantsOf(pending)];
  // What it had under its former name was told then.
  const gained = gains.filter(({ carried }) => !carried).flatMap(({ grants }) => grants);
  const leak = leakWarning({ holds, gained, policyOf });
  const content: Warning[] = versions.contentChanged
    ? [{ kind: "content", words: "the lockfile has another hash for it than before, and the same version", grants: [] }]
    : [];
  return [...(leak === undefined ? [] : [leak]), ...content];
}

function pathTo(
  name: CanonicalName,
  versions: (name: CanonicalName) => Versions,
  isNew: (name: CanonicalName) => boolean,
): PathStep[] {
  const steps: PathStep[] = [];
  let at: CanonicalName = ".";
  for (const step of splitName(name)) {
    at = step.startsWith("./") ? step : at === "." ? step : `${at}>${step}`;
    steps.push({ package: at, versions: versions(at), isNew: isNew(at) });
  }
  return steps;
}

function generalChanges(before: Policy, after: Policy): GeneralChange[] {
  const changes: GeneralChange[] = [];
  if (before.root !== after.root)
    changes.push({
      kind: "root-changed",
      words:
        after.root === "trusted"
          ? "the application is now trusted: its own code has no bounds any more"
          : "the application is now confined to what its entry says",
      risk: after.root === "trusted" ? "critical" : "none",
    });
  for (const entry of after.entries)
    if (!before.entries.includes(entry))
      changes.push({ kind: "entry-added", words: `the policy is now also for ${entry}`, risk: "none" });
  for (const entry of before.entries)
    if (!after.entries.includes(entry))
      changes.push({ kind: "entry-removed", words: `the policy is no longer for ${entry}`, risk: "none" });
  return changes;
}

function worstOf(changes: readonly Change[]): Risk {
  return changes.map(({ risk }) => risk).toSorted(compareRisk)[0] ?? "none";
}

const STATUSES: readonly PackageReview["status"][] = ["changed", "moved", "new", "removed"];

function compareReviews(a: PackageReview, b: PackageReview): number {
  return (
    Number(b.gains.length > 0) - Number(a.gains.length > 0) ||
    compareRisk(a.risk, b.risk) ||
    b.warnings.length - a.warnings.length ||
    STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
    compareNames(a.package, b.package)
  );
}
