import { compareText } from "../naming/compare-names.ts";
import type { CanonicalName } from "../policy/types.ts";
import type { Denial } from "./denial.ts";
import { escapeForTerminal } from "./escape-for-terminal.ts";
import { formatDenial, type DenialContext } from "./format-denial.ts";
import { telemetryAttributes } from "./telemetry-attributes.ts";

/** Where denials go. */
export interface DenialLogOptions {
  /** Takes one line, with its end, for a person (stderr). Not called in an audit. */
  readonly write?: (line: string) => void;
  /** Takes one JSON line, with its end: `{"version":1,"time":…,"denied":true,"principal":…,"attributes":{…}}`. */
  readonly writeJson?: (line: string) => void;
  /** `--audit` and `--learn`: everything goes through and is recorded. */
  readonly audit?: boolean;
  /** Of the process, for the JSON lines. */
  readonly pid?: number;
  /** What is known about a package, for the line's last part. */
  readonly contextOf?: (principal: CanonicalName) => DenialContext;
}

/** A denial, and how often it happened. */
export interface CountedDenial {
  readonly denial: Denial;
  readonly count: number;
}

/** The denials of one process. */
export interface DenialLog {
  record(denial: Denial): void;
  /** Everything that was recorded, once each, by package, capability and target. */
  summary(): CountedDenial[];
}

/** A package can make up targets without end: it must neither fill the memory or the screen, nor hide what others do. */
const MOST_RECORDED_EACH = 10_000;
const MOST_LINES_EACH = 100;

/** Collects denials: one line for each principal, capability and target, however often it happens. */
export function makeDenialLog(options: DenialLogOptions = {}): DenialLog {
  const { write, writeJson, audit = false, pid = 0, contextOf } = options;
  const recorded = new Map<string, { denial: Denial; count: number; told: boolean }>();
  const linesOf = new Map<CanonicalName, number>();
  const recordedOf = new Map<CanonicalName, number>();
  const next = (counts: Map<CanonicalName, number>, principal: CanonicalName): number => {
    const count = (counts.get(principal) ?? 0) + 1;
    counts.set(principal, count);
    return count;
  };

  const writeLine = (denial: Denial) => {
    if (write === undefined || audit) return;
    const count = next(linesOf, denial.principal);
    if (count <= MOST_LINES_EACH) write(`${formatDenial(denial, contextOf?.(denial.principal))}\n`);
    else if (count === MOST_LINES_EACH + 1)
      write(
        `moat: ${escapeForTerminal(denial.principal)} was denied more than ${MOST_LINES_EACH} things; the others are in the log (--log FILE) only\n`,
      );
  };

  const jsonLine = (denial: Denial): string => {
    const time = new Date().toISOString();
    const attributes = telemetryAttributes(denial, !audit, pid);
    return `${JSON.stringify({ version: 1, time, denied: !audit, ...denial, attributes })}\n`;
  };

  const record = (given: Denial) => {
    const denial: Denial = Object.freeze({
      principal: given.principal,
      capability: given.capability,
      target: given.target,
      ...(given.via === undefined ? {} : { via: given.via }),
      ...(given.file === undefined ? {} : { file: given.file }),
      ...(given.never === undefined ? {} : { never: given.never }),
    });
    const key = `${denial.principal}\0${denial.capability}\0${denial.target}`;
    const known = recorded.get(key);
    if (known !== undefined) {
      known.count += 1;
      if (!known.told && !given.quiet) writeLine(known.denial);
      known.told ||= !given.quiet;
      return;
    }
    if (next(recordedOf, denial.principal) > MOST_RECORDED_EACH) return;
    recorded.set(key, { denial, count: 1, told: !given.quiet });
    if (!given.quiet) writeLine(denial);
    writeJson?.(jsonLine(denial));
  };

  return Object.freeze({
    record,
    summary: () =>
      [...recorded.values()]
        .map(({ denial, count }) => ({ denial, count }))
        .toSorted(
          (a, b) =>
            compareText(a.denial.principal, b.denial.principal) ||
            compareText(a.denial.capability, b.denial.capability) ||
            compareText(a.denial.target, b.denial.target),
        ),
  });
}
