/**
 * Random children and workers of random packages, with options that change
 * their answers. Node's own functions are replaced by ones that write down what
 * they get: plain values only, a granted program, no variable that loads code.
 */
import { createRequire } from "node:module";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { types } from "node:util";
import fc from "fast-check";
import { makeChildProcess } from "../../packages/core/src/endowments/subprocess/child-process.ts";
import { makeWorkerThreads } from "../../packages/core/src/endowments/subprocess/worker-threads.ts";
import type { EndowmentContext } from "../../packages/core/src/endowments/principal.ts";
import { anyStyle, twoFaced, type Style } from "./two-faced.ts";

const require = createRequire(import.meta.url);

const PROGRAMS = [
  "git",
  "git",
  "git",
  "sh",
  "node",
  "node",
  "git; rm -rf /",
  "./bin/tool",
  "../git",
  "git ",
  "GIT",
  "/bin/sh",
  "node_modules/.bin/git",
  "",
] as const;
const ARGUMENTS = [
  "--version",
  "-c",
  "x",
  "--require",
  "./evil.js",
  "-e",
  "1",
  "evil.js",
  "--import=data:,",
  "$(x)",
  "a b",
] as const;
const APIS = [
  "spawn",
  "spawnSync",
  "exec",
  "execSync",
  "execFile",
  "execFileSync",
  "fork",
  "worker",
  "workerEval",
] as const;
const KEYS = [
  "NODE_OPTIONS",
  "LD_PRELOAD",
  "PATH",
  "DYLD_INSERT_LIBRARIES",
  "BASH_ENV",
  "GIT_SSH_COMMAND",
  "OWN",
  "NODE_OPTIONS=--require x #",
  "node_options",
  "__proto__",
] as const;

interface LaunchCase {
  readonly commands: readonly string[];
  readonly workers: boolean;
  readonly api: (typeof APIS)[number];
  readonly programs: readonly [string, string];
  readonly args: readonly [string[], string[]];
  readonly options: readonly [Record<string, unknown>, Record<string, unknown>];
  readonly style: Style;
  readonly after: number;
  readonly wraps: boolean;
}

const anyEnv = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom<any>("--require ./evil.js", "/evil", "v"), {
  maxKeys: 3,
});
const anyOptions: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    shell: fc.constantFrom<any>(false, true, "/bin/sh", "bash", "", 1),
    env: anyEnv,
    cwd: fc.constantFrom<any>("/", "/etc", ".", undefined),
    argv0: fc.constantFrom("sh", "busybox"),
    execPath: fc.constant("/bin/sh"),
    execArgv: fc.constant(["--require", "./evil.js"]),
    stdio: fc.constantFrom<any>("inherit", "pipe", ["pipe", 7, "ignore"], [{ fd: 9 }], ["ipc"]),
    uid: fc.constant(0),
    eval: fc.boolean(),
    windowsVerbatimArguments: fc.constant(true),
    argv: fc.constant(["a", 1]),
    resourceLimits: fc.constant({ stackSizeMb: 4 }),
  },
  { requiredKeys: [] },
);
const anyArguments = fc.array(fc.constantFrom(...ARGUMENTS), { maxLength: 3 });
const cases: fc.Arbitrary<LaunchCase> = fc.record({
  commands: fc.subarray(["git", "sh", "node", "./bin/tool"]),
  workers: fc.boolean(),
  api: fc.constantFrom(...APIS),
  programs: fc.tuple(fc.constantFrom(...PROGRAMS), fc.constantFrom(...PROGRAMS)),
  args: fc.tuple(anyArguments, anyArguments),
  options: fc.tuple(anyOptions, anyOptions),
  style: anyStyle,
  after: fc.integer({ min: 1, max: 5 }),
  wraps: fc.boolean(),
});

interface Started {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: any;
  readonly worker?: boolean;
}
let started: Started[] = [];
/** What the launchers were asked for: what will run under moat. */
let launched: any[] = [];

