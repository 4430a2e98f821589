/** In a worker or child: reads the policy from the project again, and starts. */
import { openSync, writeSync } from "node:fs";
import { makeDenialLog } from "../audit/denial-log.ts";
import type { Denial } from "../audit/denial.ts";
import type { WorkerOrigin } from "../endowments/subprocess/launchers.ts";
import { readPolicy } from "../policy/policy-files.ts";
import type { Policy } from "../policy/types.ts";
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
  const { request } = started;
  const { policy, overrides } = readPolicy(request.paths.project);
  runProgram({
    entry: request.program,
    argv: [],
    project: request.paths.project,
    policy,
    overrides,
    audit: request.audit,
    logFile: request.logFile,
    onDenial: makeReport(request, policy),
    started,
  });
}

/** Straight to the descriptors: the streams of a worker are pipes to the program that may never be read. */
function makeReport(request: StartRequest, policy: Policy): (denial: Denial) => void {
  const { audit, logFile, paths } = request;
  const descriptor = logFile === undefined ? undefined : openSync(logFile, "a");
  const log = makeDenialLog({
    audit,
    write: (line) => quietly(() => void writeSync(2, line)),
    ...(descriptor !== undefined && { writeJson: (line: string) => quietly(() => void writeSync(descriptor, line)) }),
    contextOf: (name) => ({
      project: paths.project,
      pending: Object.hasOwn(policy.packages, name) ? policy.packages[name]!.pending : undefined,
    }),
  });
  return (denial) => quietly(() => log.record(denial));
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // A full disk or a closed terminal must not become an error of the program.
  }
}
