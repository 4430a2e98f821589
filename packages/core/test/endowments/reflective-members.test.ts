import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { facadeFromTable, type MemberTable } from "../../src/endowments/member-table.ts";
import type { BuiltinFactory } from "../../src/endowments/principal.ts";
import { ASYNC_HOOKS_MEMBERS, makeAsyncHooks } from "../../src/endowments/reflective/async-hooks.ts";
import {
  DIAGNOSTICS_CHANNEL_MEMBERS,
  makeDiagnosticsChannel,
} from "../../src/endowments/reflective/diagnostics-channel.ts";
import { DOMAIN_MEMBERS } from "../../src/endowments/reflective/domain.ts";
import { FFI_MEMBERS, makeFfi } from "../../src/endowments/reflective/ffi.ts";
import { INSPECTOR_MEMBERS, makeInspector } from "../../src/endowments/reflective/inspector.ts";
import { makeModule, MODULE_MEMBERS } from "../../src/endowments/reflective/module.ts";
import { makePerfHooks, PERF_HOOKS_MEMBERS } from "../../src/endowments/reflective/perf-hooks.ts";
import { makeRepl, REPL_MEMBERS } from "../../src/endowments/reflective/repl.ts";
import { makeSea, SEA_MEMBERS } from "../../src/endowments/reflective/sea.ts";
import { makeSqlite, SQLITE_MEMBERS } from "../../src/endowments/reflective/sqlite.ts";
import {
  makeTest,
  makeTestReporters,
  TEST_MEMBERS,
  TEST_REPORTERS_MEMBERS,
} from "../../src/endowments/reflective/test.ts";
import { makeTraceEvents, TRACE_EVENTS_MEMBERS } from "../../src/endowments/reflective/trace-events.ts";
import { makeV8, V8_MEMBERS } from "../../src/endowments/reflective/v8.ts";
import { makeVm } from "../../src/endowments/reflective/vm.ts";
import { VM_MEMBERS } from "../../src/endowments/reflective/vm-members.ts";
import { makeWasi, WASI_MEMBERS } from "../../src/endowments/reflective/wasi.ts";
import { makeChildProcess } from "../../src/endowments/subprocess/child-process.ts";
import { CHILD_PROCESS_MEMBERS } from "../../src/endowments/subprocess/child-process-members.ts";
import { CLUSTER_MEMBERS, makeCluster } from "../../src/endowments/subprocess/cluster.ts";
import { makeWorkerThreads } from "../../src/endowments/subprocess/worker-threads.ts";
import { WORKER_THREADS_MEMBERS } from "../../src/endowments/subprocess/worker-threads-members.ts";
import { fakeContext } from "./subprocess-context.ts";

const require = createRequire(import.meta.url);

const TABLES: readonly (readonly [builtin: string, table: MemberTable, make?: BuiltinFactory])[] = [
  ["async_hooks", ASYNC_HOOKS_MEMBERS, makeAsyncHooks],
  ["child_process", CHILD_PROCESS_MEMBERS, makeChildProcess],
  ["cluster", CLUSTER_MEMBERS, makeCluster],
  ["diagnostics_channel", DIAGNOSTICS_CHANNEL_MEMBERS, makeDiagnosticsChannel],
  ["ffi", { ...FFI_MEMBERS, suffix: ["pass", ""], types: ["pass", ""] }, makeFfi],
  ["inspector", INSPECTOR_MEMBERS, makeInspector],
  ["module", MODULE_MEMBERS, makeModule],
  ["perf_hooks", PERF_HOOKS_MEMBERS, makePerfHooks],
  ["repl", REPL_MEMBERS, makeRepl],
  ["sea", SEA_MEMBERS, makeSea],
  ["sqlite", SQLITE_MEMBERS, makeSqlite],
  ["test", TEST_MEMBERS, makeTest],
  ["test/reporters", TEST_REPORTERS_MEMBERS, makeTestReporters],
  ["trace_events", TRACE_EVENTS_MEMBERS, makeTraceEvents],
  ["v8", V8_MEMBERS, makeV8],
  ["vm", VM_MEMBERS, makeVm],
  ["wasi", WASI_MEMBERS, makeWasi],
  ["worker_threads", WORKER_THREADS_MEMBERS, makeWorkerThreads],
];
const FUNCTION_KEYS = ["length", "name", "prototype"];

function realModule(builtin: string): any {
  try {
    return require(`node:${builtin}`);
  } catch {
    return undefined;
  }
}

describe.each(TABLES)("%s", (builtin, table, make) => {
  const real = realModule(builtin);

  test("has a row for each member of this Node", () => {
    if (real === undefined) return expect(["ffi", "sqlite"]).toContain(builtin);
    const members = Object.getOwnPropertyNames(real).filter(
      (name) => typeof real !== "function" || !FUNCTION_KEYS.includes(name),
    );
    expect(members.filter((name) => !Object.hasOwn(table, name))).toEqual([]);
  });

  test("gives packages no member that its table does not name", () => {
    if (real === undefined || make === undefined) return expect(["ffi", "sqlite"]).toContain(builtin);
    const facade: any = make(fakeContext());
    const emitter = builtin === "cluster" ? ["_events", "_eventsCount", "_maxListeners", "domain"] : [];
    const members = Object.getOwnPropertyNames(facade).filter(
      (name) => (typeof facade !== "function" || !FUNCTION_KEYS.includes(name)) && !emitter.includes(name),
    );
    expect(members.filter((name) => !Object.hasOwn(table, name) || table[name]![0] === "absent")).toEqual([]);
    for (const name of members) {
      if (table[name]![0] !== "refuse") continue;
      expect(facade[name], name).not.toBe(real[name]);
      expect(() => facade[name](), name).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
      expect(() => new facade[name](), name).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
    }
  });

  test("gives the application all but what nobody may have", () => {
    if (real === undefined || make === undefined) return expect(["ffi", "sqlite"]).toContain(builtin);
    const facade: any = make(fakeContext({ trusted: true }));
    for (const name of Object.keys(table)) {
      if (name in real && table[name]![0] === "refuse" && typeof real[name] === "function")
        expect(typeof facade[name], name).toBe("function");
    }
  });
});

test("every row says why", () => {
  for (const [builtin, table] of [...TABLES, ["domain", DOMAIN_MEMBERS] as const]) {
    for (const [name, [rule, why]] of Object.entries(table)) {
      expect(["pass", "own", "refuse", "absent"], `${builtin}.${name}`).toContain(rule);
      if (builtin !== "ffi") expect(why.length, `${builtin}.${name}`).toBeGreaterThan(3);
    }
  }
});

test("a member that a new Node adds is absent", () => {
  const context = fakeContext({
    more: { powers: { builtin: () => ({ known: () => 1, brandNew: () => 2 }), process, globals: {} } },
  });
  expect(Object.keys(facadeFromTable(context, "x", { known: ["pass", "test"] }, {}))).toEqual(["known"]);
});
