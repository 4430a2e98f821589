import { existsSync, fstatSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script as RealScript } from "node:vm";
import type * as realHooks from "node:async_hooks";
import * as realChannels from "node:diagnostics_channel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeAsyncHooks } from "../../src/endowments/reflective/async-hooks.ts";
import { makeDiagnosticsChannel } from "../../src/endowments/reflective/diagnostics-channel.ts";
import { makeDomain } from "../../src/endowments/reflective/domain.ts";
import { makeInspector } from "../../src/endowments/reflective/inspector.ts";
import { makeModule } from "../../src/endowments/reflective/module.ts";
import { makePerfHooks } from "../../src/endowments/reflective/perf-hooks.ts";
import { makeRepl } from "../../src/endowments/reflective/repl.ts";
import { makeV8 } from "../../src/endowments/reflective/v8.ts";
import { makeVm } from "../../src/endowments/reflective/vm.ts";
import { makeWasi } from "../../src/endowments/reflective/wasi.ts";
import { fakeContext } from "./subprocess-context.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "moat-reflective-"));
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "data.json"), '{"greeting":"hello"}');
  writeFileSync(join(folder, "one.cjs"), "module.exports = { one: 1 }");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("module", () => {
  /** As a principal's: builtins are not found, files of others neither. */
  const confined = () => {
    const makeRequire = (filename: string): any => {
      const native = createRequire(filename.startsWith(folder) ? filename : join(folder, "x.js"));
      const resolve: any = (request: string, options: any) => {
        const path = native.resolve(request, options);
        if (!path.startsWith(folder))
          throw Object.assign(new Error(`Cannot find module '${request}'`), { code: "MODULE_NOT_FOUND" });
        return path;
      };
      resolve.paths = native.resolve.paths;
      return Object.assign((request: string) => native(resolve(request)), {
        resolve,
        cache: {},
        main: undefined,
        extensions: {},
      });
    };
    return makeModule(fakeContext({ location: folder, loader: { createRequire: makeRequire } })) as any;
  };

  test("every way to require goes through the principal's loader", () => {
    const Module = confined();
    expect(Module.createRequire(join(folder, "x.js"))("./data.json")).toEqual({ greeting: "hello" });
    const own = new Module(join(folder, "x.js"), null);
    own.filename = join(folder, "x.js");
    expect(own.require("./data.json")).toEqual({ greeting: "hello" });
    const ways = [
      () => Module._load("fs"),
      () => Module.createRequire(join(folder, "x.js"))("node:fs"),
      () => new Module("x", null).require("fs"),
      () => Module.prototype.require.call({ filename: join(folder, "x.js") }, "fs"),
      () => own._compile('module.exports = require("fs")', join(folder, "y.js")),
      () => own.constructor._load("child_process"),
      () => Module._resolveFilename("/etc/passwd"),
    ];
    for (const way of ways) expect(way).toThrow(expect.objectContaining({ code: "MODULE_NOT_FOUND" }));
  });

  test("does what programs do with it", () => {
    const Module = confined();
    const compiled = new Module(join(folder, "z.js"), undefined);
    compiled.paths = Module._nodeModulePaths(folder);
    compiled._compile(
      "#!/usr/bin/env node\nexports.sum = 1 + 1; exports.file = __filename; exports.data = require('./data.json')",
      join(folder, "z.js"),
    );
    expect(compiled.exports).toEqual({ sum: 2, file: join(folder, "z.js"), data: { greeting: "hello" } });
    expect(Module.wrap("x")).toBe("(function (exports, require, module, __filename, __dirname) { x\n});");
    expect(Module._nodeModulePaths("/a/node_modules/b")).toEqual([
      "/a/node_modules/b/node_modules",
      "/a/node_modules",
      "/node_modules",
    ]);
    expect(Module._resolveFilename("./data.json", { id: "x", filename: join(folder, "noop.js"), paths: [] })).toBe(
      join(folder, "data.json"),
    );
    expect(Module.isBuiltin("fs")).toBe(true);
    expect(Module.builtinModules).toContain("fs");
    expect(Module.Module).toBe(Module);
    expect(String(Module._findPath)).toContain("preserveSymlinks");
  });

  test("patches hold in the principal's own world", () => {
    const Module = confined();
    const before = Module._load;
    Module._load = (request: string, ...rest: unknown[]) => (request === "stub" ? "stubbed" : before(request, ...rest));
    const own = new Module(join(folder, "x.js"));
    own.filename = join(folder, "x.js");
    expect(own.require("stub")).toBe("stubbed");
    expect(own.require("./one.cjs")).toEqual({ one: 1 });
    Module._extensions[".txt"] = (module: any) => module._compile("module.exports = 'hooked'", join(folder, "a.txt"));
    const hooked = new Module(join(folder, "a.txt"));
    hooked.load(join(folder, "a.txt"));
    expect(hooked).toMatchObject({ exports: "hooked", loaded: true });
    expect(confined()._load).not.toBe(Module._load);
    const real = createRequire(import.meta.url)("node:module");
    for (const name of ["_load", "_cache", "_extensions", "prototype"]) expect(Module[name] === real[name]).toBe(false);
  });

  test("hooks on everybody's loading do nothing, and the entry is run by nobody", () => {
    const Module = confined();
    expect(() => Module.runMain({})).toThrow(/restricted/);
    // Node's own fails by what its hooks fail by.
    expect(Module.register("data:text/javascript,throw new Error('hooked')")).toBeUndefined();
    if (!("registerHooks" in Module)) return;
    let asked = 0;
    const resolve = (...args: any[]) => ((asked += 1), args[2](args[0], args[1]));
    const handle = Module.registerHooks({ resolve });
    createRequire(import.meta.url)("node:punycode");
    expect([asked, handle.deregister()]).toEqual([0, undefined]);
  });
});

