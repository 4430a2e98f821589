import { readFileSync } from "node:fs";
import path from "node:path";
import { comparePolicies, MoatError, POLICY_FILE, printPolicy, ratchet } from "@moat/core/model";
import type { CommandContext, ExitCode } from "../command-context.ts";
import { generate } from "../project/generate.ts";
import { readPolicyRequest } from "../project/policy-request.ts";
import { unanswered } from "../project/unanswered.ts";
import { reviewPolicies } from "../review/review-policies.ts";
import { reviewText } from "../render/review-text.ts";
import { makePaint } from "../render/colors.ts";
import { pendingText } from "../render/pending-text.ts";
import type { PolicyFlags } from "./policy.ts";

/** `moat policy --check`: whether the committed file is what would be written now, with nothing left to accept. */
export async function checkPolicy(
  asked: readonly string[],
  flags: PolicyFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const request = readPolicyRequest(asked, context.cwd);
  const { project, previous, overrides } = request;
  if (previous === undefined) {
    throw new MoatError("MOAT_POLICY_MISSING", `there is no ${POLICY_FILE} in ${project}`, {
      fields: { file: POLICY_FILE, projectDir: project },
      nextStep: "moat policy --write <entry>",
    });
  }
  const generation = await generate(request, context);
  const policy = ratchet(previous, generation.policy);
  const changes = comparePolicies(previous, policy);
  // Checkouts may turn line ends; nothing else may differ.
  const stale = readFileSync(path.join(project, POLICY_FILE), "utf8").replaceAll("\r\n", "\n") !== printPolicy(policy);
  const pending = unanswered(policy, overrides);
  const clean = !stale && pending.length === 0;
  if (flags.json) {
    context.stdout.write(`${JSON.stringify({ version: 1, clean, stale, changes, pending }, undefined, 2)}\n`);
  } else {
    const paint = makePaint(context.stdout, context.env);
    if (stale) {
      context.stdout.write(`${POLICY_FILE} is not up to date: moat policy --write\n`);
      context.stdout.write(
        changes.length > 0
          ? reviewText(
              reviewPolicies({
                before: { policy: previous, overrides },
                after: { policy, overrides },
                base: POLICY_FILE,
                evidence: generation.evidence,
              }),
              paint,
            )
          : "  only its layout differs from what moat writes\n",
      );
    }
    context.stdout.write(pendingText(pending, paint));
    if (clean) context.stdout.write(`${POLICY_FILE} is up to date, and nothing waits for acceptance.\n`);
  }
  return clean ? 0 : 1;
}
