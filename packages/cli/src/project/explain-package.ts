import {
  compareRisk,
  grantsOf,
  mergeEntry,
  riskOf,
  type CanonicalName,
  type Grant,
  type PolicyFiles,
  type Risk,
} from "@moat/core/model";
import type { Evidence, Finding, Generated } from "@moat/policy-gen";
import { evidenceOf } from "./evidence-of.ts";
import { isOverridden } from "./unanswered.ts";

export interface ExplainedGrant {
  readonly grant: Grant;
  readonly risk: Risk;
  /** `overridden`: a person wrote it into the overrides. */
  readonly state: "granted" | "pending" | "overridden";
  readonly evidence: readonly Evidence[];
}

/** Everything that is known about one package. */
export interface Explanation {
  readonly package: CanonicalName;
  /** Version on disk, where it is installed. */
  readonly version: string | undefined;
  /** The packages that may import it. */
  readonly importedBy: readonly CanonicalName[];
  /** What the overrides give as their reason. */
  readonly reason: string | undefined;
  readonly grants: readonly ExplainedGrant[];
  readonly unanalyzed: readonly Finding[];
}

export function explainPackage(
  name: CanonicalName,
  { policy, overrides }: PolicyFiles,
  generated: Generated,
): Explanation {
  const entry = Object.hasOwn(policy.packages, name) ? policy.packages[name] : undefined;
  const override = Object.hasOwn(overrides.packages, name) ? overrides.packages[name] : undefined;
  const explained = (grant: Grant, state: ExplainedGrant["state"]): ExplainedGrant => ({
    grant,
    risk: riskOf(grant),
    state,
    evidence: evidenceOf(generated.evidence, name, grant),
  });
  const granted = grantsOf(mergeEntry(entry, override)).map((grant) =>
    explained(grant, isOverridden(name, grant, overrides) ? "overridden" : "granted"),
  );
  const pending = grantsOf(entry?.pending ?? {})
    .filter((grant) => !isOverridden(name, grant, overrides))
    .map((grant) => explained(grant, "pending"));
  return {
    package: name,
    version: generated.graph.byName.get(name)?.manifest.version,
    importedBy: importersOf(name, generated),
    reason: override?.reason,
    grants: [...granted, ...pending].toSorted((a, b) => compareRisk(a.risk, b.risk)),
    unanalyzed: generated.findings.filter((finding) => finding.package === name),
  };
}

function importersOf(name: CanonicalName, { graph, policy }: Generated): CanonicalName[] {
  const location = graph.byName.get(name)?.location;
  const importers = [...graph.byName.values()].filter((instance) => {
    if (![...instance.dependencies.values()].includes(location ?? "")) return false;
    return instance.kind !== "dependency" || policy.packages[instance.name]?.packages?.includes(name) === true;
  });
  return importers.map((instance) => instance.name).toSorted();
}
