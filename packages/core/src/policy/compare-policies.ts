import { compareText } from "../naming/compare-names.ts";
import { grantKey, grantsOf, type Grant } from "./grant.ts";
import { compareRisk, riskOf, type Risk } from "./grant-risk.ts";
import type { CanonicalName, Policy } from "./types.ts";

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
    changes.push(
      ...compareEntries(name, had ? statesOf(before, name) : new Map(), has ? statesOf(after, name) : new Map()),
    );
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

type States = ReadonlyMap<string, { readonly grant: Grant; readonly state: GrantState }>;

function statesOf(policy: Policy, name: CanonicalName): States {
  const { pending = {}, ...granted } = policy.packages[name]!;
  const states = new Map<string, { grant: Grant; state: GrantState }>();
  for (const grant of grantsOf(pending)) states.set(grantKey(grant), { grant, state: "pending" });
  for (const grant of grantsOf(granted)) states.set(grantKey(grant), { grant, state: "granted" });
  return states;
}

function compareEntries(name: CanonicalName, before: States, after: States): PolicyChange[] {
  const changes: PolicyChange[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const from = before.get(key)?.state ?? "none";
    const to = after.get(key)?.state ?? "none";
    const { grant } = (after.get(key) ?? before.get(key))!;
    if (from === to || isRestated(grant, before, after)) continue;
    changes.push({
      kind: REACHED[to] > REACHED[from] ? "gained" : "lost",
      package: name,
      grant,
      from,
      to,
      risk: riskOf(grant),
    });
  }
  return changes;
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
