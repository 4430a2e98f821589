import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

const manifest = (name: string): string => JSON.stringify({ name, version: "1.0.0" });

let project: Project;
beforeAll(async () => {
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { traced: "1", user: "1", shared: "1" } }),
    // As require-in-the-middle does it.
    "trace.js": `
      const Module = require("module"), http = require("http"), shared = require("shared");
      const { require: original } = Module.prototype, { request } = http, seen = new Set();
      shared.name = "the tracer's";
      Module.prototype.require = function (id) {
        const file = Module._resolveFilename(id, this), exports = original.call(this, id);
        if (!file.includes("traced") || seen.has(file)) return exports;
        seen.add(file);
        if (exports === require.cache[file].exports) console.log("seen", file.slice(file.lastIndexOf("node_modules")));
        if (file.endsWith("getter.js")) return exports;
        if (file.endsWith("fails.js")) throw new Error("the tracer's");
        if (typeof exports === "function") return (...args) => "replaced " + exports(...args);
        const { run } = exports.Worker.prototype;
        exports.Worker.prototype.run = function () { setTimeout(() => process.stdout.write("ended\\n"), 1); return "traced " + run.call(this); };
        return exports;
      };
      http.request = function (...args) { console.log("request"); return request.apply(this, args); };`,
    "index.js": `
      const { Worker } = require("traced");
      console.log(new Worker().run(), require("traced/replaced.js")(1), require("user").run(), require("shared").name, require("traced/getter.js").got);
      try { require("traced/fails.js"); } catch (error) { console.log(error.message); }
      try { require("traced/fails.js"); } catch (error) { console.log(error.message); }`,
    "compiling.js": `
      const Module = require("module"), channels = require("diagnostics_channel"), { _compile } = Module.prototype;
      const store = new (require("async_hooks").AsyncLocalStorage)();
      channels.channel("app:work").bindStore(store, (data) => "bound " + data.at);
      channels.subscribe("app:work", (data) => console.log("published", data.at));
      Module.prototype._compile = function (text, file, ...rest) {
        if (!file.includes("channelled")) return _compile.call(this, text, file, ...rest);
        require("./late.js").told = true;
        const code = "const { channel } = require('diagnostics_channel');" + text.replace("/* here */", "return channel('app:work').runStores({ at: 1 }, () => 'ran');");
        return _compile.call(this, code, file, ...rest);
      };
      globalThis.stored = () => store.getStore();
      process.on("exit", () => console.log(require("./late.js").told, require("./late.js").file.length > 0));`,
    "late.js": `exports.file = __filename;`,
    "by-itself.js": `
      const Module = require("module"), { _compile } = Module.prototype, vm = require("vm");
      Module.prototype._compile = function (text, file, ...rest) {
        if (file.includes("node_modules")) { vm.runInThisContext("(function (exports, require) {" + text + "})")({}, require); return undefined; }
        return _compile.call(this, text, file, ...rest);
      };`,
    "channels.js": `console.log(require("channelled").work(), typeof require("channelled").fs);`,
    "node_modules/channelled/package.json": manifest("channelled"),
    "node_modules/channelled/index.js": `
      exports.work = () => { /* here */ };
      try { exports.fs = require("fs"); console.log("has fs"); } catch { exports.fs = ""; }`,
    "sloppy.js": `
      const Module = require("module"), { require: original } = Module.prototype;
      global[Symbol.for("tracer")] = "tracer's";
      Module.prototype.require = function (id) {
        const exports = original.call(this, id);
        if (!Module._resolveFilename(id, this).includes("received")) return exports;
        const { show } = exports;
        exports.show = function () { return show.apply(this, arguments); };
        exports.told = () => setTimeout(() => console.log("traced by", typeof process.pid === "number" && "process", globalThis[Symbol.for("tracer")]));
        return exports;
      };`,
    "receivers.js": `const { show, told } = require("received"); show(); told();`,
    "node_modules/received/package.json": manifest("received"),
    "node_modules/received/index.js": `
      exports.show = function () { console.log(typeof this, typeof this.process, typeof this.fetch, typeof process); };`,
    "asks.js": `require("user").ask();`,
    "patches.js": `console.log(require("user").patch());`,
    "node_modules/traced/package.json": manifest("traced"),
    "node_modules/traced/index.js": `exports.Worker = class Worker { run() { return "worker"; } };`,
    "node_modules/traced/getter.js": `Object.defineProperty(module, "exports", { get: () => ({ got: 1 }) });`,
    "node_modules/traced/replaced.js": `module.exports = (value) => value;`,
    "node_modules/traced/fails.js": ``,
    "node_modules/shared/package.json": manifest("shared"),
    "node_modules/shared/index.js": `exports.name = "the program's";`,
    "node_modules/user/package.json": manifest("user"),
    "node_modules/user/index.js": `
      const { Worker } = require("traced");
      exports.run = () => new Worker().run();
      exports.patch = () => { try { Worker.prototype.run = () => "patched"; } catch {} return new Worker().run(); };
      exports.ask = () => {
        const http = require("http");
        const server = http.createServer((_, response) => response.end("answer")).listen(0, "127.0.0.1", () => {
          http.get({ port: server.address().port, host: "127.0.0.1" }, (response) => {
            response.on("data", (data) => console.log(String(data))).on("end", () => server.close());
          });
        });
      };`,
  });
});
afterAll(() => project.remove());

