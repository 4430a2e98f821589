import { openSync, writeSync } from "node:fs";
import { makeDenialLog, MoatError, type Denial, type Policy } from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import { auditText } from "../render/audit-text.ts";

export interface DenialReportOptions {
  readonly audit: boolean;
  /** Absolute. */
  readonly logFile: string | undefined;
  readonly policy: Policy;
  readonly project: string;
  readonly context: Pick<CommandContext, "stderr" | "atExit">;
}

/**
 * Returns what is told of each denial: it tells the person at the terminal, and
 * the log, as denials happen; in an audit, everything at the end.
 *
 * HAZARD: it is called while the program runs, from inside attenuators. It
 * works on what it captured before and never throws.
 *
 * @throws MoatError `MOAT_WRITE_FAILED` when the log can't be opened
 */
export function makeDenialReport(options: DenialReportOptions): (denial: Denial) => void {
  const { audit, logFile, policy, project, context } = options;
  const descriptor = logFile === undefined ? undefined : openLog(logFile);
  const log = makeDenialLog({
    audit,
    write: (line) => quietly(() => context.stderr.write(line)),
    ...(descriptor === undefined
      ? {}
      : { writeJson: (line: string) => quietly(() => void writeSync(descriptor, line)) }),
    contextOf: (name) => ({
      project,
      pending: Object.hasOwn(policy.packages, name) ? policy.packages[name]!.pending : undefined,
    }),
  });
  if (audit) context.atExit(() => quietly(() => context.stderr.write(auditText(log.summary()))));
  return (denial) => quietly(() => log.record(denial));
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
