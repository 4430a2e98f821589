/**
 * Once a small program has come to its end by itself, and well, the process ends as `process.exit()` ends it.
 * Node would take its heap apart before, object by object, for which nobody waits but who started it.
 *
 * What is taken apart may have something to do yet: a database writes down its log, addons and debuggers have hooks
 * for that moment. Then the end is Node's; and also where anything of the program may hear of it, which is where it has
 * looked at `process`: what listeners have left in promises Node does after them.
 */
import type { Powers } from "../endowments/principal.ts";

const { apply } = Reflect;

/** As Node lists what it has loaded. */
const ENDING_BUILTINS: readonly string[] = [
  "sqlite",
  "ffi",
  "quic",
  "inspector",
  "inspector/promises",
  "trace_events",
].map((name) => `NativeModule ${name}`);

/** To be called in the main thread, when moat's own listeners are there and before anything of the program is loaded. */
export function endAtOnce({ process }: Powers): void {
  const { dlopen, exit, moduleLoadList } = process as NodeJS.Process & { readonly moduleLoadList?: readonly string[] };
  // Debuggers, profilers and the like.
  const hasFlags = process.execArgv.length > 0 || process.env["NODE_OPTIONS"] || process.env["NODE_V8_COVERAGE"];
  if (hasFlags || moduleLoadList === undefined) return;
  let hasAddons = false;
  process.dlopen = (...given) => {
    hasAddons = true;
    return apply(dlopen, process, given) as void;
  };
  const own = process.listenerCount("exit");
  const end = (code: number): void => {
    // HAZARD: an error that nobody catches is printed after the listeners; the code tells.
    if (code !== 0 || process.listeners("exit").at(-1) !== end) return;
    if (!hasAddons && !ENDING_BUILTINS.some((name) => moduleLoadList.includes(name))) exit();
  };
  process.on("beforeExit", () => {
    process.off("exit", end);
    // Whoever comes later comes after it.
    if (process.listenerCount("exit") === own) process.on("exit", end);
  });
}
