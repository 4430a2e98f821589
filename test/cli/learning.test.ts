import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, type Project } from "./project-fixture.ts";

let project: Project;
const overrides = (): any => JSON.parse(readFileSync(path.join(project.folder, "moat.overrides.json"), "utf8"));
const PROGRAMS = ["index.js", "server.js", "watch.js", "esm.mjs"];

beforeAll(() => {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies: { dep: "1.0.0", lazy: "1.0.0" } }),
    "index.js": `
const dep = require("dep");
const [task = "load"] = process.argv.slice(2);
Promise.resolve(dep[task]()).then((value) => console.log(String(value).trim()));
if (task === "never") require("lazy");`,
    "server.js": `const dep = require("dep"); dep.load(); process.stdout.write("ready\\n"); setInterval(() => {}, 1000);`,
    "esm.mjs": `import dep from "dep"; import { esm } from "dep/esm.mjs"; console.log(esm(), dep.view());`,
    "watch.js": `
const channel = require("node:diagnostics_channel");
channel.subscribe("moat:denial", (message) => {
  console.log(JSON.stringify([message.principal, message.capability, message.denied, message.attributes["file.path"], Object.isFrozen(message)]));
});
const dep = require("dep");
console.log("heard", dep.listens());
dep.forges();
try { dep.passwd(); } catch {}
console.log("heard", dep.heard.length);`,
    "data/a.txt": "data",
    "views/deep/b.txt": "view",
    "child-data/c.txt": "child",
    "node_modules/lazy/package.json": JSON.stringify({ name: "lazy", version: "1.0.0" }),
    "node_modules/lazy/index.js": `require("fs").readFileSync(process.env.LAZY);`,
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/esm.mjs": `import { readFileSync, rmSync } from "node:fs"; import { resolve } from "node:path";
export const esm = () => readFileSync(resolve("data/a.txt"), "utf8").trim(); export const wipe = (where) => rmSync(where);`,
    "node_modules/dep/child.js": `console.log(require("fs").readFileSync(require("path").resolve("child-data/c.txt"), "utf8"));`,
    "node_modules/dep/worker.js": `require("worker_threads").parentPort.postMessage(require("fs").readdirSync("views").join());`,
    "node_modules/dep/index.js": `
