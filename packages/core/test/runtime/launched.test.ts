import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, policyFor, type Outcome, type Project } from "./run-both.ts";

/** Tries what its package is not granted; answers with what it got. */
const SPY = `
const loot = [];
try { require("fs").writeFileSync(__LOOT__, "x"); loot.push("wrote"); } catch (error) { loot.push(error.code); }
try { require("child_process"); loot.push("child_process"); } catch (error) { loot.push(error.code); }
loot.push(process.env.SECRET ?? "no secret");
`;

const DEP = `
const { Worker, SHARE_ENV } = require("worker_threads");
const { execFileSync, fork } = require("child_process");
const { join } = require("path");
const { pathToFileURL } = require("url");
const settled = (worker) => new Promise((resolve) => {
  const seen = [];
  worker.on("message", (message) => seen.push(message));
  worker.on("error", (error) => seen.push([error.name, error.message, error instanceof TypeError]));
  worker.on("exit", (code) => resolve([...seen, code]));
});
const SPY = ${JSON.stringify(SPY)};
exports.cases = {
  file: () => settled(new Worker(join(__dirname, "worker.cjs"), { workerData: { a: [1] }, argv: ["x"], env: { GIVEN: "1" } })),
  url: () => settled(new Worker(pathToFileURL(join(__dirname, "worker.mjs")), { workerData: 5 })),
  eval: () => settled(new Worker("const { parentPort, workerData } = require('worker_threads');" + SPY.replace("__LOOT__", "'loot-eval'") + "parentPort.postMessage([loot, workerData, __filename])", { eval: true, workerData: "w", env: SHARE_ENV })),
  data: () => settled(new Worker(new URL("data:text/javascript,import { parentPort } from 'node:worker_threads'; parentPort.postMessage('from a text')"))),
  throwing: () => settled(new Worker("throw new TypeError('boom')", { eval: true })),
  exiting: () => settled(new Worker("process.exit(7)", { eval: true })),
  flags: () => settled(new Worker(join(__dirname, "worker.cjs"), { execArgv: ["--require", join(__dirname, "preload.cjs")], env: { NODE_OPTIONS: "--require " + join(__dirname, "preload.cjs") } })),
  fork: () => new Promise((resolve) => {
    const seen = [];
    const child = fork(join(__dirname, "child.cjs"), ["q"], { env: { GIVEN: "2" } });
    child.on("message", (message) => { seen.push(message); child.send("done"); });
    child.on("exit", (code) => resolve([...seen, code]));
  }),
  print: () => String(execFileSync("node", ["-p", "[process.argv.length, typeof require('path').join]", "k"])),
  evil: () => String(execFileSync("node", ["-e", SPY.replace("__LOOT__", "'loot-child'") + "console.log(loot.join())"])),
  folders: () => String(execFileSync("node", ["-e", "try { console.log(require('fs').readFileSync('/etc/hostname', 'utf8')) } catch (error) { console.log(error.code) }"], { cwd: "/", env: { TMPDIR: "/", HOME: "/" } })),
};
`;
const WORKER = `
const { isMainThread, parentPort, workerData } = require("worker_threads");
${SPY.replace("__LOOT__", "'loot-worker'")}
parentPort.postMessage([loot, isMainThread, workerData, process.argv.slice(2), process.env.GIVEN ?? null, process.execArgv]);
`;
const CHILD = `
${SPY.replace("__LOOT__", "'loot-fork'")}
process.send([loot, process.argv.slice(2), process.env.GIVEN, require.main === module]);
process.on("message", () => process.exit(3));
`;
const GRANTS = {
  builtins: {
    child_process: ["execFileSync", "fork"],
    fs: ["writeFileSync", "readFileSync"],
    path: ["join"],
    process: [],
    url: ["pathToFileURL"],
    worker_threads: ["SHARE_ENV", "Worker", "isMainThread", "parentPort", "workerData"],
  },
  globals: ["URL", "process"],
  fs: { read: ["<package>", "<cwd>", "<tmp>"] },
  commands: ["node"],
  workers: true,
};
const MAIN = `
const { cases } = require("dep");
(async () => {
  const results = {};
  for (const [name, run] of Object.entries(cases)) {
    try { results[name] = await run(); } catch (error) { results[name] = String(error.code ?? error.message); }
  }
  console.log(JSON.stringify(results));
})();
`;
/** What the spy reports: neither files, nor programs, nor the environment. */
const NOTHING = ["EACCES", "child_process", "no secret"];

