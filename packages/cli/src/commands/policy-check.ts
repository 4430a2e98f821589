import { readFileSync } from "node:fs";
import path from "node:path";
import { comparePolicies, MoatError, POLICY_FILE, printPolicy } from "@moat/core/model";
import type { CommandContext, ExitCode } from "../command-context.ts";
import { generate } from "../project/generate.ts";
import { readPolicyRequest } from "../project/policy-request.ts";
import { ratcheted } from "../project/ratcheted.ts";
import { unanswered } from "../project/unanswered.ts";
import { makePaint } from "../render/colors.ts";
import { pendingText } from "../render/pending-text.ts";
import { reviewText } from "../render/review-text.ts";
import { unreachedOverridesText } from "../render/unreached-overrides-text.ts";
import { reviewPolicies } from "../review/review-policies.ts";
import type { PolicyFlags } from "./policy.ts";

/** Why a check fails: the first that holds, since the others may go with it. */
type Reason = keyof typeof REASONS;

const REASONS = {
  stale: {
    words: `${POLICY_FILE} is not up to date: the installed packages, or the project's own modules, want something else than it says.`,
    next: "moat policy --write",
  },
  layout: {
    words: `${POLICY_FILE} was not written by moat: it says the same, in another layout.`,
    next: "moat policy --write",
  },
  pending: {
    words: `${POLICY_FILE} is up to date, and packages wait for acceptance.`,
    next: "moat policy --accept",
  },
} as const;

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
  const policy = ratcheted(generation, previous, overrides);
  const expected = printPolicy(policy);
  // Checkouts may turn line ends; nothing else may differ.
  const isSame = readFileSync(path.join(project, POLICY_FILE), "utf8").replaceAll("\r\n", "\n") === expected;
  const pending = unanswered(policy, overrides);
  const reason: Reason | undefined =
    printPolicy(previous) !== expected ? "stale" : !isSame ? "layout" : pending.length > 0 ? "pending" : undefined;
  if (flags.json) {
    const document = {
      version: 1,
      clean: reason === undefined,
      reason: reason ?? null,
      next: reason === undefined ? null : REASONS[reason].next,
      stale: reason === "stale" || reason === "layout",
      changes: comparePolicies(previous, policy),
      pending,
    };
    context.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    return reason === undefined ? 0 : 1;
  }
  const unreached = unreachedOverridesText(policy, overrides);
  if (reason === undefined) {
    context.stdout.write(`${POLICY_FILE} is up to date, and nothing waits for acceptance.\n${unreached}`);
    return 0;
  }
  const paint = makePaint(context.stdout, context.env);
  context.stdout.write(`${REASONS[reason].words}\nRun: ${REASONS[reason].next}\n${unreached}`);
  if (reason === "pending") context.stdout.write(`\n${pendingText(pending, paint)}`);
  if (reason === "stale") {
    const sides = { before: { policy: previous, overrides }, after: { policy, overrides } };
    const review = reviewPolicies({ ...sides, base: POLICY_FILE, evidence: generation.evidence });
    // What the project's own modules add to the language is no review's affair: their code shows it.
    if (review.packages.length > 0 || review.general.length > 0) context.stdout.write(`\n${reviewText(review, paint)}`);
  }
  return 1;
}