describe("vm", () => {
  test("evaluates through the principal's loader alone", () => {
    const seen: unknown[] = [];
    const vm = makeVm(
      fakeContext({
        loader: {
          evaluate: (source, options) => seen.push([source, options]),
          compileFunction: (parameters, body, options) => (seen.push([parameters, body, options]), () => 1),
        },
      }),
    ) as any;
    const context = vm.createContext({ a: 1 });
    vm.runInThisContext("process.env", "x.js");
    new vm.Script("1").runInContext(context);
    vm.runInNewContext("h.constructor", { h: 1 });
    vm.compileFunction("return a", ["a"], { filename: "f.js" });
    expect(seen).toEqual([
      ["process.env", { filename: "x.js" }],
      ["1", { filename: "evalmachine.<anonymous>", global: context }],
      ["h.constructor", { filename: "evalmachine.<anonymous>", global: { h: 1 } }],
      [["a"], "return a", { filename: "f.js" }],
    ]);
  });

  test("never passes on a forged code cache, nor Node's own loader", () => {
    const vm = makeVm(fakeContext({ loader: { evaluate: () => undefined } })) as any;
    let given: any;
    const context = fakeContext({ loader: { evaluate: () => undefined } });
    const builtin = context.powers.builtin;
    const watched = makeVm({
      ...context,
      powers: {
        ...context.powers,
        builtin: (name) =>
          name === "vm"
            ? {
                ...builtin("vm"),
                Script: class {
                  constructor(_: string, options: unknown) {
                    given = options;
                  }
                },
              }
            : builtin(name),
      },
    }) as any;
    const cachedData = new RealScript("2").createCachedData();
    expect(
      new watched.Script("1", {
        filename: "a.js",
        cachedData,
        importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      }).cachedDataRejected,
    ).toBe(true);
    expect(given).toEqual({ filename: "a.js" });
    expect(vm.SourceTextModule).toBeUndefined();
    expect(new vm.Script("1").createCachedData()).toHaveLength(0);
  });

  test("keeps Node's checks", () => {
    const vm = makeVm(fakeContext()) as any;
    expect(() => new vm.Script("a b", { filename: "bad.js" })).toThrow(SyntaxError);
    expect(() => vm.runInContext("1", {})).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE" }));
    const context = vm.createContext({ a: 41 });
    expect([vm.isContext(context), vm.isContext({})]).toEqual([true, false]);
    expect(vm.runInContext("a + 1", context)).toBe(42);
  });
});

