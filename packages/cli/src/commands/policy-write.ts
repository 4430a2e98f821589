import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  accept,
  makeSecret,
  POLICY_FILE,
  printPolicy,
  SECRET_BYTES,
  storeLocation,
  writeFileAtomically,
} from "@moat/core/model";
import type { CommandContext, ExitCode } from "../command-context.ts";
import { generate } from "../project/generate.ts";
import { readPolicyRequest } from "../project/policy-request.ts";
import { ratcheted } from "../project/ratcheted.ts";
import { policyJson } from "../render/policy-json.ts";
import { policySummary } from "../render/policy-summary.ts";
import type { PolicyFlags } from "./policy.ts";

/** `moat policy --write [entry…]`: generates, ratchets, writes, and says what came of it. */
export async function writePolicy(
  asked: readonly string[],
  flags: PolicyFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const request = readPolicyRequest(asked, context.cwd, true);
  const generation = await generate(request, context);
  const wanted = ratcheted(generation, request.previous, request.overrides);
  const policy = flags.accept ? accept(wanted) : wanted;
  const text = printPolicy(policy);
  // Nothing is written where nothing changed: a commit hook calls this at each commit.
  if (textBefore(request.project) !== text) writeFileAtomically(path.join(request.project, POLICY_FILE), text);
  // Lets runs keep prepared modules; they make nothing in the user's cache.
  const location = storeLocation(request.project, context.env);
  if (location !== undefined) makeSecret(location.userFolder, randomBytes(SECRET_BYTES));
  const outcome = { ...request, policy, findings: generation.findings };
  context.stdout.write(
    flags.json
      ? policyJson(outcome)
      : policySummary({ ...outcome, written: true, verbose: flags.verbose === true }, context),
  );
  return 0;
}

/** The file as it is; undefined where there is none. That it can be read was seen to before. */
function textBefore(project: string): string | undefined {
  const file = path.join(project, POLICY_FILE);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
