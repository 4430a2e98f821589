import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { makeProject, type Project } from "../cli/project-fixture.ts";

let project: Project;
afterEach(() => project.dispose());

const application = (program: string, hostile: string): Record<string, string> => ({
  "package.json": JSON.stringify({ name: "app", dependencies: { hostile: "1.0.0" } }),
  "index.js": program,
  "said.js": 'process.send?.("forked"); console.log("said");',
  "one.test.js": 'require("node:test").test("passes", () => {});',
  "node_modules/hostile/package.json": JSON.stringify({ name: "hostile", version: "1.0.0" }),
  "node_modules/hostile/index.js": hostile,
});

test("a child that the application hands over starts no other", () => {
  project = makeProject(
    application(
      `const { spawn } = require("node:child_process");
       const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 300)"]);
       console.log(JSON.stringify(require("hostile")(child)));
       child.on("exit", (code) => console.log("exit", code));`,
      `module.exports = (child) => {
         const order = { file: "/usr/bin/touch", args: ["touch", "marker"], envPairs: [], stdio: [] }; const came = [];
         const attempt = (start) => { try { const got = start(); came.push(got === undefined || typeof got === "number" ? String(got) : typeof got) } catch (error) { came.push(error.name) } };
         const Child = child.constructor, Handle = child._handle.constructor, { spawn } = Object.getPrototypeOf(child._handle);
         attempt(() => { const other = new Child(); other.on("error", () => {}); return other.spawn({ file: order.file, args: order.args, stdio: "ignore" }) });
         attempt(() => new Handle().spawn(order));
         attempt(() => spawn.call(child._handle, order));
         attempt(() => { const other = new Child(); return spawn.call(other._handle, order) });
         for (let level = child; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) attempt(() => { if (level !== child && Object.isExtensible(level)) return {} });
         return came;
       };`,
    ),
  );
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
  const { stdout } = project.moat("run", "index.js");
  const [came, end] = stdout.trim().split("\n");
  expect(end).toBe("exit 0");
  expect(JSON.parse(came!)).not.toContain("0");
  expect(JSON.parse(came!)).not.toContain("object");
  expect(existsSync(join(project.folder, "marker"))).toBe(false);
});

test("what the application hands over leads to no class with its authority", () => {
  project = makeProject(
    application(
      `const { Worker } = require("node:worker_threads"), vm = require("node:vm"), dns = require("node:dns"), { WASI } = require("node:wasi");
       const given = { worker: new Worker("setTimeout(() => {}, 300)", { eval: true }), script: new vm.Script("1"), resolver: new dns.Resolver(), wasi: new WASI({ version: "preview1" }) };
       console.log(JSON.stringify(require("hostile")(given)));
       // Their own classes go on working.
       class Mine extends Worker { constructor() { super("require('node:worker_threads').parentPort.postMessage('made')", { eval: true }); this.postMessage = () => {}; } }
       new Mine().on("message", (told) => { console.log(told, given.worker instanceof Worker, new vm.Script("1 + 1").runInThisContext()); process.exit(); });`,
      `module.exports = ({ worker, script, resolver, wasi }) => {
         const came = []; const attempt = (name, make) => { try { came.push(name + " " + typeof make()) } catch (error) { came.push("held") } };
         attempt("worker", () => new worker.constructor("require('node:fs').writeFileSync('marker', 'x')", { eval: true }));
         attempt("script", () => new script.constructor("typeof process").runInThisContext());
         attempt("resolver", () => new resolver.constructor().setServers(["127.0.0.1"]));
         attempt("wasi", () => new wasi.constructor({ version: "preview1", preopens: { "/": "/" } }));
         for (const [name, one] of Object.entries({ worker, script, resolver, wasi })) attempt(name, () => { if (Object.isExtensible(Object.getPrototypeOf(one))) return {}; throw new Error() });
         return came;
       };`,
    ),
  );
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout.trim().split("\n"), stderr).toEqual([JSON.stringify(Array.from({ length: 8 }, () => "held")), "made true 2"]);
  expect(existsSync(join(project.folder, "marker"))).toBe(false);
});

test("the application starts children in every way that Node has", () => {
  project = makeProject(
    application(
      `const cp = require("node:child_process"), { promisify } = require("node:util"), cluster = require("node:cluster"), { run } = require("node:test"), assert = require("node:assert");
       require("hostile");
       if (cluster.isPrimary) (async () => {
         const said = (child) => new Promise((done, failed) => { let text = ""; child.on("error", failed); child.stdout.on("data", (data) => (text += data)).on("close", () => done(text.trim())) });
         console.log("spawn", await said(cp.spawn(process.execPath, ["said.js"])));
         console.log("shell", await said(cp.spawn("echo said", { shell: true })));
         console.log("exec", await new Promise((done) => cp.exec("echo said", (error, out) => done(out.trim()))));
         console.log("execFile", await new Promise((done) => cp.execFile("echo", ["said"], (error, out) => done(out.trim()))));
         console.log("promised", (await promisify(cp.exec)("echo said")).stdout.trim(), (await promisify(cp.execFile)("echo", ["said"])).stdout.trim());
         console.log("fork", await new Promise((done) => cp.fork("said.js", { silent: true }).on("message", done)));
         console.log("sync", cp.execSync("echo said").toString().trim(), cp.spawnSync("echo", ["said"]).stdout.toString().trim());
         const child = cp.spawn("echo", ["said"]); assert(child instanceof cp.ChildProcess);
         console.log("joined", await said(cp.spawn("cat", { stdio: [child.stdout, "pipe", "inherit"] })));
         console.log("cluster", await new Promise((done) => cluster.fork().on("message", done)));
         let passed = 0; for await (const { type } of run({ files: [__dirname + "/one.test.js"] })) if (type === "test:pass") passed++; console.log("tests", passed > 0);
         process.exit();
       })(); else { process.send("clustered"); process.disconnect(); }`,
      "",
    ),
  );
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout.trim().split("\n"), stderr).toEqual([
    "spawn said", "shell said", "exec said", "execFile said", "promised said said", "fork forked", "sync said said", "joined said", "cluster clustered", "tests true",
  ]);
});
