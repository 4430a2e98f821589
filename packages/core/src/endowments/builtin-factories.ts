import { makeAssert } from "./assert.ts";
import { makeBufferModule } from "./buffer.ts";
import { principalConsole } from "./console.ts";
import { makeCrypto } from "./crypto.ts";
import type { MemberTable } from "./member-table.ts";
import { DGRAM_MEMBERS } from "./net/dgram-facade.ts";
import { DNS_MEMBERS } from "./net/dns-members.ts";
import { HTTPS_MEMBERS, HTTP_MEMBERS } from "./net/http-members.ts";
import { HTTP2_MEMBERS } from "./net/http2-facade.ts";
import { NETWORK_FACTORIES } from "./net/index.ts";
import { NET_MEMBERS } from "./net/net-members.ts";
import { TLS_MEMBERS } from "./net/tls-members.ts";
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
import { CHILD_PROCESS_MEMBERS } from "./subprocess/child-process-members.ts";
import { WORKER_THREADS_MEMBERS } from "./subprocess/worker-threads-members.ts";
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

/**
 * Those of plain objects that cost milliseconds to make, with their members: made when one of these is first looked at.
 */
export const DEFERRED_BUILTINS: Readonly<Record<string, MemberTable>> = {
  child_process: CHILD_PROCESS_MEMBERS,
  dgram: DGRAM_MEMBERS,
  dns: DNS_MEMBERS,
  http: HTTP_MEMBERS,
  http2: HTTP2_MEMBERS,
  https: HTTPS_MEMBERS,
  net: NET_MEMBERS,
  tls: TLS_MEMBERS,
  worker_threads: WORKER_THREADS_MEMBERS,
};
