import { makeBufferModule } from "./buffer.ts";
import { principalConsole } from "./console.ts";
import { makePath, makePathPosix, makePathWin32 } from "./path.ts";
import { principalProcess } from "./process/process.ts";
import { makeAsyncHooks } from "./reflective/async-hooks.ts";
import { makeChildProcess } from "./subprocess/child-process.ts";
import { makeDiagnosticsChannel } from "./reflective/diagnostics-channel.ts";
import { makeModule } from "./reflective/module.ts";
import { makePerfHooks } from "./reflective/perf-hooks.ts";
import { makeV8 } from "./reflective/v8.ts";
import { makeVm } from "./reflective/vm.ts";
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
  async_hooks: (context) => makeAsyncHooks(context),
  buffer: (context) => makeBufferModule(context),
  child_process: (context) => makeChildProcess(context),
  console: (context) => principalConsole(context),
  diagnostics_channel: (context) => makeDiagnosticsChannel(context),
  module: (context) => makeModule(context),
  path: (context) => makePath(context),
  "path/posix": (context) => makePathPosix(context),
  "path/win32": (context) => makePathWin32(context),
  perf_hooks: (context) => makePerfHooks(context),
  process: (context) => principalProcess(context),
  timers: (context) => makeTimers(context),
  tty: (context) => makeTty(context),
  util: (context) => makeUtil(context),
  v8: (context) => makeV8(context),
  vm: (context) => makeVm(context),
};
