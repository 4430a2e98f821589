import { comparePolicies, type Policy } from "@moat/core/model";
import type { Finding } from "@moat/policy-gen";
import type { PolicyRequest } from "../project/policy-request.ts";
import { unanswered } from "../project/unanswered.ts";

export interface PolicyOutcome extends PolicyRequest {
  readonly policy: Policy;
  readonly findings: readonly Finding[];
}

/** `moat policy --json` */
export function policyJson({ policy, previous, overrides, findings }: PolicyOutcome): string {
  const changes = previous === undefined ? [] : comparePolicies(previous, policy);
  const document = { version: 1, policy, changes, pending: unanswered(policy, overrides), unanalyzed: findings };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
