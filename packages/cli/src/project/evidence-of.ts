import type { CanonicalName, Grant } from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";

/** Every place that a package's grant comes from. */
export function evidenceOf(evidence: readonly Evidence[], name: CanonicalName, grant: Grant): Evidence[] {
  return evidence.filter(
    (place) =>
      place.package === name &&
      place.capability === grant.capability &&
      place.target === grant.target &&
      place.member === grant.member,
  );
}

/** `express>debug/src/node.js:12`, of evidence and findings. */
export function placeOf({ package: name, file, line }: Pick<Evidence, "package" | "file" | "line">): string {
  return `${name}/${file}:${line}`;
}
