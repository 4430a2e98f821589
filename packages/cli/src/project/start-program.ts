import path from "node:path";
import { execArgv } from "node:process";
import { fileURLToPath } from "node:url";
import { makeDenialReport, scopeFolders, withoutLearned } from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import { ENV_FILE_FLAGS, PRELOAD_FLAGS } from "../arguments/node-flags.ts";
import type { Flags, FlagTable } from "../arguments/parse-flags.ts";
import { assertTreeMatches } from "./assert-tree-matches.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Entry } from "./entry.ts";
import type { NamedPreload } from "./preloads.ts";
import { programPolicy } from "./program-policy.ts";

/** The flags of `run` and `exec`. */
export const RUN_FLAGS = {
  audit: { type: "boolean" },
  learn: { type: "boolean" },
  enforce: { type: "boolean" },
  write: { type: "boolean" },
  log: { type: "string" },
  belt: { type: "boolean" },
  help: { type: "boolean" },
  ...PRELOAD_FLAGS,
  ...ENV_FILE_FLAGS,
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
  assertFlags(flags);
  const nodeFlags = [...execArgv, ...(context.env["NODE_OPTIONS"] ?? "").split(/\s+/u)].filter((flag) => flag !== "");
  assertLockable(nodeFlags);
  const preloads = await preloadsOf(flags, context.cwd);
  const { policy, overrides: written } = programPolicy(request, context.cwd, preloads);
  if (flags["env-file"] !== undefined || flags["env-file-if-exists"] !== undefined) {
    const { readEnvFiles } = await import("./env-files.ts");
    for (const line of readEnvFiles(flags, context)) context.stderr.write(`moat: ${line}\n`);
  }
  assertTreeMatches(policy, project);
  const isLearning = flags.learn === true;
  // What was learned before is open again, so that several runs add up; what people wrote holds.
  const overrides = isLearning ? withoutLearned(written) : written;
  const logFile = flags.log === undefined ? undefined : path.resolve(context.cwd, flags.log);
  if (flags.belt === true) (await import("./belt.ts")).putOnBelt({ project, policy, overrides, logFile }, context);
  const audit = flags.audit === true || (isLearning && flags.enforce !== true);
  const paths = scopeFolders(project, context.cwd);
  const report = makeDenialReport({ audit, logFile, policy, overrides, paths, write: context.stderr.write });
  let learnFile: string | undefined;
  if (audit || isLearning) {
    // Not needed by most programs, and not to be loaded once one runs.
    const { auditText } = await import("../render/audit-text.ts");
    const { beginLearning, finishLearning } = await import("./learning.ts");
    if (isLearning) learnFile = beginLearning(project, name, context.env);
    context.atExit(() => {
      if (audit) context.stderr.write(auditText(report.summary(), report.contextOf));
      if (learnFile !== undefined) finishLearning({ project, learnFile, write: flags.write === true }, context);
    });
  }
  if (nodeFlags.length > 0 || context.env["NODE_V8_COVERAGE"]) {
    const { linesOfOutside } = await import("./tell-of-outside.ts");
    for (const line of linesOfOutside(nodeFlags, context.env)) context.stderr.write(`moat: ${line}\n`);
  }
  // HAZARD: only now. The runtime takes the powers of this process away.
  // oxlint-disable-next-line no-restricted-imports -- loaded only when a program starts
  const { runProgram } = await import("@moat/core/run");
  runProgram({
    entry: request.file,
    argv: [...request.argv],
    preloads,
    project,
    policy,
    overrides,
    audit,
    onDenial: report.record,
    logFile,
    learnFile,
    commandFolder: path.dirname(fileURLToPath(import.meta.url)),
  });
}

/** Most programs have none, and what reads them is not loaded. */
async function preloadsOf(flags: ProgramRequest["flags"], cwd: string): Promise<NamedPreload[]> {
  if (flags.require === undefined && flags.import === undefined) return [];
  return (await import("./preloads.ts")).namedPreloads(flags, cwd);
}

/** Flags of Node's that change intrinsics themselves, before SES can. */
const UNLOCKABLE: ReadonlySet<string> = new Set(["--frozen-intrinsics", "--disable-proto=throw"]);

function assertLockable(nodeFlags: readonly string[]): void {
  const found = nodeFlags.find((flag) => UNLOCKABLE.has(flag));
  if (found !== undefined)
    throw usageError(`under node's ${found} the intrinsics can't be locked down`, `start it without ${found}`);
}

function assertFlags(flags: ProgramRequest["flags"]): void {
  if (flags.audit === true && flags.learn === true)
    throw usageError("--learn lets everything through already, as --audit does", "moat run --learn <entry>");
  if (flags.belt === true && (flags.audit === true || flags.learn === true))
    throw usageError("--belt denies, and --audit and --learn let through", "moat run --belt <entry>");
  for (const flag of ["write", "enforce"] as const) {
    if (flags[flag] === true && flags.learn !== true)
      throw usageError(`--${flag} goes with --learn`, `moat run --learn --${flag} <entry>`);
  }
}
