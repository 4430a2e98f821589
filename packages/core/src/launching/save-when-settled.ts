import type { PreparedModules } from "../prepared/prepared-modules.ts";
import type { PreparedResolutions } from "../prepared/prepared-resolutions.ts";
import type { Powers } from "../endowments/principal.ts";

/** Lets a program load most of what it needs; a server never exits. */
const SETTLED_AFTER_MS = 5_000;
/** Pools terminate their threads, which hear of no end then; what comes later is saved ever later. */
const THREAD_SETTLED_AFTER_MS = 100;
const LATER_EACH_TIME = 4;

/** Saves what was prepared when the program ends, or once it has been up for a while. */
export function saveWhenSettled(
  prepared: PreparedModules,
  resolutions: PreparedResolutions | undefined,
  powers: Powers,
  isThread: boolean,
): void {
  const save = (): void => {
    try {
      resolutions?.keep();
      prepared.save();
    } catch (error) {
      // The next run prepares again: slower, nothing else. The program's own output stays its own.
      if (powers.process.env["MOAT_DEBUG"]) powers.process.stderr.write(`moat: ${String(error)}\n`);
    }
  };
  powers.process.on("exit", save);
  // Most runs add nothing, and a timer of their own costs the smallest ones a hundredth of their time.
  let isAwaited = false;
  let delay = isThread ? THREAD_SETTLED_AFTER_MS : SETTLED_AFTER_MS;
  const settled = (): void => {
    save();
    delay *= LATER_EACH_TIME;
    isAwaited = !isThread;
  };
  const saveLater = (): void => {
    if (!isAwaited) powers.globals["setTimeout"](settled, delay).unref();
    isAwaited = true;
  };
  prepared.whenAdded(saveLater);
  resolutions?.whenAdded(saveLater);
}
