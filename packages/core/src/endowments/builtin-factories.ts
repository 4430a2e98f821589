import { makeAssert } from "./assert.ts";
import { makeBufferModule } from "./buffer.ts";
import { principalConsole } from "./console.ts";
import { makeCrypto } from "./crypto.ts";
import { NETWORK_FACTORIES } from "./net/index.ts";
import { makePath, makePathPosix, makePathWin32 } from "./path.ts";
import { principalProcess } from "./process/process.ts";
import {
  makeAsyncHooks,
  makeDiagnosticsChannel,
  makeDomain,
  makeFfi,
  makeInspector,
  makeInspectorPromises,
  makeModule,
  makePerfHooks,
  makeRepl,
  makeSea,
  makeSqlite,
  makeTest,
  makeTestReporters,
  makeTraceEvents,
  makeV8,
  makeVm,
  makeWasi,
} from "./reflective/late.ts";
import { makeChildProcess, makeCluster, makeWorkerThreads } from "./subprocess/late.ts";
import { makeTimers } from "./timers.ts";
import { makeTty } from "./tty.ts";
import { makeUtil } from "./util.ts";
import { builtinFacade } from "./builtins.ts";
import { makeFs } from "./fs/late.ts";
import type { BuiltinFactory } from "./principal.ts";

/**
 * The factory of each builtin that is attenuated or private to a principal.
 * A builtin that is neither here nor in the table of handed ones is refused.
 * Wrapped in functions, so that the modules may load in any order.
 */
export const BUILTIN_FACTORIES: Readonly<Record<string, BuiltinFactory>> = {
  assert: (context) => makeAssert(context),
  "assert/strict": (context) => makeAssert(context).strict,
  async_hooks: (context) => makeAsyncHooks(context),
  buffer: (context) => makeBufferModule(context),
  child_process: (context) => makeChildProcess(context),
  cluster: (context) => makeCluster(context),
  console: (context) => principalConsole(context),
  crypto: (context) => makeCrypto(context),
  diagnostics_channel: (context) => makeDiagnosticsChannel(context),
  domain: (context) => makeDomain(context),
  ffi: (context) => makeFfi(context),
  fs: (context) => makeFs(context),
  // Not by way of what the policy grants of `fs`: the one may be granted without the other.
  "fs/promises": (context) => builtinFacade(context, "fs").promises,
  inspector: (context) => makeInspector(context),
  "inspector/promises": (context) => makeInspectorPromises(context),
  module: (context) => makeModule(context),
  path: (context) => makePath(context),
  "path/posix": (context) => makePathPosix(context),
  "path/win32": (context) => makePathWin32(context),
  perf_hooks: (context) => makePerfHooks(context),
  process: (context) => principalProcess(context),
  repl: (context) => makeRepl(context),
  sea: (context) => makeSea(context),
  sqlite: (context) => makeSqlite(context),
  test: (context) => makeTest(context),
  "test/reporters": (context) => makeTestReporters(context),
  timers: (context) => makeTimers(context),
  trace_events: (context) => makeTraceEvents(context),
  tty: (context) => makeTty(context),
  util: (context) => makeUtil(context),
  v8: (context) => makeV8(context),
  vm: (context) => makeVm(context),
  wasi: (context) => makeWasi(context),
  worker_threads: (context) => makeWorkerThreads(context),
  ...NETWORK_FACTORIES,
};
