import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

test("the loader's own objects lead to no other package and no builtin", async () => {
  const damage = await attack({
    techniques: {
      "require.main": `return require.main`,
      "require.main.require": `return require.main.require && require.main.require("fs")`,
      "module.parent": `return module.parent`,
      "module.children": `return module.children[0]`,
      "module.constructor._load": `return module.constructor._load("fs")`,
      "module.constructor with a parent elsewhere": `return module.constructor._load("fs", { filename: APP, paths: [APP] })`,
      "a module made by hand": `const M = module.constructor; const m = new M(APP); m.filename = APP; m.paths = M._nodeModulePaths(APP); return m.require("victim")`,
      "createRequire of the application": `return module.constructor.createRequire(APP)("victim")`,
      "require('module')": `return require("module")._load("victim", { filename: APP })`,
      "require.cache": `return Object.values(require.cache).find((m) => m.filename && !m.filename.includes("hostile"))`,
      "a poisoned require.cache": `require.cache[VICTIM] = { exports: { secret: "forged" } }; return "tried"`,
      "a patched _load": `module.constructor._load = () => "forged"; module.constructor.prototype.require = () => "forged"; return "tried"`,
      "a patched _extensions": `module.constructor._extensions[".js"] = (m, f) => { m.exports = "forged" }; return "tried"`,
      "_extensions on another package's file": `const m = { exports: {} }; new (module.constructor)(); module.constructor._extensions[".json"](m, VICTIM); return m.exports.secret`,
      "_extensions with a path that answers twice": `let n = 0; const m = { exports: {} }; module.constructor._extensions[".json"](m, { toString: () => (n++ ? VICTIM : __filename), [Symbol.toPrimitive]: () => (n++ ? VICTIM : __filename) }); return m.exports.secret`,
      "_compile under another's name": `const m = new module.constructor(APP); m._compile("module.exports = require('victim').secret", APP); return m.exports`,
      "resolve with hostile paths": `const paths = new Proxy([], { get: (t, k) => (k === "map" ? () => [APP] : t[k]) }); return require(require.resolve("victim", { paths }))`,
      "a specifier that answers twice": `let n = 0; return require({ toString: () => (n++ ? "victim" : "./index.js") })`,
      "import() with a specifier that answers twice": `let n = 0; return (await import({ toString: () => (n++ ? "victim" : "./index.js") })).secret`,
      "a path to another package": `return require("../victim")`,
      "a path with a trailing slash": `return require("../victim/")`,
      "a percent-encoded path": `return import("./..%2fvictim/index.js")`,
      "no%64e_modules": `return import("../../no%64e_modules/victim/index.js")`,
      "an absolute URL": `return import("file://" + VICTIM)`,
      "a path with double slashes": `return require(VICTIM.replaceAll("/", "//"))`,
    },
    grants: { builtins: { module: true } },
    files: {
      "node_modules/victim/package.json": '{"name":"victim","version":"1.0.0"}',
      "node_modules/victim/index.js": 'exports.secret = "canary-3f9c1d"; exports.readFileSync = () => "canary-3f9c1d";',
      "node_modules/hostile/paths.js": "",
    },
    aftermath: `const victim = require("victim"); assert(victim.secret.length === 13, "the victim's exports"); assert(require("path").join("a", "b") === "a/b", "require of the application")`,
  });
  expect(damage).toMatchObject(NOTHING);
});
