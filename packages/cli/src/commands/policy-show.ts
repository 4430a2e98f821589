import { POLICY_FILE } from "@moat/core/model";
import type { CommandContext, ExitCode } from "../command-context.ts";
import { generate } from "../project/generate.ts";
import { readPolicyRequest } from "../project/policy-request.ts";
import { ratcheted } from "../project/ratcheted.ts";
import { reviewPolicies } from "../review/review-policies.ts";
import { reviewText } from "../render/review-text.ts";
import { policyJson } from "../render/policy-json.ts";
import { policySummary } from "../render/policy-summary.ts";
import { makePaint } from "../render/colors.ts";
import type { PolicyFlags } from "./policy.ts";

/** `moat policy [entry…]`: what would be written, and how it differs from the file. */
export async function showPolicy(
  asked: readonly string[],
  flags: PolicyFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const request = readPolicyRequest(asked, context.cwd);
  const generation = await generate(request, context);
  const policy = ratcheted(generation, request.previous, request.overrides);
  const outcome = { ...request, policy, findings: generation.findings };
  if (flags.json) {
    context.stdout.write(policyJson(outcome));
    return 0;
  }
  context.stdout.write(policySummary({ ...outcome, written: false, verbose: flags.verbose === true }, context));
  if (request.previous !== undefined) {
    const review = reviewPolicies({
      before: { policy: request.previous, overrides: request.overrides },
      after: { policy, overrides: request.overrides },
      base: POLICY_FILE,
      evidence: generation.evidence,
    });
    context.stdout.write(`\n${reviewText(review, makePaint(context.stdout, context.env))}`);
  }
  return 0;
}
