import { once } from "node:events";
import { createRequire } from "node:module";
import { afterAll, expect, test } from "vitest";
import { BUILTIN_FACTORIES } from "../../src/endowments/builtin-factories.ts";
import { fakeContext } from "./subprocess-context.ts";

const require = createRequire(import.meta.url);

const BUILTINS = [
  "async_hooks",
  "child_process",
  "cluster",
  "diagnostics_channel",
  "domain",
  "inspector",
  "module",
  "perf_hooks",
  "repl",
  "sea",
  "test",
  "trace_events",
  "v8",
  "vm",
  "wasi",
  "worker_threads",
];

/** Members of Node's own modules that no package may ever reach, as the modules have them. */
const POWERS: Readonly<Record<string, readonly string[]>> = {
  child_process: [
    "ChildProcess",
    "exec",
    "execFile",
    "execFileSync",
    "execSync",
    "fork",
    "spawn",
    "spawnSync",
    "_forkChild",
  ],
  cluster: ["fork", "setupPrimary", "Worker"],
  inspector: ["Session", "open", "url"],
  module: [
    "_load",
    "createRequire",
    "_extensions",
    "_cache",
    "prototype",
    "_resolveFilename",
    "register",
    "registerHooks",
    "runMain",
  ],
  worker_threads: ["Worker", "BroadcastChannel", "postMessageToThread", "moveMessagePortToContext"],
  vm: ["Script", "createContext", "runInContext", "runInNewContext", "runInThisContext", "compileFunction"],
  v8: ["setFlagsFromString", "writeHeapSnapshot", "getHeapSnapshot", "queryObjects"],
  async_hooks: ["createHook", "executionAsyncResource"],
  diagnostics_channel: ["channel", "subscribe", "Channel"],
  perf_hooks: ["performance", "PerformanceObserver"],
  repl: ["start", "REPLServer"],
  wasi: ["WASI"],
  trace_events: ["createTracing"],
  net: ["Socket", "connect", "createConnection", "Server"],
  fs: ["readFileSync", "writeFileSync", "promises"],
};

/** Native classes that only hang on instances, by sample. */
function nativeClasses(): [string, unknown][] {
  const child = require("node:child_process").spawn("true");
  const found: [string, unknown][] = [
    ["native Process", child._handle.constructor],
    ["native Process.spawn", Object.getPrototypeOf(child._handle).spawn],
    ["native Pipe", child.stdin._handle.constructor],
    ["native Pipe.connect", Object.getPrototypeOf(child.stdin._handle).connect],
    ["native Pipe.open", Object.getPrototypeOf(child.stdin._handle).open],
    ["Socket.prototype.connect", require("node:net").Socket.prototype.connect],
    ["ChildProcess.prototype.spawn", require("node:child_process").ChildProcess.prototype.spawn],
  ];
  const { WASI } = require("node:wasi");
  found.push(["native WASI", new WASI({ version: "preview1" }).wasiImport.constructor]);
  return found;
}

const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

/** Everything reachable by own properties, symbols, prototypes and getters. */
function crawl(roots: readonly [string, unknown][], visit: (value: object, path: string) => void): number {
  const seen = new Set<unknown>();
  const queue: [string, unknown][] = [...roots];
  for (const [path, value] of queue) {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue;
    seen.add(value);
    visit(value, path);
    queue.push([`${path}.[[Prototype]]`, Object.getPrototypeOf(value)]);
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key)!;
      const name = `${path}.${String(key)}`;
      if ("value" in descriptor) queue.push([name, descriptor.value]);
      else {
        queue.push([`${name}[get]`, descriptor.get], [`${name}[set]`, descriptor.set]);
        for (const receiver of [value, roots.find(([root]) => path.startsWith(root))?.[1]]) {
          try {
            queue.push([name, Reflect.apply(descriptor.get!, receiver, [])]);
          } catch {
            // A getter of another receiver's.
          }
        }
      }
    }
  }
  return seen.size;
}

test("nothing that packages get leads to a power", async () => {
  const powers = new Map<unknown, string>(nativeClasses().map(([name, value]) => [value, name]));
  for (const [builtin, members] of Object.entries(POWERS)) {
    const real = require(`node:${builtin}`);
    powers.set(real, builtin);
    for (const member of members) if (real[member] !== undefined) powers.set(real[member], `${builtin}.${member}`);
  }
  // What the realm itself reaches is not a finding: this test has no lockdown.
  powers.delete(undefined);
  crawl([["globalThis", Object.prototype]], (value) => powers.delete(value));

  const launched = { filename: new URL("data:text/javascript,setInterval(()=>{},1e6)"), workerData: null };
  const context = fakeContext({
    policy: { commands: ["cat", "node"], workers: true },
    more: {
      workerLauncher: () => launched,
      nodeLauncher: () => ({ execPath: process.execPath, args: ["-e", "process.on('message',()=>{})"] }),
    },
    loader: {
      createRequire: () =>
        Object.assign(() => 1, {
          cache: {},
          resolve: Object.assign(() => "", { paths: () => [] }),
          main: undefined,
          extensions: {},
        }) as any,
      compileFunction: () => () => 1,
      evaluate: () => 1,
    },
  });
  const facades = Object.fromEntries(
    BUILTINS.filter((name) => name in BUILTIN_FACTORIES).map((name) => [name, BUILTIN_FACTORIES[name]!(context)]),
  ) as any;
  const child = facades.child_process.spawn("cat");
  const forked = facades.child_process.fork("x.js");
  const failed = facades.child_process.spawn("not-granted").on("error", () => {});
  const gathered = facades.child_process.execFile("cat", () => {});
  const worker = new facades.worker_threads.Worker("./x.js", { stdin: true });
  const channel = new facades.worker_threads.MessageChannel();
  const broadcast = new facades.worker_threads.BroadcastChannel("x");
  cleanups.push(
    () => child.kill(),
    () => forked.kill(),
    () => gathered.kill(),
    () => worker.terminate(),
    () => channel.port1.close(),
    () => broadcast.close(),
  );
  await once(child, "spawn");
  const { Module } = facades.module;
  const roots: [string, unknown][] = [
    ...Object.entries(facades),
    ["child", child],
    ["forked", forked],
    ["failed", failed],
    ["gathered", gathered],
    ["worker", worker],
    ["port", channel.port1],
    ["broadcast", broadcast],
    ["module()", new Module("/x/y.js")],
    ["script", new facades.vm.Script("1")],
    ["storage", new facades.async_hooks.AsyncLocalStorage()],
    ["resource", new facades.async_hooks.AsyncResource("X")],
    ["channel", facades.diagnostics_channel.channel("x")],
    ["tracing", facades.diagnostics_channel.tracingChannel("x")],
    ["histogram", facades.perf_hooks.createHistogram()],
    ["delay", facades.perf_hooks.monitorEventLoopDelay()],
    ["wasi()", new facades.wasi.WASI({ version: "preview1" })],
    ["hook", facades.async_hooks.createHook({})],
    ["domain()", facades.domain.create()],
  ];
  const found: string[] = [];
  const raw = require("node:child_process").spawn("true");
  crawl([["raw", raw]], (value, path) => powers.has(value) && found.push(`${powers.get(value)} at ${path}`));
  expect(found.join("\n"), "the crawler finds what is there").toMatch(/native Process at.*\n?[^]*native Pipe at/);
  found.length = 0;
  const size = crawl(roots, (value, path) => {
    const power = powers.get(value);
    if (power !== undefined) found.push(`${power} at ${path}`);
  });
  expect(found).toEqual([]);
  expect(size).toBeGreaterThan(1_000);
});
