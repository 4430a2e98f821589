import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

const HOOKS = { shares: ["require.hooks"], builtins: { module: true } };
const programs: Record<string, string> = {
  "stubbed.js": `
    const stub = require("hooks").stub(module);
    console.log(stub("./lib.js", { "./dep.js": "stubbed", fs: { stubbed: true } }), require("./lib.js"));`,
  "loaded.js": `
    const undo = require("hooks").onLoad((name, next) => (name === "./dep.js" ? "mocked" : next()));
    console.log(require("./lib.js"));
    undo();
    delete require.cache[require.resolve("./lib.js")];
    console.log(require("./lib.js"));`,
  "required.js": `
    require("hooks").onRequire((name, exports) => (name === "./dep.js" ? exports + "!" : exports));
    console.log(require("./lib.js"));`,
  "found.js": `
    require("hooks").find((name) => name.replace("@lib", __dirname));
    console.log(require("@lib/lib.js"), require.resolve("@lib/dep.js") === require.resolve("./dep.js"));`,
  "compiled.js": `
    require("hooks").compile(".up", (text) => text.toLowerCase());
    console.log(require("./shout"), require("./shout.up"), Object.keys(require.cache).length);`,
  "rewritten.js": `
    require("hooks").compile(".js", (text) => text.replace("real", "rewritten"));
    console.log(require("./lib.js"));`,
  "wrapped.js": `
    require("hooks").wrap("const added = 'wrapped';");
    console.log(require("./uses-added.js"));`,
  "folders.js": `
    require("hooks").addFolder(require("path").join(__dirname, "folder"));
    module.paths.push(require("path").join(__dirname, "other"));
    console.log(require("inside"), require("beside"));`,
  "emptied.js": `
    const first = require("./lib.js");
    require("hooks").empty();
    console.log(first === require("./lib.js"), require("./counts.js").count(), require("./counts.js").count());
    require("hooks").empty();
    console.log(require("./counts.js").count());`,
  "evaluated.js": `console.log(typeof require("hooks").evaluate("require('fs').readFileSync(__filename, 'utf8')", __filename));`,
  "asked.js": `console.log(require("hooks").parent === module, require("hooks").main === module);`,
};

let project: Project;
beforeAll(async () => {
  const manifest = (name: string): string => JSON.stringify({ name, version: "1.0.0" });
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { hooks: "1", other: "1" } }),
    ...programs,
    "loads-counts.js": `module.exports = require("./counts.js");`,
    "fresh.js": `
      const first = require("./loads-counts.js").count;
      first();
      require("hooks").clear(require.resolve("./loads-counts.js"));
      console.log(require("./counts.js").count(), first(), require("./loads-counts.js").count());`,
    "used.js": `console.log(...require("user")(__dirname, require("hooks")), require("./lib.js")[0]);`,
    "node_modules/user/package.json": manifest("user"),
    "node_modules/user/index.js": `
      const hooks = require("hooks"), attempt = (run) => { try { return typeof run(); } catch (error) { return error.code; } };
      module.exports = (folder, own) => {
        hooks.onLoad((name, next) => (name === "./dep.js" ? "mocked" : next()));
        return [
          attempt(() => hooks.stub(module)("fs", {}).readFileSync),
          attempt(() => hooks.evaluate("require('fs')", folder + "/index.js")),
          hooks.parent && hooks.parent.exports && hooks.parent.exports.stolen,
          hooks === own,
        ];
      };`,
    "named-folder.js": `
      require("hooks").addFolder(require("path").join(__dirname, "folder"));
      console.log(require("inside"));`,
    "written/by.txt": `module.exports = "written";`,
    "misled.js": `
      const attempt = (name) => { try { return require(name); } catch (error) { return error.code; } };
      const path = require("path"), { find } = require("hooks");
      find((name) => ({ "@1": path.join(__dirname, "node_modules/other/index.js"), "@2": "fs", "@3": path.dirname(__dirname), "@4": path.join(__dirname, "written/by.txt"), "./dep.js": __filename })[name] ?? name);
      console.log(attempt("@1"), attempt("@2"), attempt("@3"), attempt("@4"), attempt("./dep.js"));`,
    "others.js": `
      require("hooks").onLoad((name, next) => (name === "fs" ? "mocked" : next()));
      console.log(require("fs"), typeof require("other").fs.readFileSync);`,
    "lib.js": `const dep = require("./dep.js"); module.exports = [dep, require("fs").stubbed];`,
    "dep.js": `module.exports = "real";`,
    "counts.js": `let n = 0; exports.count = () => ++n;`,
    "uses-added.js": `module.exports = added;`,
    "shout.up": `MODULE.EXPORTS = "QUIET";`,
    "folder/inside.js": `module.exports = "inside";`,
    "other/beside/index.js": `module.exports = "beside";`,
    "node_modules/other/package.json": manifest("other"),
    "node_modules/other/index.js": `exports.fs = require("fs");`,
    "node_modules/hooks/package.json": manifest("hooks"),
    "node_modules/hooks/index.js": `
      const Module = require("module");
      exports.parent = module.parent;
      exports.main = require.main;
      exports.stub = (parent) => (path, stubs) => {
        const original = require.extensions[".js"], id = Module._resolveFilename(path, parent), cached = Module._cache[id];
        delete Module._cache[id];
        require.extensions[".js"] = (module, file) => {
          module.require = (name) => (name in stubs ? stubs[name] : Module._load(name, module));
          return original(module, file);
        };
        try { return parent.require(path); } finally {
          require.extensions[".js"] = original;
          if (cached) Module._cache[id] = cached; else delete Module._cache[id];
        }
      };
      exports.onLoad = (hook) => {
        const { _load } = Module;
        Module._load = function (name, ...rest) { return hook(name, () => _load.call(this, name, ...rest)); };
        return () => { Module._load = _load; };
      };
      exports.onRequire = (hook) => {
        const { require: original } = Module.prototype;
        Module.prototype.require = function (name) { return hook(name, original.call(this, name)); };
      };
      exports.find = (rename) => {
        const { _resolveFilename } = Module;
        Module._resolveFilename = (name, ...rest) => _resolveFilename(rename(name), ...rest);
      };
      exports.compile = (extension, compile) => {
        const original = require.extensions[".js"];
        require.extensions[extension] = (module, file) => {
          const { _compile } = module;
          module._compile = (text, name) => _compile.call(module, compile(text), name);
          original(module, file);
        };
      };
      exports.wrap = (before) => { Module.wrapper[0] += before; };
      exports.addFolder = (folder) => {
        const { _nodeModulePaths } = Module;
        Module._nodeModulePaths = (from) => [folder, ..._nodeModulePaths(from)];
        for (let at = module.parent; at; at = at.parent) at.paths.unshift(folder);
      };
      exports.empty = () => { Module._cache = {}; };
      exports.clear = function clear(id) {
        const children = require.cache[id]?.children ?? [];
        delete require.cache[id];
        for (const child of children) clear(child.id);
      };
      exports.evaluate = (text, file) => {
        const made = new Module(file);
        made._compile("module.exports = " + text, file);
        return made.exports;
      };`,
  });
});
afterAll(() => project.remove());

