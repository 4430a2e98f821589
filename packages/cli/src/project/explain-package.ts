import {
  entryOf,
  compareRisk,
  effectivePolicy,
  grantKey,
  grantsOf,
  mergeEntry,
  riskOf,
  splitName,
  type CanonicalName,
  type Grant,
  type GrantCapability,
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
  /** Other packages that may do the same. */
  readonly sharedWith: readonly CanonicalName[];
}

/** Everything that is known about one package. */
export interface Explanation {
  readonly package: CanonicalName;
  /** Version on disk, where it is installed. */
  readonly version: string | undefined;
  /** From the application to the package: the shortest way, with versions on disk. */
  readonly path: readonly { readonly package: CanonicalName; readonly version: string | undefined }[];
  /** The packages that may import it. */
  readonly importedBy: readonly CanonicalName[];
  /** What the overrides give as their reason. */
  readonly reason: string | undefined;
  readonly grants: readonly ExplainedGrant[];
  readonly unanalyzed: readonly Finding[];
}

/** Everything about one package, or of its grants those of the capabilities that were asked for. */
export function explainPackage(
  name: CanonicalName,
  { policy, overrides }: PolicyFiles,
  generated: Generated,
  asked: ReadonlySet<GrantCapability> | undefined,
): Explanation {
  const holders = holdersOf({ policy, overrides });
  const entry = entryOf(policy, name);
  const override = entryOf(overrides, name);
  const explained = (grant: Grant, state: ExplainedGrant["state"]): ExplainedGrant => ({
    grant,
    risk: riskOf(grant),
    state,
    evidence: evidenceOf(generated.evidence, name, grant),
    sharedWith: (holders.get(grantKey(grant)) ?? []).filter((other) => other !== name),
  });
  const isAsked = ({ grant }: ExplainedGrant): boolean => asked?.has(grant.capability) ?? true;
  const granted = grantsOf(mergeEntry(entry, override)).map((grant) =>
    explained(grant, isOverridden(name, grant, overrides) ? "overridden" : "granted"),
  );
  const pending = grantsOf(entry?.pending ?? {})
    .filter((grant) => !isOverridden(name, grant, overrides))
    .map((grant) => explained(grant, "pending"));
  return {
    package: name,
    version: generated.graph.byName.get(name)?.manifest.version,
    path: pathTo(name, generated),
    importedBy: importersOf(name, generated),
    reason: override?.reason,
    grants: [...granted, ...pending].filter(isAsked).toSorted((a, b) => compareRisk(a.risk, b.risk)),
    unanalyzed: generated.findings.filter((finding) => finding.package === name),
  };
}

/** By grant, the packages that have it. */
function holdersOf({ policy, overrides }: PolicyFiles): Map<string, CanonicalName[]> {
  const holders = new Map<string, CanonicalName[]>();
  for (const [name, grants] of effectivePolicy(policy, overrides))
    for (const key of grantsOf(grants).map(grantKey)) {
      const known = holders.get(key);
      if (known === undefined) holders.set(key, [name]);
      else known.push(name);
    }
  return holders;
}

function pathTo(name: CanonicalName, { graph }: Generated): Explanation["path"] {
  const steps = splitName(name);
  return steps.map((_step, index) => {
    const at = steps.slice(0, index + 1).join(">");
    return { package: at, version: graph.byName.get(at)?.manifest.version };
  });
}

function importersOf(name: CanonicalName, { graph, policy }: Generated): CanonicalName[] {
  const location = graph.byName.get(name)?.location;
  const importers = [...graph.byName.values()].filter((instance) => {
    if (![...instance.dependencies.values()].includes(location ?? "")) return false;
    return instance.kind !== "dependency" || policy.packages[instance.name]?.packages?.includes(name) === true;
  });
  return importers.map((instance) => instance.name).toSorted();
}
