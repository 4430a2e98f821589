import { compareText } from "../naming/compare-names.ts";
import { grantKey, grantsOf, type Grant } from "./grant.ts";
import { compareRisk, riskOf, type Risk } from "./grant-risk.ts";
import type { CanonicalName, PackageEntry, Policy } from "./types.ts";

/** How far a grant has come. */
export type GrantState = "none" | "pending" | "granted";

/** One difference between two policies. */
export type PolicyChange =
  | {
      readonly kind: "gained" | "lost";
      readonly package: CanonicalName;
      readonly grant: Grant;
      readonly from: GrantState;
      readonly to: GrantState;
      readonly risk: Risk;
    }
  | { readonly kind: "package-added" | "package-removed"; readonly package: CanonicalName; readonly risk: Risk }
  | { readonly kind: "entry-added" | "entry-removed"; readonly entry: string; readonly risk: Risk }
  | { readonly kind: "root-changed"; readonly from: Policy["root"]; readonly to: Policy["root"]; readonly risk: Risk };

const REACHED = { none: 0, pending: 1, granted: 2 } as const satisfies Record<GrantState, number>;
const KINDS = [
  "root-changed",
  "gained",
  "package-added",
  "entry-added",
  "lost",
  "package-removed",
  "entry-removed",
] as const;

/**
 * What `after` has that `before` had not, and the other way round; the worst
 * first, gains before losses. A pending grant that was accepted is a gain.
 */
export function comparePolicies(before: Policy, after: Policy): PolicyChange[] {
  const changes: PolicyChange[] = [];
  if (before.root !== after.root)
    changes.push({
      kind: "root-changed",
      from: before.root,
      to: after.root,
      risk: after.root === "trusted" ? "critical" : "none",
    });
  for (const entry of after.entries)
    if (!before.entries.includes(entry)) changes.push({ kind: "entry-added", entry, risk: "low" });
  for (const entry of before.entries)
    if (!after.entries.includes(entry)) changes.push({ kind: "entry-removed", entry, risk: "none" });
  for (const name of new Set([...Object.keys(before.packages), ...Object.keys(after.packages)])) {
    const had = Object.hasOwn(before.packages, name);
    const has = Object.hasOwn(after.packages, name);
    if (!had) changes.push({ kind: "package-added", package: name, risk: "low" });
    if (!has) changes.push({ kind: "package-removed", package: name, risk: "none" });
    const entries = [had ? before.packages[name] : undefined, has ? after.packages[name] : undefined] as const;
    for (const { grant, from, to, isGain } of changedGrants(...entries)) {
      changes.push({ kind: isGain ? "gained" : "lost", package: name, grant, from, to, risk: riskOf(grant) });
    }
  }
  return changes.toSorted(compareChanges);
}

/** Every grant that waits for acceptance, worst first. */
export function pendingGrants(
  policy: Policy,
): { readonly package: CanonicalName; readonly grant: Grant; readonly risk: Risk }[] {
  return Object.entries(policy.packages)
    .flatMap(([name, { pending }]) =>
      grantsOf(pending ?? {}).map((grant) => ({ package: name, grant, risk: riskOf(grant) })),
    )
    .toSorted(
      (a, b) =>
        compareRisk(a.risk, b.risk) ||
        compareText(a.package, b.package) ||
        compareText(grantKey(a.grant), grantKey(b.grant)),
    );
}

/** A grant that is not in the state that it was in. */
export interface ChangedGrant {
  readonly grant: Grant;
  readonly from: GrantState;
  readonly to: GrantState;
  /** Whether it reaches further than before. */
  readonly isGain: boolean;
}

/** What differs between two entries of one package; an entry that is not there grants nothing. */
export function changedGrants(before: PackageEntry | undefined, after: PackageEntry | undefined): ChangedGrant[] {
  const had = statesOf(before);
  const has = statesOf(after);
  const changes: ChangedGrant[] = [];
  for (const key of new Set([...had.keys(), ...has.keys()])) {
    const from = had.get(key)?.state ?? "none";
    const to = has.get(key)?.state ?? "none";
    const { grant } = (has.get(key) ?? had.get(key))!;
    if (from === to || isRestated(grant, had, has)) continue;
    changes.push({ grant, from, to, isGain: REACHED[to] > REACHED[from] });
  }
  return changes;
}

type States = ReadonlyMap<string, { readonly grant: Grant; readonly state: GrantState }>;

function statesOf(entry: PackageEntry | undefined): States {
  const { pending = {}, ...granted } = entry ?? {};
  const states = new Map<string, { grant: Grant; state: GrantState }>();
  for (const grant of grantsOf(pending)) states.set(grantKey(grant), { grant, state: "pending" });
  for (const grant of grantsOf(granted)) states.set(grantKey(grant), { grant, state: "granted" });
  return states;
}

/** The line of a module itself says nothing where there are lines for its members. */
function isRestated(grant: Grant, before: States, after: States): boolean {
  if (grant.capability !== "builtin" || grant.member !== undefined) return false;
  return [...before.values(), ...after.values()].some(
    ({ grant: other }) => other.capability === "builtin" && other.target === grant.target && other.member !== undefined,
  );
}

function compareChanges(a: PolicyChange, b: PolicyChange): number {
  return (
    compareRisk(a.risk, b.risk) ||
    KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
    compareText(subject(a), subject(b)) ||
    compareText(detail(a), detail(b))
  );
}

function subject(change: PolicyChange): string {
  return "package" in change ? change.package : "entry" in change ? change.entry : "";
}

function detail(change: PolicyChange): string {
  return "grant" in change ? grantKey(change.grant) : "";
}
