import type { Output } from "../command-context.ts";

export interface Progress {
  /** Shows what is being done, in place of what was shown before. */
  show(text: string): void;
  clear(): void;
}

/** Work that is over sooner than this shows nothing. */
const QUIET_MS = 400;
const REFRESH_MS = 80;

/** One line on the terminal that is rewritten; nothing at all elsewhere. */
export function makeProgress(output: Output, now: () => number = Date.now): Progress {
  const start = now();
  let last = 0;
  let shown = false;
  return {
    show(text) {
      const at = now();
      if (!output.isTerminal || at - start < QUIET_MS || at - last < REFRESH_MS) return;
      last = at;
      shown = true;
      output.write(`\r\u001b[2K${text}`);
    },
    clear() {
      if (shown) output.write("\r\u001b[2K");
      shown = false;
    },
  };
}
