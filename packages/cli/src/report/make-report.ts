import {
  compareNames,
  compareRisk,
  grantsOf,
  isFirstParty,
  splitName,
  type CanonicalName,
  type PackageGraph,
} from "@moat/core/model";
import type { LockedTree } from "../lockfiles/locked-tree.ts";
import type { CurrentPolicy } from "../project/current-policy.ts";
import { withOverrides } from "../project/with-overrides.ts";
import { emptyPolicy, type Review } from "../review/review.ts";
import { reviewPolicies } from "../review/review-policies.ts";
import { powersIn } from "./powers.ts";
import type { Report, ReportedPackage, Step } from "./report.ts";
import { byPackage } from "../review/by-package.ts";

export interface ReportRequest {
  readonly current: CurrentPolicy;
  /** What stands in for the version of what is not installed. */
  readonly lock: LockedTree | undefined;
  readonly changes: Review | undefined;
  readonly projectName: string;
  readonly notes: readonly string[];
}

/**
 * A report is the review of the whole tree against nothing: each package with everything that it can do,
 * in the words of a review. Reads nothing but its arguments.
 */
export function makeReport({ current, lock, changes, projectName, notes }: ReportRequest): Report {
  const { policy, overrides, evidence, findings, graph } = current;
  const everything = reviewPolicies({
    before: { policy: emptyPolicy(policy.root) },
    after: { policy, overrides },
    base: "",
    evidence,
  });
  const effective = withOverrides(policy, overrides);
  const step = (name: CanonicalName): Step => ({
    name,
    version: graph?.byName.get(name)?.manifest.version ?? lock?.find(name)?.version,
  });
  const importers = importersOf(effective.packages, graph);
  const unanalyzed = byPackage(findings);
  const changed = new Map(changes?.packages.map(({ package: name, status }) => [name, status]));
  const packages = everything.packages.map(
    ({ package: name, risk, path, gains, folded, warnings, reason }): ReportedPackage => ({
      ...step(name),
      risk,
      path: path.map(({ package: at }) => step(at)),
      importedBy: (importers.get(name) ?? []).toSorted(compareNames),
      imports: effective.packages[name]!.packages ?? [],
      lines: gains,
      harmless: folded.harmless,
      powers: powersIn(gains),
      leak: warnings.find(({ kind }) => kind === "exfiltration"),
      reason,
      unanalyzed: unanalyzed.get(name) ?? [],
      isPending: gains.some(({ to }) => to === "pending"),
      isOverridden: Object.hasOwn(overrides.packages, name),
      change: !changed.has(name) ? undefined : changed.get(name) === "new" ? "new" : "changed",
    }),
  );
  return {
    project: { name: projectName, version: graph?.root.manifest.version },
    entries: policy.entries,
    root: policy.root,
    packages: packages.toSorted(compareReported),
    changes,
    notes,
  };
}

function compareReported(a: ReportedPackage, b: ReportedPackage): number {
  return (
    compareRisk(a.risk, b.risk) ||
    Number(b.isPending) - Number(a.isPending) ||
    Number(b.leak !== undefined) - Number(a.leak !== undefined) ||
    b.powers.size - a.powers.size ||
    splitName(a.name).length - splitName(b.name).length ||
    compareNames(a.name, b.name)
  );
}

/** By package, who may import it: what the entries say, and the project's own, which a trusted root has no entries for. */
function importersOf(
  packages: ReturnType<typeof withOverrides>["packages"],
  graph: PackageGraph | undefined,
): ReadonlyMap<CanonicalName, CanonicalName[]> {
  const importers = new Map<CanonicalName, CanonicalName[]>();
  const note = (target: CanonicalName, importer: CanonicalName): void => {
    const known = importers.get(target);
    if (known === undefined) importers.set(target, [importer]);
    else if (!known.includes(importer)) known.push(importer);
  };
  for (const [name, entry] of Object.entries(packages))
    for (const { capability, target } of grantsOf(entry)) if (capability === "package") note(target, name);
  for (const { name, dependencies } of graph?.byName.values() ?? []) {
    if (!isFirstParty(name) || Object.hasOwn(packages, name)) continue;
    for (const location of dependencies.values()) {
      const target = graph?.byLocation.get(location);
      if (target !== undefined) note(target.name, name);
    }
  }
  return importers;
}