test.each(Object.keys(programs))(
  "a package that shares require.hooks does in %s what it does under node",
  async (entry) => {
    const packages = { hooks: HOOKS, other: { builtins: { fs: ["readFileSync"] } } };
    const expected = await project.node(entry);
    expect(expected.stderr).toBe("");
    const { stdout, stderr } = await project.moat(entry, policyFor(entry, packages));
    expect(stdout, stderr).toBe(expected.stdout);
    expect(stderr).toBe("");
  },
);

test("a package that shares require.names finds modules of the project, and no more", async () => {
  const names = { hooks: { ...HOOKS, packages: [], shares: ["require.names"] } };
  const { stdout, stderr } = await project.moat("found.js", policyFor("found.js", names));
  expect([stdout, stderr]).toEqual(["[ 'real', undefined ] true\n", ""]);
  const others = await project.moat("misled.js", policyFor("misled.js", { ...names, other: {} }));
  expect([others.stdout, others.stderr]).toEqual([
    "MODULE_NOT_FOUND MODULE_NOT_FOUND MODULE_NOT_FOUND written real\n",
    "",
  ]);
  const writes = { hooks: { ...names.hooks, fs: { write: ["./written"] } } };
  const written = await project.moat("misled.js", policyFor("misled.js", { ...writes, other: {} }));
  expect(written.stdout).toContain("MODULE_NOT_FOUND MODULE_NOT_FOUND real");
  const folders = await project.moat("named-folder.js", policyFor("named-folder.js", names));
  expect([folders.stdout, folders.stderr]).toEqual(["inside\n", ""]);
});

test("a package that shares require.cache has modules of the project loaded anew, with what they have loaded", async () => {
  const { node, moat } = project;
  const fresh = { hooks: { ...HOOKS, packages: ["."], shares: ["require.cache"] } };
  const { stdout, stderr } = await moat("fresh.js", policyFor("fresh.js", fresh));
  expect([stdout, stderr]).toEqual([(await node("fresh.js")).stdout, ""]);
  const without = await moat("fresh.js", policyFor("fresh.js", { hooks: { ...HOOKS, packages: ["."], shares: [] } }));
  expect(without.stdout).toBe("2 3 4\n");
});

test("to packages that do not import the project, such a package is another instance, and the application's authority is not theirs", async () => {
  const user = { packages: ["hooks"], globals: ["console"] };
  const { stdout, stderr } = await project.moat("used.js", policyFor("used.js", { hooks: HOOKS, user }));
  expect(stdout, stderr).toBe("MODULE_NOT_FOUND MODULE_NOT_FOUND undefined false real\n");
  const runner = { ...user, packages: ["hooks", "."] };
  const ran = await project.moat("used.js", policyFor("used.js", { hooks: HOOKS, user: runner }));
  expect(ran.stdout).toContain("mocked");
});

test("and nothing to what other packages load", async () => {
  const other = { builtins: { fs: ["readFileSync"] } };
  const { stdout, stderr } = await project.moat("others.js", policyFor("others.js", { hooks: HOOKS, other }));
  expect([stdout, stderr]).toEqual(["mocked function\n", ""]);
});

test("where the application is confined, nobody compiles its text", async () => {
  const packages = { ".": { packages: ["hooks"], globals: ["console"] }, hooks: HOOKS };
  const policy = { ...policyFor("compiled.js", packages), root: "confined" };
  const { stdout, stderr } = await project.moat("compiled.js", policy);
  expect(stdout).toBe("");
  expect(stderr).toContain("Cannot find module './shout'");
});