test("vm: the application has real contexts, declarations and time limits included", () => {
  const vm = makeVm(fakeContext({ trusted: true })) as any;
  const context = vm.createContext({ a: 1 });
  vm.runInContext("var b = a + 1; function c() {}", context);
  expect([context.b, typeof context.c, vm.isContext(context)]).toEqual([2, "function", true]);
  expect(() => vm.runInNewContext("for (;;);", {}, { timeout: 20 })).toThrow(/timed out/);
});

describe("async_hooks", () => {
  test("hooks see nothing", async () => {
    const context = fakeContext();
    const hooks = makeAsyncHooks(context) as typeof realHooks;
    const caught: unknown[] = [];
    const hook = hooks.createHook({
      init: (_id, _type, _trigger, resource) => void caught.push(resource),
      before: () => void caught.push(1),
      promiseResolve: () => void caught.push(2),
    });
    expect(hook.enable()).toBe(hook);
    await Promise.resolve("secret").then((value) => value);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(hook.disable()).toBe(hook);
    expect(caught).toEqual([]);
    expect(context.denials).toMatchObject([{ target: "async_hooks.createHook" }]);
  });

  test("storage works, and its stores hang on nothing", async () => {
    const { AsyncLocalStorage, AsyncResource } = makeAsyncHooks(fakeContext()) as typeof realHooks;
    const storage = new AsyncLocalStorage<object>();
    const store = { secret: true };
    await storage.run(store, async () => {
      const promise = Promise.resolve();
      for (const symbol of Object.getOwnPropertySymbols(promise)) {
        const value = (promise as any)[symbol];
        expect(value === store).toBe(false);
        if (typeof value === "object" && value !== null) expect(Reflect.ownKeys(value)).toEqual([]);
      }
      await promise;
      expect(storage.getStore()).toBe(store);
      const bound = AsyncLocalStorage.bind(() => storage.getStore());
      storage.exit(() => expect(storage.getStore()).toBeUndefined());
      expect(storage.run({}, () => bound())).toBe(store);
      const resource = new AsyncResource("X");
      expect(storage.run({}, () => resource.runInAsyncScope(() => storage.getStore()))).toBe(store);
    });
    expect(storage.getStore()).toBeUndefined();
    storage.enterWith(store);
    expect(storage.getStore()).toBe(store);
    storage.disable();
    expect(storage.getStore()).toBeUndefined();
  });

  test("shows a stand-in for the current resource", async () => {
    const hooks = makeAsyncHooks(fakeContext()) as typeof realHooks;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        const standIn = hooks.executionAsyncResource();
        expect(standIn === timer).toBe(false);
        expect(hooks.executionAsyncResource()).toBe(standIn);
        expect(Reflect.ownKeys(standIn)).toEqual([]);
        resolve();
      }, 1);
    });
  });
});

describe("diagnostics_channel", () => {
  test("Node's and others' channels are not heard; own ones are", () => {
    const one = makeDiagnosticsChannel(fakeContext()) as typeof realChannels;
    const two = makeDiagnosticsChannel(fakeContext()) as typeof realChannels;
    const heard: unknown[] = [];
    for (const name of ["http.client.request.start", "app:own"]) one.subscribe(name, (message) => heard.push(message));
    realChannels.channel("http.client.request.start").publish({ headers: "secret" });
    two.channel("app:own").publish("other package");
    expect(heard).toEqual([]);
    one.channel("app:own").publish("mine");
    expect(heard).toEqual(["mine"]);
    expect(one.channel("app:own")).toBe(one.channel("app:own"));
    expect(one.channel("app:own")).toBeInstanceOf(one.Channel);
  });

  test("the application hears packages, but not as Node", () => {
    const channels = makeDiagnosticsChannel(fakeContext()) as typeof realChannels;
    const heard: unknown[] = [];
    const listener = (message: unknown): void => void heard.push(message);
    realChannels.subscribe("app:test", listener);
    realChannels.subscribe("http.client.request.start", listener);
    realChannels.subscribe("moat:denial", listener);
    channels.channel("moat:denial").publish("forged");
    channels.channel("app:test").publish(1);
    channels.channel("http.client.request.start").publish("forged");
    realChannels.unsubscribe("app:test", listener);
    realChannels.unsubscribe("http.client.request.start", listener);
    realChannels.unsubscribe("moat:denial", listener);
    expect(heard).toEqual([1]);
  });

  test("traces", async () => {
    const { tracingChannel } = makeDiagnosticsChannel(fakeContext()) as any;
    const channel = tracingChannel("work");
    const events: string[] = [];
    const names = ["start", "end", "asyncStart", "asyncEnd", "error"];
    channel.subscribe(Object.fromEntries(names.map((name) => [name, () => events.push(name)])));
    expect(channel.traceSync((one: number) => one + 1, {}, undefined, 1)).toBe(2);
    expect(await channel.tracePromise(async () => 3)).toBe(3);
    channel.traceCallback(
      (done: Function) => done(new Error("x")),
      0,
      {},
      undefined,
      () => {},
    );
    expect(events.join(" ")).toBe("start end start end asyncStart asyncEnd start error asyncStart asyncEnd end");
  });
});