const fs = require("fs"), path = require("path"), cp = require("child_process"), { Worker } = require("worker_threads"), dc = require("diagnostics_channel");
exports.load = () => fs.readFileSync(path.resolve("data/a.txt"), "utf8") + (process.env.APP_MODE || "");
exports.view = () => fs.readFileSync(path.resolve("views/deep/b.txt"), "utf8").trim();
exports.save = (name) => fs.writeFileSync(path.resolve("out", name), "x");
exports.child = () => cp.execFileSync("node", [path.join(__dirname, "child.js")], { encoding: "utf8" });
exports.worker = () => new Promise((done) => new Worker(path.join(__dirname, "worker.js")).on("message", done));
exports.git = () => cp.execFileSync("git", ["--version"]);
exports.passwd = () => fs.readFileSync("/etc/passwd", "utf8").length;
exports.secret = () => process.env.DEPLOY_TOKEN;
exports.tamper = () => { try { fs.appendFileSync(path.resolve("node_modules/.cache/moat/learned.jsonl"), "forged"); return "written"; } catch (error) { return error.code; } };
exports.heard = [];
exports.listens = () => { dc.subscribe("moat:denial", (message) => exports.heard.push(message)); return exports.heard.length; };
exports.forges = () => dc.channel("moat:denial").publish({ principal: "other", capability: "forged" });`,
  });
  expect(project.moat("policy", "--write", ...PROGRAMS).code).toBe(0);
});
afterAll(() => project.dispose());

describe("moat run --learn", () => {
  test("says what is not used, and writes nothing by itself", () => {
    const { code, stdout, stderr } = project.moat("run", "--learn", "index.js", "load");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "data\n" });
    expect(stderr).toContain("moat: learned from 1 run of ./index.js\n  dep\n");
    expect(stderr).toContain("    - read files in the project: only ./data\n");
    expect(stderr).toContain("    - run the program git (and by it any other): not used\n");
    expect(stderr).toMatch(/can go and \d+ can be narrower: \d+ % of the authority of 1 package\n/u);
    expect(stderr).toContain("  1 package took no part in any run and keeps its grants\n");
    expect(existsSync(path.join(project.folder, "moat.overrides.json"))).toBe(false);
  });

  test("adds up over runs, workers and children; moat learn --write writes it", () => {
    expect(project.moat("run", "--learn", "index.js", "worker")).toMatchObject({ code: 0, stdout: "deep\n" });
    expect(project.moat("run", "--learn", "index.js", "child")).toMatchObject({ code: 0, stdout: "child\n" });
    const json = JSON.parse(project.moat("learn", "--json").stdout);
    expect(json.runs).toHaveLength(3);
    expect(json.notLoaded).toEqual(["lazy"]);
    expect(project.moat("learn", "--write").stdout).toContain("written to moat.overrides.json");
    expect(overrides().packages.dep).toMatchObject({
      env: ["APP_MODE"],
      fs: { read: ["./child-data", "./data", "./views", "<package>"], write: [] },
      commands: ["node"],
    });
    expect(overrides().packages.lazy).toBeUndefined();
    for (const task of ["load", "worker", "child", "view"])
      expect(project.moat("run", "index.js", task), task).toMatchObject({ code: 0, stderr: "" });
    expect(project.moat("policy", "--check").code).toBe(0);
  });

  test("afterwards what was taken away is denied", () => {
    const { code, stderr } = project.moat("run", "index.js", "git");
    expect(code).toBe(1);
    expect(stderr).toContain(
      "moat: dep may not run git (child_process.execFileSync); to allow it: moat allow dep command git",
    );
  });

  test("another run opens again what was learned, and not what the policy never granted", () => {
    const { stderr } = project.moat("run", "--learn", "--write", "index.js", "git");
    expect(stderr).toContain("written to moat.overrides.json");
    // Both commands of the policy are used now: nothing is left to say.
    expect(overrides().packages.dep.commands).toBeUndefined();
    const denied = project.moat("run", "--learn", "--write", "index.js", "passwd");
    expect(denied.stderr).toContain(
      "    may not read /etc/passwd (fs.readFileSync)\n      moat allow dep fs.read /etc/passwd\n",
    );
    expect(JSON.stringify(overrides())).not.toContain("passwd");
    expect(project.moat("run", "--learn", "--enforce", "index.js", "passwd").code).toBe(1);
  });

  test("no package writes to what is kept, though everything is let through", () => {
    const { stdout } = project.moat("run", "--learn", "index.js", "tamper");
    expect(stdout).toBe("EACCES\n");
    expect(readFileSync(path.join(project.folder, "node_modules/.cache/moat/learned.jsonl"), "utf8")).not.toContain(
      "forged",
    );
  });

  test("an import of some members is not a use of all", () => {
    expect(project.moat("run", "--learn", "esm.mjs")).toMatchObject({ code: 0, stdout: "data view\n" });
    const json = JSON.parse(project.moat("learn", "--json").stdout);
    const taken = json.packages.find((one: any) => one.package === "dep").taken.map(({ grant }: any) => grant.member);
    expect(taken).toContain("rmSync");
    expect(taken).not.toContain("readFileSync");
  });

  test("a server that a signal ends has learned too", async () => {
    project.moat("learn", "--forget");
    const moat = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
    const child = spawn(process.execPath, [moat, "run", "--learn", "server.js"], {
      cwd: project.folder,
      env: { PATH: process.env["PATH"], HOME: path.dirname(project.folder) },
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([null, "SIGTERM"]);
    expect(stderr).toContain("moat: learned from 1 run of ./server.js\n");
  });

  test("flags that do not go together are refused", () => {
    expect(project.moat("run", "--write", "index.js")).toMatchObject({ code: 2, stdout: "" });
    expect(project.moat("run", "--learn", "--audit", "index.js")).toMatchObject({ code: 2, stdout: "" });
    expect(project.moat("learn", "index.js")).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("moat allow", () => {
  test("an import that no text names: each line leads to the next, until it runs", () => {
    const host = `exports.load = (name) => require(name.split("").join(""))`;
    const project = makeProject({
      "package.json": `{"name": "app", "dependencies": {"host": "1"}}`,
      "index.js": `console.log(require("host").load(__dirname + "/node_modules/plugin/index.js"))`,
      "node_modules/host/package.json": `{"name": "host", "version": "1.0.0"}`,
      "node_modules/host/index.js": host,
      "node_modules/plugin/package.json": `{"name": "plugin", "version": "1.0.0"}`,
      "node_modules/plugin/index.js": `module.exports = require("path").basename(__dirname)`,
    });
    project.moat("policy", "--write", "index.js");
    expect(project.moat("run", "index.js").stderr).toContain("to allow it: moat allow host package plugin\n");
    expect(project.moat("allow", "host", "package", "plugin").stdout).toContain("next: moat policy --write\n");
    expect(project.moat("run", "index.js").stderr).toContain("to allow it: moat policy --write\n");
    project.moat("policy", "--write");
    expect(project.moat("run", "index.js")).toEqual({ code: 0, stdout: "plugin\n", stderr: "" });
    expect(project.moat("policy", "--check").code).toBe(0);
    project.dispose();
  });

  test("grants one thing and keeps the rest", () => {
    project.write({
      "moat.overrides.json": JSON.stringify({ packages: { dep: { env: ["APP_MODE"], reason: "ours" } } }),
    });
    const { code, stdout } = project.moat("allow", "dep", "fs.read", "/etc/passwd", "--reason", "users");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "Written to moat.overrides.json: dep can read files in /etc/passwd.\n",
    });
    expect(overrides().packages.dep).toMatchObject({ env: ["APP_MODE"], reason: "users" });
    expect(overrides().packages.dep.fs.read).toEqual([".", "/etc/passwd", "<package>"]);
    expect(project.moat("run", "index.js", "passwd")).toMatchObject({ code: 0, stderr: "" });
    expect(project.moat("allow", "dep", "fs.read", "./data").stdout).toContain("already");
  });

  test.each([
    [["dep", "fs.raed", "x"], "did you mean: fs.read"],
    [["dpe", "env", "X"], "did you mean: dep"],
    [["dep", "net.connect", "not an endpoint"], "moat allow --help"],
    [["dep"], "moat allow --help"],
  ])("%j is refused", (args, hint) => {
    const { code, stderr } = project.moat("allow", ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(hint);
  });
});

describe("denials for programs", () => {
  test("the channel is the application's: packages neither hear nor publish on it", () => {
    project.write({ "moat.overrides.json": null });
    const { code, stdout, stderr } = project.moat("run", "watch.js");
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^moat: dep may not read \/etc\/passwd/u),
    });
    expect(stdout.split("\n")).toEqual([
      "heard 0",
      `["dep","fs.read",true,"/etc/passwd",true]`,
      // What it published itself, on a channel of its own.
      "heard 1",
      "",
    ]);
  });

  test("the log has OpenTelemetry's attributes", () => {
    const log = path.join(project.folder, "denials.jsonl");
    project.moat("run", "--log", log, "index.js", "passwd");
    const [line] = readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text));
    expect(line).toMatchObject({
      version: 1,
      denied: true,
      principal: "dep",
      attributes: {
        "event.name": "moat.denial",
        "security_rule.category": "fs.read",
        "file.path": "/etc/passwd",
        "code.function.name": "fs.readFileSync",
        "moat.package": "dep",
      },
    });
  });
});

test("a folder that is learned is no way to what the whole project's scope leaves out", () => {
  const another = makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { dep: "1.0.0" } }),
    "index.js": `require("dep")[process.argv[2]]();`,
    "config/cache.bin": "",
    "built/vite.config.js": "",
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/index.js": `const { writeFileSync } = require("fs");
      exports.learn = () => { for (const file of ["config/cache.bin", "built/a.bin", "out/a.bin"]) { require("fs").mkdirSync("out", { recursive: true }); writeFileSync(file, "x"); } };
      exports.turn = () => { for (const file of ["config/production.yaml", "built/vite.config.js", "out/b.bin"])
        try { writeFileSync(file, "x"); console.log(file); } catch (error) { console.log(error.code); } };`,
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: {
        dep: { builtins: { fs: true }, globals: ["console"], fs: { read: ["."], write: ["."] } },
      },
    }),
  });
  try {
    const before = another.moat("run", "index.js", "turn");
    expect(before.stdout).toBe("EACCES\nEACCES\nENOENT\n");
    another.moat("run", "--learn", "--enforce", "index.js", "learn");
    expect(another.moat("learn", "--write").code).toBe(0);
    const { packages } = JSON.parse(readFileSync(path.join(another.folder, "moat.overrides.json"), "utf8"));
    expect(packages.dep.fs.write).toEqual(["./built/a.bin", "./config/cache.bin", "./out"]);
    expect(another.moat("run", "index.js", "turn").stdout).toBe("EACCES\nEACCES\nout/b.bin\n");
  } finally {
    another.dispose();
  }
});
