import { optimiseAfter } from "@moat/core/model";

export interface EnginePace {
  /** To be called before each text that is parsed. */
  readonly next: () => void;
  /** Puts V8's flags back. */
  readonly end: () => void;
}

const TIMES_AS_LONG = 10;
/** From here on optimised code has been worth its while. */
const MANY_TEXTS = 1_500;

/**
 * Of the second that a project of ordinary size takes, V8 would spend half on optimising
 * the parser; see `optimiseAfter`.
 */
export function makeEnginePace(): EnginePace {
  let texts = 0;
  let isLate = false;
  const put = (late: boolean): void => {
    if (isLate === late) return;
    optimiseAfter(late ? TIMES_AS_LONG : 1);
    isLate = late;
  };
  return {
    next: () => {
      texts += 1;
      put(texts < MANY_TEXTS);
    },
    end: () => put(false),
  };
}