describe("perf_hooks", () => {
  test("a timeline of the principal's own", async () => {
    const one = makePerfHooks(fakeContext()) as any;
    const two = makePerfHooks(fakeContext()) as any;
    performance.mark("secret-of-the-app", { detail: { token: 1 } });
    one.performance.mark("mine", { detail: { a: 1 } });
    expect(one.performance.getEntries().map((entry: any) => entry.name)).toEqual(["mine"]);
    expect(two.performance.getEntries()).toEqual([]);
    const observed = new Promise<any>((resolve) =>
      new one.PerformanceObserver((list: any) => resolve(list.getEntries())).observe({
        entryTypes: ["measure", "http", "dns"],
      }),
    );
    const measure = one.performance.measure("span", "mine");
    expect(measure).toMatchObject({ name: "span", entryType: "measure" });
    expect(measure.duration).toBeGreaterThanOrEqual(0);
    expect((await observed).map((entry: any) => entry.name)).toEqual(["span"]);
    expect(() => one.performance.measure("x", "secret-of-the-app")).toThrow(/has not been set/);
    const { now } = one.performance;
    expect(Math.abs(now() - performance.now())).toBeLessThan(50);
    expect(one.performance.timerify((a: number) => a + 1)(1)).toBe(2);
    one.performance.clearMarks();
    expect(one.performance.getEntriesByType("mark")).toEqual([]);
    expect(one.createHistogram().max).toBe(0);
    performance.clearMarks();
  });
});

describe("v8", () => {
  test("clones, and writes nothing", () => {
    const v8 = makeV8(fakeContext()) as any;
    expect(v8.deserialize(v8.serialize({ a: [1, new Map([[1, new Uint8Array(2)]])] }))).toEqual({
      a: [1, new Map([[1, new Uint8Array(2)]])],
    });
    class Own extends v8.DefaultDeserializer {}
    const reader: any = new Own(v8.serialize(7));
    expect([reader.readHeader(), reader.readValue()]).toEqual([true, 7]);
    const target = join(folder, "heap");
    expect(() => v8.writeHeapSnapshot(target)).toThrow(/restricted/);
    expect(() => v8.setFlagsFromString("--allow-natives-syntax")).toThrow(/restricted/);
    expect(() => v8.promiseHooks.onInit(() => {})).toThrow(/restricted/);
    expect(existsSync(target)).toBe(false);
    expect(() => new Function("%GetHeapUsage()")).toThrow(SyntaxError);
  });
});