class FakeChild extends EventEmitter {
  stdio = [null, null, null];
  _handle = null;
  spawnfile = "";
  spawnargs: string[] = [];
}

const record = (file: string, args: readonly string[], options: unknown): void =>
  void started.push({ file, args, options });
const FAKE_CHILDREN = {
  ChildProcess: require("node:child_process").ChildProcess,
  spawn: (file: string, args: string[], options: unknown) => (record(file, args, options), new FakeChild()),
  execFile: (file: string, args: string[], options: unknown) => (record(file, args, options), new FakeChild()),
  spawnSync: (file: string, args: string[], options: unknown) => (
    record(file, args, options),
    { status: 0, output: [] }
  ),
  execFileSync: (file: string, args: string[], options: unknown) => (record(file, args, options), ""),
};
class FakeWorker extends EventEmitter {
  stdin = null;
  stdout = new PassThrough();
  stderr = new PassThrough();
  constructor(file: string, options: any) {
    super();
    started.push({ file, args: [], options, worker: true });
  }
}

export interface LaunchProperty {
  readonly property: fc.IProperty<[LaunchCase]>;
  readonly counts: { started: number; denied: number };
  remove(): void;
}

export function makeLaunchProperty(): LaunchProperty {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "moat-launch-")));
  const at = (name: string): string => path.join(root, name);
  for (const name of ["usr/git", "usr/sh", "project/bin/tool", "project/node_modules/.bin/git", "project/git"]) {
    fs.mkdirSync(path.dirname(at(name)), { recursive: true });
    fs.writeFileSync(at(name), "\x7fELF", { mode: 0o755 });
  }
  fs.writeFileSync(at("project/evil.js"), "");
  const counts = { started: 0, denied: 0 };
  const env: Record<string, string> = {
    PATH: `${at("project/node_modules/.bin")}:relative:${at("usr")}`,
    NODE_OPTIONS: "--x",
    SECRET: "s",
    HOME: "/nowhere",
  };
  const fakeProcess = {
    ...process,
    env,
    cwd: () => at("project"),
    execPath: process.execPath,
    platform: process.platform,
    nextTick: process.nextTick,
  };
  const shared = new Map<string, any>();
  const boot = "/moat/bootstrap.js";

  function makePackage(one: LaunchCase): { children: any; workers: any } {
    const context: EndowmentContext = {
      principal: {
        name: "dep",
        location: at("project/node_modules/dep"),
        trusted: false,
        policy: { commands: [...one.commands], workers: one.workers as true, env: [], fs: { read: ["."] } },
        denies: () => (counts.denied++, true),
      },
      powers: {
        builtin: (name) =>
          name === "child_process"
            ? FAKE_CHILDREN
            : name === "worker_threads"
              ? { ...require("node:worker_threads"), Worker: FakeWorker }
              : require(`node:${name}`),
        process: fakeProcess as any,
        globals: globalThis as any,
      },
      paths: { project: at("project"), cwd: at("project"), tmp: at("tmp"), home: "/nowhere" },
      loader: undefined as never,
      builtin: () => ({}),
      shared<T>(key: string, make: () => T): T {
        if (!shared.has(key)) shared.set(key, make());
        return shared.get(key);
      },
      reservedPaths: [],
      secretPaths: [],
      entryModules: new Set<string>(),
      nodeLauncher: (_principal, start) => (
        launched.push(start),
        { execPath: process.execPath, args: [boot, ...start.args] }
      ),
      workerLauncher: (request) => (launched.push(request), { filename: boot, workerData: null }),
    };
    return { children: makeChildProcess(context), workers: makeWorkerThreads(context) };
  }

  function act(one: LaunchCase): void {
    const { children, workers } = makePackage(one);
    const { api, programs, args, style, after } = one;
    const options = twoFaced(style, one.options[0], one.options[1], after);
    if (one.options[0]["env"]) {
      const inner = twoFaced(style, one.options[0]["env"] as any, (one.options[1]["env"] ?? {}) as any, after);
      try {
        Object.defineProperty(options, "env", { value: inner, enumerable: true, configurable: true });
      } catch {
        // A proxy that keeps its own.
      }
    }
    let looks = 0;
    const answer = (): string => programs[looks++ < after - 1 ? 0 : 1];
    const file: any = one.wraps ? { toString: answer, valueOf: answer, [Symbol.toPrimitive]: answer } : programs[0];
    const list: any = one.wraps
      ? new Proxy([...args[0]], {
          get: (target, key) => (looks++ < after ? Reflect.get(target, key) : Reflect.get(args[1], key)),
        })
      : [...args[0]];
    if (api === "worker")
      void new workers.Worker(one.wraps ? { toString: answer } : at(`project/${args[0][0] ?? "evil.js"}`), options);
    else if (api === "workerEval") void new workers.Worker("1", options);
    else if (api === "exec" || api === "execSync")
      children[api](one.wraps ? file : [programs[0], ...args[0]].join(" "), options);
    else children[api](file, list, options)?.on?.("error", () => {});
  }

  const granted = (commands: readonly string[]): Set<string> =>
    new Set([
      ...(commands.includes("git") ? [at("usr/git")] : []),
      ...(commands.includes("sh") ? [at("usr/sh")] : []),
      ...(commands.includes("node") ? [process.execPath] : []),
      ...(commands.includes("./bin/tool") ? [at("project/bin/tool")] : []),
    ]);

  const property = fc.property(cases, (one) => {
    started = [];
    launched = [];
    try {
      act(one);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
    const programs = granted(one.commands);
    for (const { file, args, options, worker } of started) {
      counts.started++;
      const fail = (what: string): never => {
        throw new Error(`escape: ${what}: ${String(file)} ${JSON.stringify(args)} ${JSON.stringify(options)}`);
      };
      assertPlain({ file, args: [...args], options }, fail);
      if (typeof file === "string" && file === `${process.execPath}-not-granted`) continue;
      if (worker === true) {
        if (!one.workers) fail("a worker without a grant");
        if (file !== boot || options.eval || (options.execArgv?.length ?? 0) > 0) fail("a worker that is not moat's");
      } else {
        if (!programs.has(file)) fail("a program without a grant");
        const isVersion = args.length === 1 && args[0] === "--version";
        if (file === process.execPath && args[0] !== boot && !isVersion) fail("a node that is not under moat");
        if (options.shell !== false) fail("a shell");
        if (options.uid !== undefined || options.execPath !== undefined || options.execArgv !== undefined)
          fail("an option that is not the package's");
        if (![at("project"), "/"].includes(options.cwd) && options.cwd !== root) fail("a folder that it does not see");
        if (options.env.PATH !== at("usr")) fail("a PATH of its own");
        const stdio: unknown[] = Array.isArray(options.stdio) ? options.stdio : [options.stdio];
        if (stdio.some((entry) => entry === 7 || entry === 9 || (typeof entry === "object" && entry !== null)))
          fail("somebody else's descriptor");
      }
      for (const name of Object.keys(options.env ?? {})) {
        if (/^(?:NODE_OPTIONS|LD_|DYLD_|BASH_ENV)|=/i.test(name) && !/^node_options$/.test(name) && worker !== true)
          fail(`the variable ${name}`);
        if (name === "SECRET" && worker !== true) fail("somebody else's variable");
      }
    }
    for (const request of launched)
      assertPlain(request.entry, (what) => {
        throw new Error(`escape: ${what} in ${JSON.stringify(request.entry)}`);
      });
  });
  return { property, counts, remove: () => fs.rmSync(root, { recursive: true, force: true }) };
}

/** No getter, no proxy, no object with an opinion: what is used is what was looked at. */
function assertPlain(value: unknown, fail: (what: string) => never, depth = 0): void {
  if (typeof value !== "object" || value === null || depth > 4) return;
  if (types.isProxy(value)) fail("a proxy reached Node");
  for (const [key, one] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (one.get !== undefined) fail(`a getter for ${key} reached Node`);
    assertPlain(one.value, fail, depth + 1);
  }
}