const app = (extra: Readonly<Record<string, string>>): Promise<Project> =>
  makeProject({
    "package.json": '{"name":"app","dependencies":{"dep":"1"}}',
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js": DEP,
    "node_modules/dep/worker.cjs": WORKER,
    "node_modules/dep/worker.mjs":
      "import { parentPort, workerData } from 'node:worker_threads'; await null; parentPort.postMessage([workerData, import.meta.url.slice(-10)]);",
    "node_modules/dep/preload.cjs": "require('fs').writeFileSync('loot-preload', 'x')",
    "node_modules/dep/child.cjs": CHILD,
    "index.js": MAIN,
    ...extra,
  });

describe("what a package starts comes up under its own policy", () => {
  let project: Project;
  let outcome: Outcome;
  let results: Record<string, any>;
  beforeAll(async () => {
    process.env["SECRET"] = "s3cret";
    project = await app({});
    outcome = await project.moat("index.js", policyFor("index.js", { dep: GRANTS }));
    expect(outcome.stdout, outcome.stderr).not.toBe("");
    results = JSON.parse(outcome.stdout) as Record<string, any>;
  });
  afterAll(async () => {
    delete process.env["SECRET"];
    await project.remove();
  });

  test("workers from files, URLs and texts", () => {
    expect(results["file"]).toEqual([[NOTHING, false, { a: [1] }, ["x"], "1", []], 0]);
    expect(results["url"]).toEqual([[5, "worker.mjs"], 0]);
    expect(results["eval"]).toEqual([[NOTHING, "w", "[worker eval]"], 0]);
    expect(results["data"]).toEqual(["from a text", 0]);
  });
  test("workers that fail or end", () => {
    expect(results["throwing"]).toEqual([["TypeError", "boom", true], 1]);
    expect(results["exiting"]).toEqual([7]);
  });
  test("no option of a worker loads code beside moat", () => {
    expect(results["flags"]).toEqual([[NOTHING, false, null, [], null, []], 0]);
  });
  test("forked files and texts", () => {
    expect(results["fork"]).toEqual([[NOTHING, ["q"], "2", true], 3]);
    expect(results["print"]).toBe("[ 2, 'function' ]\n");
    expect(results["evil"]).toBe(`${NOTHING.join()}\n`);
  });
  test("a child's folders and environment widen no scope", () => {
    expect(["ENOENT\n", "ENOENT"]).toContain(results["folders"]);
  });
  test("nothing was written", () => {
    for (const name of ["eval", "worker", "child", "fork", "preload"]) {
      expect(existsSync(join(project.folder, `loot-${name}`))).toBe(false);
    }
  });
});

test("nothing starts without a grant", async () => {
  const project = await app({});
  const { workers: _workers, commands: _commands, ...others } = GRANTS;
  const outcome = await project.moat("index.js", policyFor("index.js", { dep: others }));
  const results = JSON.parse(outcome.stdout) as Record<string, any>;
  expect(new Set(Object.values(results))).toEqual(new Set(["ERR_ACCESS_DENIED", "ENOENT"]));
  await project.remove();
});

describe("what the application starts of its own project comes up under the policy too", () => {
  const START = `
const { execFileSync, execSync, fork, spawn, spawnSync } = require("child_process");
const out = (text) => console.log(String(text).trim());
out(execFileSync(process.execPath, ["own.js", "a b"]));
out(execSync("node own.js c"));
out(execFileSync("node", ["-e", "console.log(require('./answer'))"]));
out(execFileSync("node", ["--require", "./answer.js", "node_modules/dep/evil.js"]));
out(execFileSync("node_modules/dep/evil.js"));
out(spawnSync("node", ["--version"]).stdout.length > 3);
const child = fork("./own", ["f"], { silent: true });
child.stdout.on("data", out);
child.on("exit", (code) => {
  out(code);
  spawn("node", ["missing.js"], { stdio: "ignore" }).on("exit", out);
});
`;
  test("files, texts and commands of packages", async () => {
    const project = await makeProject({
      "package.json": '{"name":"app","dependencies":{"dep":"1"}}',
      "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
      "node_modules/dep/evil.js":
        "#!/usr/bin/env node\ntry { require('fs').writeFileSync('loot', 'x'); console.log('wrote') } catch (error) { console.log(error.code) }",
      "own.js": "console.log(process.argv.slice(2).join(), require.main === module)",
      "answer.js": "module.exports = 42",
      "index.js": START,
    });
    const { chmod } = await import("node:fs/promises");
    await chmod(join(project.folder, "node_modules/dep/evil.js"), 0o755);
    const policy = policyFor("index.js", { dep: { builtins: { fs: ["writeFileSync"] } } });
    const { stdout, stderr } = await project.moat("index.js", policy);
    expect(stdout.split("\n"), stderr).toEqual([
      "a b true",
      "c true",
      "42",
      "EACCES",
      "EACCES",
      "true",
      "f true",
      "0",
      "1",
      "",
    ]);
    expect(existsSync(join(project.folder, "loot"))).toBe(false);
    await project.remove();
  });
});

