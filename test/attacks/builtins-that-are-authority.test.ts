import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

// Granted in full: what these modules could do must still stay within the policy.
test("builtins that are as good as all authority stay within the policy", async () => {
  const damage = await attack({
    techniques: {
      "wasi with a preopened folder": `const { WASI } = require("wasi"); const w = new WASI({ version: "preview1", preopens: { "/x": SECRET_FILE.replace(/\\/[^/]*$/, "") } }); return w.wasiImport.path_open && "canary: opened"`,
      "wasi with preopens that answer later": `const { WASI } = require("wasi"); let n = 0; const w = new WASI({ version: "preview1", get preopens() { return n++ ? { "/x": "/" } : undefined } }); return n > 1 ? "canary: asked twice" : "once"`,
      "wasi's native class by its imports": `const { WASI } = require("wasi"); const w = new WASI({ version: "preview1" }); const Native = Object.getPrototypeOf(w.wasiImport).constructor; const n = new Native(["x"], [], ["/x", "/"], [0, 1, 2]); return n.path_open && n !== null && typeof n.path_open === "function" && "canary: native"`,
      "wasi with a foreign descriptor": `const { WASI } = require("wasi"); new WASI({ version: "preview1", stdin: 5 }); return "canary: took it"`,
      "sqlite on a file": `const { DatabaseSync } = require("node:sqlite"); new DatabaseSync(MARKER).exec("create table t (a)"); return "wrote"`,
      "sqlite's ATTACH": `const { DatabaseSync } = require("node:sqlite"); new DatabaseSync(":memory:").exec("attach '" + MARKER + "' as x; create table x.t (a)"); return "wrote"`,
      "sqlite's VACUUM INTO": `const { DatabaseSync } = require("node:sqlite"); new DatabaseSync(":memory:").exec("create table t (a); vacuum into '" + MARKER + "'"); return "wrote"`,
      "sqlite's backup": `const sqlite = require("node:sqlite"); await sqlite.backup({}, MARKER); return "wrote"`,
      "sqlite's statement class": `const { StatementSync } = require("node:sqlite"); return new StatementSync()`,
      "trace_events": `require("trace_events").createTracing({ categories: ["node", "v8"] }).enable(); return "canary: tracing"`,
      "test.mock": `const { mock } = require("node:test"); mock.method(JSON, "parse", () => "canary"); return "canary: mocked"`,
      "test.run of a file": `require("node:test").run({ files: [APP] }); return "canary: ran"`,
      "test itself": `let got; require("node:test")("x", (t) => { got = t; t.mock.timers.enable() }); await new Promise((r) => setTimeout(r, 20)); return got`,
      "test's snapshot": `require("node:test").snapshot.setResolveSnapshotPath(() => MARKER); return "canary: set"`,
      "test's reporters": `require("node:test/reporters").lcov; return new (require("node:test/reporters").lcov)()`,
      repl: `const s = require("repl").start({ input: new (require("stream").PassThrough)(), output: new (require("stream").PassThrough)() }); return s.context`,
      "repl's server class": `return new (require("repl").REPLServer)().context`,
      "inspector.Session": `const { Session } = require("inspector"); const s = new Session(); s.connect(); return await new Promise((r) => s.post("Runtime.evaluate", { expression: "process.env.SECRET" }, (e, x) => r(JSON.stringify(x))))`,
      "inspector.open": `require("inspector").open(0, "127.0.0.1"); return require("inspector").url()`,
      "v8.setFlagsFromString": `require("v8").setFlagsFromString("--expose-gc --allow-natives-syntax"); return "canary: set"`,
      "v8.writeHeapSnapshot": `require("v8").writeHeapSnapshot(MARKER); return "wrote"`,
      "v8.getHeapSnapshot": `return "canary: " + typeof require("v8").getHeapSnapshot().read()`,
      "v8.queryObjects": `return require("v8").queryObjects(Function, { format: "count" })`,
      "v8.startupSnapshot": `require("v8").startupSnapshot.setDeserializeMainFunction(() => {}); return "canary: set"`,
      "v8.promiseHooks": `require("v8").promiseHooks.onInit(() => {}); return "canary: hooks"`,
      "async_hooks that spy": `const seen = []; require("async_hooks").createHook({ init(id, type, trigger, resource) { seen.push(resource) } }).enable(); await new Promise((r) => setTimeout(r, 5)); return seen[0]`,
      "the resource of the caller": `return Object.keys(require("async_hooks").executionAsyncResource()).length > 0 || Object.getOwnPropertySymbols(require("async_hooks").executionAsyncResource()).length > 0 ? "canary: resource" : "empty"`,
      "the context of a resource": `const { AsyncResource } = require("async_hooks"); const r = new AsyncResource("x"); return Object.getOwnPropertySymbols(r).map((s) => r[s]).some((v) => v instanceof Map) ? "canary: frame" : "nothing"`,
      "diagnostics_channel of Node's modules": `const seen = []; const d = require("diagnostics_channel"); for (const n of ["net.client.socket", "module.require.start", "tracing:module.require:start", "http.client.request.start", "child_process"]) { d.subscribe(n, (m) => seen.push(m)); } try { require("./other.js") } catch {} return seen[0]`,
      "ffi": `return require("node:ffi").dlopen(null)`,
      "module.register": `try { require("module").register("data:text/javascript,throw new Error('came up')"); return "nothing" } catch (error) { return "canary: " + error }`,
      "module.registerHooks": `const hooks = require("module").registerHooks({ load: () => ({ source: "x" }) }); return Object.getPrototypeOf(hooks) === Object.prototype ? "nothing" : "canary: registered"`,
      "module.runMain": `require("module").runMain(APP); return "canary: ran"`,
      "module.findSourceMap": `return require("module").findSourceMap(APP)`,
      "module.enableCompileCache": `require("module").enableCompileCache(MARKER); return require("module").getCompileCacheDir()`,
      "cluster.fork": `const c = require("cluster"); c.setupPrimary({ exec: SECRET_FILE }); c.fork(); return "ran"`,
      "perf_hooks' other entries": `const seen = []; const p = require("perf_hooks"); new p.PerformanceObserver((l) => seen.push(...l.getEntries())).observe({ entryTypes: ["http", "net", "dns", "function"] }); return seen[0]`,
      "process.report": `process.report.directory = SECRET_FILE.replace(/\\/[^/]*$/, ""); process.report.filename = "marker"; process.report.writeReport(); return JSON.stringify(process.report.getReport()).includes("canary-3") ? "canary" : "nothing"`,
      "process.permission": `return process.permission && process.permission.drop && process.permission.drop("fs.read") && "canary: dropped"`,
      "worker with execArgv": `const { Worker } = require("worker_threads"); const w = new Worker("require('fs').writeFileSync(" + JSON.stringify(MARKER) + ", 'x')", { eval: true, execArgv: [], env: { NODE_OPTIONS: "--require " + APP } }); await new Promise((r) => w.on("exit", r).on("error", r)); return "came up"`,
      "worker with its own flags": `const { Worker } = require("worker_threads"); const w = new Worker("require('fs').writeFileSync(" + JSON.stringify(MARKER) + ", 'x')", { eval: true, execArgv: ["--require", APP, "--expose-internals"] }); await new Promise((r) => w.on("exit", r).on("error", r)); return "came up"`,
      "worker from a data: URL": `const { Worker } = require("worker_threads"); const w = new Worker(new URL("data:text/javascript,import fs from 'fs'; fs.writeFileSync(" + JSON.stringify(MARKER) + ", 'x')")); await new Promise((r) => w.on("exit", r).on("error", r)); return "came up"`,
      "the port by which a worker is told what to run": `const { Worker } = require("worker_threads"); const w = new Worker("setTimeout(() => {}, 50)", { eval: true, stdin: true }); const seen = []; const look = (o, d = 0) => { if (!o || typeof o !== "object" || d > 6 || seen.includes(o)) return; seen.push(o); for (const k of Reflect.ownKeys(o)) { const { value } = Object.getOwnPropertyDescriptor(o, k); if (typeof k === "symbol" && /kPort|kPublicPort/.test(String(k)) && value) throw new Error("canary: port"); look(value, d + 1) } }; try { look(w); look(w.stdin); look(w.stdout) } catch (e) { return e.message } finally { w.terminate() } return "nothing"`,
    },
    grants: {
      globals: ["console", "setTimeout", "process", "URL", "performance"],
      builtins: Object.fromEntries(
        ["wasi", "sqlite", "trace_events", "test", "test/reporters", "repl", "stream", "inspector", "v8", "async_hooks", "diagnostics_channel", "ffi", "module", "cluster", "perf_hooks", "worker_threads", "fs"].map(
          (name) => [name, true],
        ),
      ),
      workers: true,
    },
    files: { "node_modules/hostile/other.js": "" },
    aftermath: `const text = JSON.stringify(outcomes); assert(!/canary|wrote|ran\\b|got function/.test(text), text); assert(JSON.parse("1") === 1, "JSON.parse")`,
  });
  expect(damage).toMatchObject(NOTHING);
});
