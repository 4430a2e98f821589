import path from "node:path";
import { MoatError, nearestWord, POLICY_FILE, readOverrides, readPolicyFile, type Policy } from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import type { Flags, FlagTable } from "../arguments/parse-flags.ts";
import { quoteForShell } from "../render/quote-for-shell.ts";
import { assertTreeMatches } from "./assert-tree-matches.ts";
import { makeDenialReport } from "./denial-report.ts";
import type { Entry } from "./entry.ts";

/** The flags of `run` and `exec`. */
export const RUN_FLAGS = {
  audit: { type: "boolean" },
  log: { type: "string" },
  help: { type: "boolean" },
} as const satisfies FlagTable;

export interface ProgramRequest extends Entry {
  readonly argv: readonly string[];
  readonly flags: Flags<typeof RUN_FLAGS>;
}

/**
 * Checks everything that can be checked beforehand, and starts the program in this very process.
 *
 * @throws MoatError before anything of the program has run
 */
export async function startProgram(request: ProgramRequest, context: CommandContext): Promise<void> {
  const { project, name, flags } = request;
  const policy = readPolicyFile(project);
  if (policy === undefined) throw missingPolicy(project, name);
  const overrides = readOverrides(project);
  assertListed(policy, name);
  assertTreeMatches(policy, project);
  const logFile = flags.log === undefined ? undefined : path.resolve(context.cwd, flags.log);
  const report = makeDenialReport({
    audit: flags.audit === true,
    logFile,
    context,
    policy,
    project,
  });
  // HAZARD: only now. The runtime takes the powers of this process away.
  // oxlint-disable-next-line no-restricted-imports -- loaded only when a program starts
  const { runProgram } = await import("@moat/core");
  runProgram({
    entry: request.file,
    argv: [...request.argv],
    project,
    policy,
    overrides,
    audit: flags.audit === true,
    onDenial: report,
    logFile,
  });
}

function missingPolicy(project: string, entry: string): MoatError {
  return new MoatError("MOAT_POLICY_MISSING", `there is no ${POLICY_FILE} in ${project}`, {
    fields: { file: POLICY_FILE, projectDir: project },
    nextStep: `moat policy --write ${quoteForShell(entry)}`,
  });
}

function assertListed(policy: Policy, entry: string): void {
  if (policy.entries.includes(entry)) return;
  const near = nearestWord(entry, policy.entries);
  const hint = near === undefined ? "" : ` (it lists ${near})`;
  throw new MoatError("MOAT_ENTRY_UNLISTED", `${POLICY_FILE} was not made for ${entry}${hint}`, {
    fields: { entry, entries: policy.entries },
    nextStep: `moat policy --write ${quoteForShell(entry)}`,
  });
}
