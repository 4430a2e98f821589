/** What becomes of a denial: a line for the person, a line in the log. One for the program, its workers and its children. */
import { entryOf } from "../policy/entry-of.ts";
import { openSync, writeSync } from "node:fs";
import process from "node:process";
import { MoatError } from "../errors/moat-error.ts";
import type { ScopeFolders } from "../policy/scope-place.ts";
import type { CanonicalName, Overrides, Policy } from "../policy/types.ts";
import { makeDenialLog, type CountedDenial } from "./denial-log.ts";
import type { Denial } from "./denial.ts";
import { staleHint, type DenialContext } from "./format-denial.ts";

/** Where denials go, and what is known of the program, for the step that each line offers. */
export interface DenialReportOptions {
  /** Nothing is denied: only the log is written while the program runs. */
  readonly audit: boolean;
  /** Absolute; denials are appended to it as JSON lines. */
  readonly logFile?: string | undefined;
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** The program's real absolute folders, as path scopes mean them: a worker's or child's own are the choice of who started it. */
  readonly paths: ScopeFolders;
  /** Takes one line for the person, with its end. */
  readonly write: (line: string) => void;
}

/** What the command and the starts of workers and children tell denials to. */
export interface DenialReport {
  /** Never throws: it is called from inside attenuators, while the program runs. */
  record(denial: Denial): void;
  summary(): CountedDenial[];
  contextOf(name: CanonicalName): DenialContext;
}

/** @throws {MoatError} `MOAT_WRITE_FAILED` when the log can't be opened. */
export function makeDenialReport(options: DenialReportOptions): DenialReport {
  const { audit, logFile, policy, overrides, paths, write } = options;
  const descriptor = logFile === undefined ? undefined : openLog(logFile);
  const contextOf = (name: CanonicalName): DenialContext => ({
    project: paths.project,
    home: paths.home,
    temp: paths.tmp,
    cwd: paths.cwd,
    pending: entryOf(policy, name)?.pending,
    override: entryOf(overrides, name),
  });
  const log = makeDenialLog({
    audit,
    pid: process.pid,
    write: (line) => quietly(() => write(line)),
    ...(descriptor !== undefined && { writeJson: (line: string) => quietly(() => void writeSync(descriptor, line)) }),
    contextOf,
  });
  let isStaleTold = audit;
  const tellOfStale = (denial: Denial): void => {
    if (isStaleTold || denial.quiet) return;
    const hint = staleHint(denial, contextOf(denial.principal));
    if (hint === undefined) return;
    isStaleTold = true;
    write(`${hint}\n`);
  };
  return Object.freeze({
    record: (denial: Denial) =>
      quietly(() => {
        log.record(denial);
        tellOfStale(denial);
      }),
    summary: () => log.summary(),
    contextOf,
  });
}

/** Lines are appended, so that processes that a program starts can share the file. */
function openLog(logFile: string): number {
  try {
    return openSync(logFile, "a");
  } catch (cause) {
    throw new MoatError(
      "MOAT_WRITE_FAILED",
      `the log ${logFile} can't be written: ${(cause as NodeJS.ErrnoException).code}`,
      {
        fields: { file: logFile },
        nextStep: "name another file: --log FILE",
        cause,
      },
    );
  }
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // A full disk or a closed terminal must not become an error of the program.
  }
}
