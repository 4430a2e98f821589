import { setFlagsFromString } from "node:v8";

export interface EnginePace {
  /** To be called before each text that is parsed. */
  readonly next: () => void;
  /** Puts V8's flags back. */
  readonly end: () => void;
}

/**
 * How V8 is asked to optimise later, and how that is taken back, by its version; other
 * versions are left alone. Each pair leaves the hash of flags as it was, which V8's code
 * caches carry.
 */
const FLAGS: ReadonlyMap<string, readonly [later: string, asBefore: string]> = new Map([
  ["11", ["--interrupt-budget=300000", "--interrupt-budget=67584"]],
  ["12", ["--invocation-count-for-turbofan=30000", "--invocation-count-for-turbofan=3000"]],
  ["13", ["--no-turbofan", "--turbofan"]],
  ["14", ["--no-turbofan", "--turbofan"]],
]);

/** From here on optimised code has been worth its while. */
const MANY_TEXTS = 1_500;

/**
 * Of the second that a project of ordinary size takes, V8 would spend half on optimising
 * the parser, and again whenever a file brings syntax that it had not seen.
 */
export function makeEnginePace(v8 = process.versions.v8): EnginePace {
  const flags = FLAGS.get(v8.split(".", 1)[0]!);
  let texts = 0;
  let isSlowed = false;
  const put = (slowed: boolean): void => {
    if (flags === undefined || isSlowed === slowed) return;
    setFlagsFromString(flags[slowed ? 0 : 1]);
    isSlowed = slowed;
  };
  return {
    next: () => {
      texts += 1;
      put(texts < MANY_TEXTS);
    },
    end: () => put(false),
  };
}
