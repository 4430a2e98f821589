import { makeRatchetTree, ratchet, type Overrides, type Policy } from "@moat/core/model";
import type { Generated } from "@moat/policy-gen";

/** What was generated, measured by what was written before: what packages have gained is pending. */
export function ratcheted(
  generated: Generated,
  previous: Policy | undefined,
  overrides: Overrides | undefined,
): Policy {
  return ratchet(
    previous,
    generated.policy,
    makeRatchetTree(() => generated.graph, previous),
    overrides,
  );
}
