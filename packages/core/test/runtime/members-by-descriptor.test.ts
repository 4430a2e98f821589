import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

/** As mocks (sinon) replace a method: where its descriptor has a function. And as compilers (`tsc`) write `import *`. */
const PROGRAM = `
  const replace = (object, key) => {
    const before = Object.getOwnPropertyDescriptor(object, key);
    if (typeof before.value !== "function") return "no method";
    object[key] = () => "replaced";
    const said = [object[key](), before.writable];
    Object.defineProperty(object, key, before);
    return [...said, object[key] === before.value, before.value.name];
  };
  const star = (module) => {
    const all = {};
    for (const key of Object.keys(module)) {
      const found = Object.getOwnPropertyDescriptor(module, key);
      Object.defineProperty(all, key, "get" in found || found.writable ? { enumerable: true, get: () => module[key] } : found);
    }
    return all;
  };
  const crypto = require("crypto"), zlib = require("zlib"), https = require("https"), http = require("http");
  const child_process = require("child_process"), worker_threads = require("worker_threads");
  const all = { "crypto.createHash": replace(crypto, "createHash"), "crypto.randomBytes": replace(crypto, "randomBytes"),
    "zlib.gzipSync": replace(zlib, "gzipSync"), "https.request": replace(https, "request"), "fetch": typeof fetch && replace(globalThis, "fetch"),
    "child_process.execSync": replace(child_process, "execSync"), "net.connect": replace(require("net"), "connect") };
  all.star = [star(zlib).gunzipSync(zlib.gzipSync("x")) + "", typeof star(https).request, star(http).STATUS_CODES[404], star(http).METHODS.includes("GET")];
  all.heir = [Object.create(https).globalAgent === https.globalAgent, { ...https }.get === https.get];
  all.threads = [worker_threads.isMainThread, worker_threads.threadId, worker_threads.parentPort];
  all.kinds = [class extends http.Agent {}.name, new http.Agent() instanceof http.Agent, Object.keys(https).sort().join()];
  module.exports = all;`;

let project: Project;
beforeAll(async () => {
  project = await makeProject({
    "package.json": '{"name":"app","dependencies":{"dep":"1"}}',
    "index.js": `console.log(JSON.stringify([require("./own.js"), require("dep")]))`,
    "own.js": PROGRAM,
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js": PROGRAM,
  });
});
afterAll(() => project.remove());

test("members that are made when they are looked at are replaced, copied and described as Node's", async () => {
  const [node, moat] = [await project.node("index.js"), await project.moat("index.js")];
  expect(JSON.parse(moat.stdout)).toEqual(JSON.parse(node.stdout));
});

test("exported, they still are made when they are looked at, and changed by their package alone", async () => {
  const exporting = await makeProject({
    "package.json": '{"name":"app","dependencies":{"dep":"1","other":"1"}}',
    "index.js": `console.log(JSON.stringify(require("other")()));`,
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    // As follow-redirects does it.
    "node_modules/dep/index.js": `
      const https = require("https"), http = require("http"), zlib = require("zlib");
      module.exports = { https: Object.create(https), http, zlib, replace() { http.get = () => "own"; return http.get(); }, request: () => https.request.name };`,
    "node_modules/other/package.json": '{"name":"other","version":"1.0.0","dependencies":{"dep":"1"}}',
    "node_modules/other/index.js": `"use strict"; const dep = require("dep"); module.exports = () => {
      const tried = (change) => { try { return change() } catch (error) { return error.constructor.name } };
      const above = Object.getPrototypeOf(dep.https);
      return [
        tried(() => { above.request = () => "evil"; }), tried(() => { dep.http.request = () => "evil"; }),
        tried(() => { Object.defineProperty(above, "request", { value: () => "evil" }); }),
        tried(() => { dep.zlib.gzipSync = () => "evil"; }), tried(() => { delete dep.http.request; }),
        typeof Object.getOwnPropertyDescriptor(above, "request").value,
        dep.request(), typeof dep.https.get, typeof dep.http.Agent, dep.zlib.gunzipSync(dep.zlib.gzipSync("x")) + "",
        Object.keys(Object.assign(Object.create(dep.https), { get: 1 })), dep.replace(), dep.http.get(),
      ];
    };`,
  });
  try {
    const { stdout, stderr } = await exporting.moat(
      "index.js",
      policyFor("index.js", {
        dep: { builtins: { http: true, https: true, zlib: true } },
        other: { packages: ["dep"] },
      }),
    );
    expect(stdout === "" ? stderr : JSON.parse(stdout)).toEqual([
      ...Array.from({ length: 5 }, () => "TypeError"),
      "function",
      "request",
      "function",
      "function",
      "x",
      ["get"],
      "own",
      "own",
    ]);
  } finally {
    await exporting.remove();
  }
});

test("what promisifies all functions and classes that it finds as data spares the classes", async () => {
  const promisifying = await makeProject({
    "index.js": `"use strict";
      // As bluebird does it.
      const promisifyAll = (module) => {
        for (const key of Object.getOwnPropertyNames(module)) {
          const { value } = Object.getOwnPropertyDescriptor(module, key);
          if (typeof value !== "function") continue;
          if (value.prototype && Object.getOwnPropertyNames(value.prototype).length > 1) value.prototype.someAsync = () => {};
          module[key + "Async"] = (...args) => new Promise((done) => value.call(module, ...args, (_, result) => done(result)));
        }
        return module;
      };
      (async () => {
        const [crypto, zlib] = ["crypto", "zlib"].map((name) => promisifyAll(require(name)));
        const zipped = await zlib.gzipAsync("text");
        console.log((await crypto.randomBytesAsync(8)).length, zlib.gunzipSync(zipped) + "");
      })();`,
  });
  try {
    expect((await promisifying.moat("index.js")).stdout).toBe("8 text\n");
  } finally {
    await promisifying.remove();
  }
});
