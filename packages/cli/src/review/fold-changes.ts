import { compareRisk, grantKey, riskOf, type Grant, type Risk } from "@moat/core/model";
import { compareCapabilities } from "../render/capability-order.ts";
import { grantsWords } from "../render/capability-words.ts";
import { listWords } from "../render/list-words.ts";
import { boundsOf } from "./bounds-of.ts";
import type { GrantChange } from "./grant-changes.ts";
import { mayHoldSecret } from "./ordinary-env.ts";
import type { Change, Folded, Place } from "./review.ts";

export interface FoldOptions {
  /** Whether an import is of a package that came with this very change. */
  readonly isNewPackage: (name: string) => boolean;
  /** What an importer gets with a package: "which can …", "which wants to …"; empty where that is nothing much. */
  readonly powersOf: (name: string) => string;
  /** Whether a package may do nothing but compute, and wants no more. */
  readonly onlyComputes: (name: string) => boolean;
  readonly evidenceOf: (grant: Grant) => readonly Place[];
}

/**
 * One package's changes as lines that a person reads: what says the same is one line, what only computes is a
 * number, and imports of what came along or was renamed are too. What waits for acceptance is never left out.
 */
export function foldChanges(
  changes: readonly GrantChange[],
  options: FoldOptions,
): { readonly lines: readonly Change[]; readonly folded: Folded } {
  const folded = { harmless: 0, imports: 0, renamed: 0 };
  const kept = changes.filter((change) => {
    const { grant, kind, to, renamed } = change;
    const needsAnswer = kind === "gained" && to === "pending";
    if (renamed) folded.renamed += 1;
    if (renamed && !needsAnswer) return false;
    if (grant.capability === "package") {
      if (needsAnswer || (kind === "gained" && !options.isNewPackage(grant.target))) return true;
      folded.imports += 1;
      return false;
    }
    if (riskOf(grant) !== "none" || needsAnswer) return true;
    folded.harmless += 1;
    return false;
  });
  const lines = groupLines(kept, options).map((group) => lineOf(group, options));
  return {
    lines: lines.toSorted((a, b) => compareRisk(a.risk, b.risk) || compareCapabilities(a.capability, b.capability)),
    folded,
  };
}

function groupLines(changes: readonly GrantChange[], options: FoldOptions): GrantChange[][] {
  const groups = new Map<string, GrantChange[]>();
  const inState = ({ kind, to, decidedBy, carried }: GrantChange): string => `${kind} ${to} ${decidedBy} ${carried}`;
  const told = new Set(changes.map((change) => `${inState(change)} ${change.grant.capability}`));
  for (const change of changes) {
    const { capability, target } = change.grant;
    const bound = boundsOf(change.grant).find((other) => told.has(`${inState(change)} ${other}`));
    // What only has to be given again is one thing to decide about.
    const what =
      (change.carried ? "carried" : bound) ??
      (isQuietImport(change, options) ? "quiet import" : undefined) ??
      (riskOf(change.grant) === "none" ? "harmless" : capability === "builtin" ? `builtin ${target}` : capability);
    const key = `${inState(change)} ${what}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()];
}

function lineOf(group: readonly GrantChange[], options: FoldOptions): Change {
  const { powersOf, evidenceOf } = options;
  const grants = group.map(({ grant }) => grant);
  const { kind, to, decidedBy, carried } = group[0]!;
  const bounding = grants.filter((grant) => boundsOf(grant).length === 0);
  // What stands for itself comes first: the line is told by it, and the evidence is its own.
  const telling = bounding.length > 0 ? bounding : grants;
  // And it says how much it comes to: `node:process` beside a variable is that variable.
  const risk = telling
    .map(lineRisk)
    .reduce<Risk>((worst, next) => (compareRisk(next, worst) < 0 ? next : worst), "none");
  return {
    kind,
    to,
    risk,
    capability: telling[0]!.capability,
    words: wordsOf(telling, risk, powersOf),
    grants: grants.toSorted((a, b) => (grantKey(a) < grantKey(b) ? -1 : 1)),
    decidedBy,
    ...(carried ? { carried } : {}),
    ...(risk === "none" || group.every((change) => isQuietImport(change, options)) ? { quiet: true as const } : {}),
    evidence: kind === "gained" ? placesOf([...telling, ...grants], evidenceOf) : [],
  };
}

/** A variable that may hold a secret is more than one that says how to print. */
function lineRisk(grant: Grant): Risk {
  const risk = riskOf(grant);
  return risk === "low" && grant.capability === "env" && mayHoldSecret(grant.target) ? "medium" : risk;
}

/** An import of what only computes, or of what stood under another name and is nothing much. */
function isQuietImport({ grant, renamed }: GrantChange, { onlyComputes, powersOf }: FoldOptions): boolean {
  const { capability, target } = grant;
  if (capability !== "package" || riskOf(grant) !== "low") return false;
  return onlyComputes(target) || (renamed && powersOf(target) === "");
}

function wordsOf(grants: readonly Grant[], risk: Risk, powersOf: FoldOptions["powersOf"]): string {
  const capabilities = new Set(grants.filter((grant) => riskOf(grant) !== "none").map(({ capability }) => capability));
  if (risk !== "none" && capabilities.size > 1)
    return [...capabilities]
      .toSorted(compareCapabilities)
      .map((capability) => {
        const alike = grants.filter((grant) => grant.capability === capability);
        return wordsOf(alike, risk, powersOf);
      })
      .join("; ");
  if (grants[0]!.capability === "package") return importWords(grants, powersOf);
  if (risk !== "none") return grantsWords(grants);
  const names = grants
    .filter(
      ({ target, member }) =>
        member !== undefined || !grants.some((other) => other.target === target && other.member !== undefined),
    )
    .map(({ target, member }) => (member === undefined || member === "*" ? target : `${target}.${member}`));
  return `use what only computes: ${listWords([...new Set(names)])}`;
}

function importWords(grants: readonly Grant[], powersOf: FoldOptions["powersOf"]): string {
  const named = grants.map(({ target }) => {
    const powers = powersOf(target);
    return powers === "" ? target : `${target} (${powers})`;
  });
  return `import ${listWords(named)}`;
}

function placesOf(grants: readonly Grant[], evidenceOf: FoldOptions["evidenceOf"]): Place[] {
  const places = new Map<string, Place>();
  for (const grant of grants)
    for (const place of evidenceOf(grant)) {
      const key = `${place.file}:${place.line}`;
      if (!places.has(key)) places.set(key, place);
    }
  return [...places.values()];
}