test("cluster workers of the application serve, under the policy", async () => {
  const project = await makeProject({
    "package.json": '{"name":"app","dependencies":{"dep":"1"}}',
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js": `${SPY.replace("__LOOT__", "'loot'")} module.exports = loot;`,
    "index.js": `
const cluster = require("cluster");
const http = require("http");
if (cluster.isPrimary) {
  const worker = cluster.fork({ GIVEN: "1" });
  worker.on("message", (message) => console.log(JSON.stringify(message)));
  worker.on("listening", ({ port }) => {
    http.get({ port, host: "127.0.0.1" }, (response) => response.on("data", (data) => console.log(String(data))).on("end", () => worker.kill()));
  });
  worker.on("exit", (code, signal) => console.log(signal));
} else {
  process.send([process.env.GIVEN, require("dep")]);
  http.createServer((request, response) => response.end("served")).listen(0, "127.0.0.1");
}
`,
  });
  const policy = policyFor("index.js", { dep: { builtins: { fs: ["writeFileSync"] }, globals: ["process"] } });
  const { stdout, stderr } = await project.moat("index.js", policy);
  expect(stdout.split("\n"), stderr).toEqual([
    '["1",["EACCES","MODULE_NOT_FOUND","no secret"]]',
    "served",
    "SIGTERM",
    "",
  ]);
  expect(existsSync(join(project.folder, "loot"))).toBe(false);
  await project.remove();
});

test("a child's channel can be told whether it keeps the program alive, and by nobody else, and shows nothing more", async () => {
  const project = await makeProject({
    "index.js": `
if (process.send === undefined) require("child_process").fork(__filename).on("message", (seen) => console.log(JSON.stringify(seen))).on("exit", (code) => console.log(code));
else {
  process.on("message", () => {});
  process.send([require("dep"), Reflect.ownKeys(process.channel), process.channel === process.channel]);
  process.channel.unref();
}`,
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js": "module.exports = typeof process.channel;",
  });
  const policy = policyFor("index.js", { dep: { globals: ["process"] } });
  const { stdout, stderr } = await project.moat("index.js", policy);
  expect(stdout, stderr).toBe('["undefined",["ref","unref"],true]\n0\n');
  await project.remove();
});

describe("a context of a package", () => {
  const VM = `
const vm = require("vm");
const window = { early: 1 };
vm.createContext(window);
const before = new vm.Script("later + typeof process + typeof require + (this === globalThis)");
window.later = "seen ";
module.exports = [
  before.runInContext(window),
  vm.runInContext("var a = early + 1; function f() { return Array.isArray([]) } a", window),
  Object.keys(window).sort(),
  window.f(),
  vm.runInContext("typeof Date + typeof missing", window),
  (() => { try { vm.runInContext("missing", window) } catch (error) { return error.name } })(),
  (() => { try { vm.runInContext("'use strict'; missing = 1", window) } catch (error) { return error.name } })(),
  vm.runInContext("Function('return typeof process + this.early')()", window),
];
`;
  test("is its object, with the intrinsics behind it and nothing of the package's own", async () => {
    const project = await makeProject({
      "package.json": '{"name":"app","dependencies":{"dep":"1"}}',
      "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
      "node_modules/dep/index.js": VM,
      "index.js": "console.log(JSON.stringify(require('dep')))",
    });
    const node = await project.node("index.js");
    const policy = policyFor("index.js", { dep: { builtins: { vm: true }, globals: ["process"] } });
    const moat = await project.moat("index.js", policy);
    expect(moat.stdout, moat.stderr).toBe(node.stdout);
    await project.remove();
  });
});
