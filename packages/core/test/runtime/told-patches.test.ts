import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
beforeAll(async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0" });
  project = await makeProject({
    "package.json": JSON.stringify({
      name: "app",
      dependencies: { mocks: "1", aliases: "1", extends: "1", replaces: "1", stubs: "1", traces: "1", compiles: "1" },
    }),
    "mocked.js": `require("mocks"); const { ClientRequest } = require("http"); console.log(ClientRequest.name);`,
    "aliased.js": `require("aliases"); try { require("@lib/x"); } catch (error) { console.log(error.code); }`,
    "mocked-module.js": `require("replaces").on(); console.log(require("./lib.js")); require("replaces").off(); require("./more.js");`,
    "more.js": "",
    "node_modules/replaces/package.json": manifest("replaces"),
    "node_modules/replaces/index.js": `const Module = require("module"), { _load } = Module; exports.on = () => { Module._load = () => "mocked"; }; exports.off = () => { Module._load = _load; };`,
    "traced.js": `require("traces"); console.log(require("./lib.js"));`,
    "node_modules/traces/package.json": manifest("traces"),
    "node_modules/traces/index.js": `const Module = require("module"), { require: own } = Module.prototype; Module.prototype.require = function (name) { return own.call(this, name); };`,
    "stubbed.js": `console.log(require("stubs")(module, require.resolve("./lib.js")));`,
    "node_modules/stubs/package.json": manifest("stubs"),
    "node_modules/stubs/index.js": `const Module = require("module"); module.exports = (parent, path) => {
      const original = require.extensions[".js"];
      require.extensions[".js"] = (module, name) => { module.require = () => "stub"; return original(module, name); };
      try { return Module._load(path, parent); } finally { require.extensions[".js"] = original; }
    };`,
    "compiled.js": `require("compiles"); try { require("./typed.ts"); } catch (error) { console.log(error.name); } require("./lib.js");`,
    "typed.ts": `enum A { B } module.exports = A.B;`,
    "node_modules/compiles/package.json": manifest("compiles"),
    "node_modules/compiles/index.js": `for (const extension of [".js", ".ts"]) { const original = require.extensions[".js"]; require.extensions[extension] = (module, path) => original(module, path); }`,
    "found.js": `require("aliases"); console.log(require("./lib.js"));`,
    "lib.js": `module.exports = "lib";`,
    "extended.js": `require("extends");`,
    "node_modules/mocks/package.json": manifest("mocks"),
    "node_modules/mocks/index.js": `
      const http = require("http"), { ClientRequest } = http;
      http.ClientRequest = function Mine() {};
      http.ClientRequest = ClientRequest;
      const heir = Object.create(http);
      heir.ClientRequest = 1;
      if (http.ClientRequest !== ClientRequest || heir.ClientRequest !== 1) throw new Error("not its own");`,
    "node_modules/aliases/package.json": manifest("aliases"),
    "node_modules/aliases/index.js": `const Module = require("module"), find = Module._resolveFilename; Module._resolveFilename = (name, ...rest) => find(name.replace("@lib", "/lib"), ...rest);`,
    "node_modules/extends/package.json": manifest("extends"),
    "node_modules/extends/index.js": `"use strict";\nrequire("http").ServerResponse.prototype.added = () => {};`,
  });
});
afterAll(() => project.remove());

const http = { builtins: { http: ["ClientRequest", "ServerResponse"] } };

test("who replaces http.ClientRequest has it for itself, and a line says so, once", async () => {
  const { stdout, stderr } = await project.moat("mocked.js", policyFor("mocked.js", { mocks: http }));
  expect(stdout, stderr).toBe("ClientRequest\n");
  expect(stderr).toBe(
    "moat: mocks may not replace for other packages http.ClientRequest; to allow it: moat allow mocks share http.client\n",
  );
});

const aliases = { builtins: { module: ["_resolveFilename"] } };

test("where the application's module is nowhere, a line names who has changed how modules are found", async () => {
  const { stdout, stderr } = await project.moat("aliased.js", policyFor("aliased.js", { aliases }));
  expect(stdout, stderr).toBe("MODULE_NOT_FOUND\n");
  expect(stderr).toBe(
    "moat: aliases may not replace for other packages how modules are found; to allow it: moat allow aliases share require.names\n",
  );
});

test("who replaces Module._load for others is told of as the application loads a module, once", async () => {
  const replaces = { builtins: { module: ["_load"] } };
  const { stdout, stderr } = await project.moat("mocked-module.js", policyFor("mocked-module.js", { replaces }));
  expect(stdout, stderr).toBe("lib\n");
  expect(stderr).toBe(
    "moat: replaces may not replace for other packages how modules are loaded; to allow it: moat allow replaces share require.hooks\n",
  );
});

test("and so is who replaces Module.prototype.require to see what is loaded (tracing), but for who imports the project's modules", async () => {
  const traces = { builtins: { module: ["prototype"] } };
  const { stdout, stderr } = await project.moat("traced.js", policyFor("traced.js", { traces }));
  expect(stdout, stderr).toBe("lib\n");
  expect(stderr).toBe(
    'moat: traces may not replace for other packages how modules are loaded (tracing is loaded before moat: NODE_OPTIONS="--require ./tracing.js"); to allow it: moat allow traces share require.hooks\n',
  );
  const imports = { traces: { ...traces, packages: ["."] } };
  expect((await project.moat("traced.js", policyFor("traced.js", imports))).stderr).toBe("");
});

test("who loads the application's module with another require in it is told that it has Node's", async () => {
  const stubs = { packages: ["."], builtins: { module: ["_load"] } };
  const { stdout, stderr } = await project.moat("stubbed.js", policyFor("stubbed.js", { stubs }));
  expect(stdout, stderr).toBe("lib\n");
  expect(stderr).toBe(
    "moat: stubs may not replace for other packages how modules are loaded; to allow it: moat allow stubs share require.hooks\n",
  );
});

test("where the application's module is no JavaScript, a line names who would have compiled it", async () => {
  const { stdout, stderr } = await project.moat("compiled.js", policyFor("compiled.js", { compiles: {} }));
  expect(stdout, stderr).toMatch(/^(?:Syntax)?Error\n$/);
  expect(stderr).toBe(
    "moat: compiles may not replace for other packages how modules are loaded; to allow it: moat allow compiles share require.hooks\n",
  );
});

test("where it is found, nobody is told", async () => {
  const { stdout, stderr } = await project.moat("found.js", policyFor("found.js", { aliases }));
  expect([stdout, stderr]).toEqual(["lib\n", ""]);
});

test("a package that dies of a change of what is everybody's dies with a line that says why", async () => {
  const { stderr, code } = await project.moat("extended.js", policyFor("extended.js", { extends: http }));
  expect(stderr).toMatch(/^moat: the language's objects and Node's classes are everybody's/);
  expect(code).toBe(1);
});
