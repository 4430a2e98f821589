/** What looks into the process, for who asks for it; see `loader/late.ts`. */
export { makeAsyncHooks } from "./async-hooks.ts";
export { makeDiagnosticsChannel } from "./diagnostics-channel.ts";
export { makeDomain } from "./domain.ts";
export { makeFfi } from "./ffi.ts";
export { makeInspector, makeInspectorPromises } from "./inspector.ts";
export { makeModule } from "./module.ts";
export { makePerfHooks } from "./perf-hooks.ts";
export { makeRepl } from "./repl.ts";
export { makeSea } from "./sea.ts";
export { makeSqlite } from "./sqlite.ts";
export { makeTest, makeTestReporters } from "./test.ts";
export { makeTraceEvents } from "./trace-events.ts";
export { makeV8 } from "./v8.ts";
export { makeVm } from "./vm.ts";
export { makeWasi } from "./wasi.ts";
