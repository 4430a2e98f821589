import { makeBufferModule } from "./buffer.ts";
import { principalConsole } from "./console.ts";
import { makePath, makePathPosix, makePathWin32 } from "./path.ts";
import { principalProcess } from "./process/process.ts";
import { makeTimers } from "./timers.ts";
import { makeTty } from "./tty.ts";
import { makeUtil } from "./util.ts";
import type { BuiltinFactory } from "./principal.ts";

/**
 * The factory of each builtin that is attenuated or private to a principal.
 * Functions, so that modules may load in any order.
 * A builtin that is neither here nor in the table of handed ones is refused.
 */
export const BUILTIN_FACTORIES: Readonly<Record<string, BuiltinFactory>> = {
  buffer: (context) => makeBufferModule(context),
  console: (context) => principalConsole(context),
  path: (context) => makePath(context),
  "path/posix": (context) => makePathPosix(context),
  "path/win32": (context) => makePathWin32(context),
  process: (context) => principalProcess(context),
  timers: (context) => makeTimers(context),
  tty: (context) => makeTty(context),
  util: (context) => makeUtil(context),
};
