/** The start of moat in a worker or in a child `node`: what the two bootstrap files have in common. */
import { writeSync } from "node:fs";
import { makeDenialReport } from "../audit/denial-report.ts";
import type { WorkerOrigin } from "../endowments/subprocess/launchers.ts";
import { withoutLearned } from "../learning/learned-fields.ts";
import { readPolicy } from "../policy/policy-files.ts";
import { runProgram } from "../run-program.ts";
import type { StartRequest } from "./start-request.ts";

export interface StartedBy {
  readonly request: StartRequest;
  /** `process.argv` of the worker or child. */
  readonly argv: readonly string[];
  /** In a worker. */
  readonly worker?: Omit<WorkerOrigin, "principal">;
}

/** @throws MoatError as `moat run` does, where the policy is no longer there. */
export function startFromRequest(started: StartedBy): void {
  const { audit, learnFile, logFile, paths, program } = started.request;
  const { policy, overrides: written } = readPolicy(paths.project);
  const overrides = learnFile === undefined ? written : withoutLearned(written);
  // Straight to the descriptor: the streams of a worker are pipes to the program that may never be read.
  const write = (line: string): void => void writeSync(2, line);
  const report = makeDenialReport({ audit, logFile, policy, overrides, paths, write });
  runProgram({
    entry: program,
    argv: [],
    project: paths.project,
    policy,
    overrides,
    audit,
    logFile,
    learnFile,
    onDenial: report.record,
    started,
  });
}
