/**
 * Reading texts is done thousands of times in a second, and then not again for hours: half of what
 * it costs would be V8 optimising the functions that read, and again whenever a text brings syntax
 * that they had not seen. So V8 is asked to optimise later while they run, by flags of the whole process.
 */
import { env, execArgv, versions } from "node:process";
import { setFlagsFromString } from "node:v8";

/**
 * How V8 is asked, and how that is taken back, by its version; other versions are left alone.
 * Each pair leaves the hash of flags as it was, which V8's code caches carry.
 */
const FLAGS: ReadonlyMap<string, readonly [later: string, asBefore: string]> = new Map([
  ["11", ["--interrupt-budget=675840", "--interrupt-budget=67584"]],
  ["12", ["--invocation-count-for-turbofan=30000", "--invocation-count-for-turbofan=3000"]],
  ["13", ["--no-turbofan", "--turbofan"]],
  ["14", ["--no-turbofan", "--turbofan"]],
]);

/** Flags of the user's own that these would undo. */
const OWN_PACE = /turbofan|interrupt.budget|invocation.count|\bopt\b|jitless/;

/** The pair for this process; undefined where V8 is to be left alone. */
export function paceFlags(v8 = versions.v8, given = `${execArgv.join(" ")} ${env["NODE_OPTIONS"] ?? ""}`): readonly [later: string, asBefore: string] | undefined {
  return OWN_PACE.test(given) ? undefined : FLAGS.get(v8.split(".", 1)[0]!);
}

let flags: ReturnType<typeof paceFlags> | null = null;

/** HAZARD: V8 refuses code caches in between, since its flags are others. */
export function setLatePace(isLate: boolean): void {
  if (flags === null) flags = paceFlags();
  if (flags !== undefined) setFlagsFromString(flags[isLate ? 0 : 1]);
}

/** V8 optimises later what runs in here. */
export function optimisedLate<T>(run: () => T): T {
  setLatePace(true);
  try {
    return run();
  } finally {
    setLatePace(false);
  }
}