const packages = {
  traced: {},
  shared: {},
  user: {
    packages: ["traced"],
    globals: ["console"],
    builtins: { http: ["createServer", "get"] },
    net: { connect: ["127.0.0.1:*"], listen: ["127.0.0.1:*"] },
  },
};
const traced = (entry: string): ReturnType<Project["moat"]> =>
  project.moat(entry, policyFor(entry, packages), ["--require", "./trace.js"]);

test("what is loaded before moat is given what packages export, once, and may replace it", async () => {
  const { stdout, stderr } = await traced("index.js");
  expect(stdout.split("\n"), stderr).toEqual([
    "seen node_modules/traced/index.js",
    "seen node_modules/traced/replaced.js",
    "seen node_modules/traced/getter.js",
    "traced worker replaced 1 traced worker the program's 1",
    "seen node_modules/traced/fails.js",
    "the tracer's",
    "ended",
    "ended",
    "",
  ]);
  expect(stderr).toMatch(/^moat: \.\/trace\.js is loaded before moat: it runs under no policy[^\n]*\n$/);
});

test("it sees the requests of packages, by Node's functions that it has replaced", async () => {
  expect((await traced("asks.js")).stdout).toBe("seen node_modules/traced/index.js\nrequest\nanswer\n");
});

test("it is given the texts of packages, which run as it has changed them, under the policy of each", async () => {
  const policy = policyFor("channels.js", { channelled: {} });
  const { stdout, stderr } = await project.moat("channels.js", policy, ["--require", "./compiling.js"]);
  expect(stdout, stderr).toBe("published 1\nran string\ntrue true\n");
});

test("what would run the texts of packages by itself is given none", async () => {
  const policy = policyFor("channels.js", { channelled: { globals: ["console"] } });
  const { stdout, stderr } = await project.moat("channels.js", policy, ["--require", "./by-itself.js"]);
  expect(stdout, stderr).toBe("undefined string\n");
});

test("what it changed, other packages still don't", async () => {
  expect((await traced("patches.js")).stdout).toBe("seen node_modules/traced/index.js\ntraced worker\nended\n");
});

test("what it made without a word for a receiver shows a package no power of the real global object", async () => {
  const policy = policyFor("receivers.js", { traced: {}, received: { globals: ["console"] } });
  const { stdout, stderr } = await project.moat("receivers.js", policy, ["--require", "./sloppy.js"]);
  expect(stdout, stderr).toBe("object undefined undefined undefined\ntraced by process tracer's\n");
});
