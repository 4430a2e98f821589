/**
 * Reading texts is done thousands of times in a second, and then not again for hours: half of what
 * it costs would be V8 optimising the functions that read, and again whenever a text brings syntax
 * that they had not seen. So V8 is asked to optimise later while they run, by flags of the whole process.
 */
import { env, execArgv, versions } from "node:process";
import { setFlagsFromString } from "node:v8";

/**
 * How V8 is asked to wait a number of times longer, by its version; other versions are left alone.
 * HAZARD: once is what it does by itself, and leaves the hash of flags as it was, which V8's code caches carry.
 */
const FLAGS: ReadonlyMap<string, (times: number) => string> = new Map([
  ["11", (times) => `--interrupt-budget=${67_584 * times}`],
  ["12", (times) => `--invocation-count-for-turbofan=${3_000 * times}`],
  ["13", (times) => (times === 1 ? "--turbofan" : "--no-turbofan")],
  ["14", (times) => (times === 1 ? "--turbofan" : "--no-turbofan")],
]);

/**
 * The same for what is done once, as the process starts: there V8's middle compiler is asked to wait, too. It makes code of
 * two dozen functions then, each of them in another thread, and has hardly finished when they have run for the last time.
 */
const FLAGS_AT_START: typeof FLAGS = new Map([
  ...FLAGS,
  ["13", (times) => `--invocation-count-for-maglev=${400 * times}`],
  ["14", (times) => `--invocation-count-for-maglev=${400 * times}`],
]);

/** Flags of the user's own that these would undo. */
const OWN_PACE =
  /turbofan|maglev|interrupt.budget|invocation.count|\bopt\b|jitless|lite.mode|optimizing.compilers|fuzz/;

/** The flag for this process; undefined where V8 is to be left alone. */
export function paceFlag(
  v8 = versions.v8,
  given = `${execArgv.join(" ")} ${env["NODE_OPTIONS"] ?? ""}`,
  flags = FLAGS,
): ((times: number) => string) | undefined {
  return OWN_PACE.test(given) ? undefined : flags.get(v8.split(".", 1)[0]!);
}

let flag: ReturnType<typeof paceFlag> | null = null;

function ownFlag(): ReturnType<typeof paceFlag> {
  if (flag === null) flag = paceFlag();
  return flag;
}

/** HAZARD: V8 refuses code caches until it is called with 1, since its flags are others. */
export function optimiseAfter(times: number): void {
  const flagOf = ownFlag();
  if (flagOf !== undefined) setFlagsFromString(flagOf(times));
}

/**
 * From now on V8 is left alone. HAZARD: flags are the whole process's, and V8 looks at them in every thread:
 * to be called in workers, before the first one is started, and in a process that is somebody else's.
 */
export function leavePace(): void {
  flag = undefined;
}

/** Texts differ so much, and optimised code is thrown away so often, that most programs are read before it pays. */
const TIMES_AS_LONG = 20;

/** V8 optimises later what runs in here. */
export function optimisedLate<T>(run: () => T): T {
  return withFlag(ownFlag(), run);
}

/** V8 optimises later what runs in here, once and as the process starts. In a worker, or in a host, V8 is left alone before. */
export function startedLate<T>(run: () => T): T {
  return withFlag(ownFlag() && paceFlag(undefined, undefined, FLAGS_AT_START), run);
}

function withFlag<T>(flagOf: ReturnType<typeof paceFlag>, run: () => T): T {
  if (flagOf === undefined) return run();
  setFlagsFromString(flagOf(TIMES_AS_LONG));
  try {
    return run();
  } finally {
    setFlagsFromString(flagOf(1));
  }
}