describe("wasi", () => {
  const memory = () => new (globalThis as any).WebAssembly.Memory({ initial: 1 });

  test("works without files", () => {
    const { WASI } = makeWasi(fakeContext()) as any;
    const wasi = new WASI({ version: "preview1", args: ["a"], env: { B: "c" } });
    wasi.initialize({ exports: { memory: memory() } });
    expect(wasi.wasiImport.random_get(0, 8)).toBe(0);
    expect(wasi.getImportObject().wasi_snapshot_preview1).toBe(wasi.wasiImport);
    expect(Object.getPrototypeOf(wasi.wasiImport)).toBe(Object.prototype);
    expect(wasi.wasiImport.proc_raise(6)).toBe(52);
  });

  test("neither closes, moves, cuts nor rewinds what the process has as its standard streams", () => {
    const context = fakeContext();
    const { WASI } = makeWasi(context) as any;
    const { wasiImport: calls } = new WASI({ version: "preview1" });
    for (const fd of [0, 1, 2]) expect(calls.fd_close(fd)).toBe(0);
    expect([
      calls.fd_renumber(1, 2),
      calls.fd_seek(1, 0n, 0, 0),
      calls.fd_pwrite(1, 0, 0, 0n, 0),
      calls.fd_filestat_set_size(1, 0n),
      calls.path_open(0),
    ]).toEqual([8, 70, 70, 63, 63]);
    for (const fd of [0, 1, 2]) expect(() => fstatSync(fd)).not.toThrow();
    expect(calls.fd_read(0, 0, 0, 0)).toBe(2);
    expect(context.denials).toEqual([expect.objectContaining({ capability: "process", target: "stdin" })]);
    // Of Node's calls none that takes a descriptor goes on to it unseen.
    const seen = Object.keys(calls).filter(
      (name) => /^(?:fd|path|sock)_/.test(name) && calls[name](0, 0, 0, 0, 0, 0, 0, 0, 0) === 63,
    );
    expect(seen).toEqual(
      expect.arrayContaining([
        "fd_allocate",
        "fd_fdstat_set_flags",
        "fd_filestat_set_times",
        "path_rename",
        "sock_recv",
      ]),
    );
  });

  test("opens no folder, also not one that shows at the second look", () => {
    const context = fakeContext();
    const { WASI } = makeWasi(context) as any;
    expect(() => new WASI({ version: "preview1", preopens: { "/h": folder } })).toThrow(/restricted/);
    let asked = 0;
    const wasi = new WASI({
      version: "preview1",
      get preopens() {
        return asked++ === 0 ? {} : { "/h": folder };
      },
    });
    const own = memory();
    wasi.initialize({ exports: { memory: own } });
    new TextEncoder().encodeInto("data.json", new Uint8Array(own.buffer));
    expect(wasi.wasiImport.path_open(3, 0, 0, 9, 0, 2n, 2n, 0, 64)).not.toBe(0);
    expect(context.denials).toMatchObject([{ target: folder }]);
  });
});

test("inspector: no session for packages, one for the application", () => {
  const context = fakeContext();
  const inspector = makeInspector(context) as any;
  expect(() => new inspector.Session()).toThrow(/restricted/);
  expect(inspector.url()).toBeUndefined();
  expect(context.denials).toMatchObject([{ capability: "builtin", target: "inspector.Session" }]);
  const session = new (makeInspector(fakeContext({ trusted: true })) as any).Session();
  session.connect();
  session.disconnect();
});

test.each([false, true])("repl: names only, and the real module is never loaded (trusted: %s)", (trusted) => {
  const context = fakeContext({ trusted });
  const loaded: string[] = [];
  const powers = { ...context.powers, builtin: (name: string) => (loaded.push(name), context.powers.builtin(name)) };
  const repl = makeRepl({ ...context, powers }) as any;
  for (const name of ["start", "REPLServer", "writer"]) {
    expect(() => repl[name]()).toThrow(/restricted/);
    expect(() => new repl[name]()).toThrow(/restricted/);
  }
  expect(repl._builtinLibs).toContain("fs");
  expect(loaded).toEqual(["module"]);
});

test("domain: catches what is thrown in it, without the real module", () => {
  const loaded: string[] = [];
  const context = fakeContext();
  const domain = makeDomain({
    ...context,
    powers: { ...context.powers, builtin: (name) => (loaded.push(name), context.powers.builtin(name)) },
  }) as any;
  const caught: unknown[] = [];
  const own = domain.create();
  own.on("error", (error: unknown) => caught.push((error as Error).message));
  expect(own.run(() => (domain.active === own ? "in" : "out"))).toBe("in");
  own.run(() => {
    throw new Error("thrown");
  });
  own.bind(() => {
    throw new Error("bound");
  })();
  expect(domain.active).toBe(null);
  expect(caught).toEqual(["thrown", "bound"]);
  expect(loaded).not.toContain("domain");
});
