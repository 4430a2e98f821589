import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

/** Says whether the code that runs has a power that only the application has here. */
const PROBE = `(() => { try { require("fs").writeFileSync(require("path").join(require("os").tmpdir(), "x"), ""); return "application" } catch (error) { return error.code } })()`;

const HOOKS = `
const native = require.extensions[".js"];
const compile = (path, text) => {
  require.extensions[".js"] = (module, filename) => (filename === path && text ? module._compile(text, filename) : native(module, filename));
  delete require.cache[path];
  try { return require(path) } finally { require.extensions[".js"] = native; delete require.cache[path]; }
};
module.exports = { compiled: (path) => compile(path, ${JSON.stringify(`exports.who = ${PROBE}; exports.file = __filename; exports.near = require("./near").near;`)}), left: (path) => compile(path), plain: (path) => require(path) };
`;

const WRITES = `
const fs = require("fs");
module.exports = (path) => { fs.writeFileSync(path, ${JSON.stringify(`require("fs").writeFileSync(require("path").join(__dirname, ".npmrc"), "stolen"); exports.who = "application";`)}); return require(path).who; };
`;

const CACHES = `
import { writeFileSync } from "node:fs";
export const load = async (folder) => {
  const path = folder + "/node_modules/.vite-temp/made.mjs";
  writeFileSync(path, ${JSON.stringify(`import { helps } from "helps"; export const who = helps; export const file = import.meta.url; export let os; try { os = await import("node:child_process") } catch (error) { os = error.code }`)});
  return import(path);
};
`;

const MAIN = `
const path = require("path");
const config = path.join(__dirname, "conf.js");
const hooks = require("hooks");
const seen = [hooks.compiled(config).who, hooks.compiled(config).near, hooks.left(config).who, hooks.plain(config).who];
try { seen.push(require("writes")(path.join(__dirname, "made.js"))) } catch (error) { seen.push(error.code) }
import("caches").then(({ load }) => load(__dirname)).then(({ who, os }) => console.log(JSON.stringify([...seen, who, os])), (error) => console.log(error));
`;

let project: Project;
beforeAll(async () => {
  const manifest = (name: string, more = {}) => JSON.stringify({ name, version: "1.0.0", ...more });
  project = await makeProject({
    "main.js": MAIN,
    "conf.js": `exports.who = ${PROBE};`,
    "near.js": "exports.near = 'near';",
    "node_modules/hooks/package.json": manifest("hooks"),
    "node_modules/hooks/index.js": HOOKS,
    "node_modules/writes/package.json": manifest("writes"),
    "node_modules/writes/index.js": WRITES,
    "node_modules/caches/package.json": manifest("caches", { type: "module" }),
    "node_modules/caches/index.js": CACHES,
    "node_modules/helps/package.json": manifest("helps"),
    "node_modules/helps/index.js": "exports.helps = 'helps';",
    "node_modules/.vite-temp/.keep": "",
  });
});
afterAll(() => project.remove());

test("what a package compiles, writes or makes in a cache runs as its own code; what it leaves to the loader, as the application's", async () => {
  const files = { read: ["."], write: ["."] };
  const { stdout, stderr } = await project.moat(
    "main.js",
    policyFor("main.js", {
      hooks: { packages: ["."] },
      writes: { packages: ["."], builtins: { fs: ["writeFileSync"], path: ["join"] }, fs: files },
      caches: { packages: ["helps"], builtins: { fs: ["writeFileSync"] }, fs: files },
      helps: {},
    }),
  );
  expect(stdout, stderr).not.toBe("");
  expect(JSON.parse(stdout)).toEqual([
    "MODULE_NOT_FOUND",
    "near",
    "application",
    "application",
    "EACCES",
    "helps",
    "ERR_MODULE_NOT_FOUND",
  ]);
  expect(existsSync(join(project.folder, ".npmrc"))).toBe(false);
});

test("a test runner writes no modules, and what it imports of the project is the application's", async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0" });
  const runner = await makeProject({
    "main.js": `
const run = require("runner"), path = require("path"), seen = [];
for (const name of ["spec.js", "made.js"]) try { seen.push(run(path.join(__dirname, name))) } catch (error) { seen.push(error.code) }
console.log(JSON.stringify(seen));`,
    "spec.js": `check(${PROBE});`,
    "node_modules/runner/package.json": manifest("runner"),
    "node_modules/runner/index.js": `
const fs = require("fs"), globals = require("globals");
module.exports = (path) => { if (!path.endsWith("spec.js")) fs.writeFileSync(path, "check('application')"); require(path); return globals.seen.pop(); };`,
    "node_modules/globals/package.json": manifest("globals"),
    "node_modules/globals/index.js": "exports.seen = []; globalThis.check = (who) => exports.seen.push(who);",
  });
  try {
    const policy = policyFor("main.js", {
      runner: { packages: [".", "globals"], builtins: { fs: ["writeFileSync"] }, fs: { read: ["."], write: ["."] } },
      globals: { shares: ["*"] },
    });
    const { stdout, stderr } = await runner.moat("main.js", policy);
    expect(stdout, stderr).toBe(`["application","EACCES"]\n`);
    expect(existsSync(join(runner.folder, "made.js"))).toBe(false);
  } finally {
    await runner.remove();
  }
});

test("data of the project that a package may read it may require, and has a copy of its own; secrets and others' data it may not", async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0" });
  const reader = await makeProject({
    "main.js": `
const path = require("path"), mine = require("./settings.json"), seen = [];
for (const name of ["reads", "blind"]) for (const file of ["settings.json", ".env.json", "node_modules/blind/package.json", "code.js"]) {
  try { seen.push(require(name)(path.join(__dirname, file)).value ?? "none") } catch (error) { seen.push(error.code) }
}
console.log(JSON.stringify([...seen, mine.value]));`,
    "settings.json": `{ "value": 1 }`,
    ".env.json": `{ "value": "secret" }`,
    "code.js": "exports.value = 'code';",
    "node_modules/reads/package.json": manifest("reads"),
    "node_modules/reads/index.js":
      "module.exports = (path) => { const data = require(path), seen = { ...data }; data.value = 'changed'; return seen; };",
    "node_modules/blind/package.json": manifest("blind"),
    "node_modules/blind/index.js": "module.exports = (path) => (path.includes('blind') ? {} : require(path));",
  });
  try {
    const { stdout, stderr } = await reader.moat(
      "main.js",
      policyFor("main.js", { reads: { fs: { read: ["."] } }, blind: {} }),
    );
    const denied = "MODULE_NOT_FOUND";
    expect(stdout, stderr).toBe(`${JSON.stringify([1, denied, denied, denied, denied, denied, "none", denied, 1])}\n`);
  } finally {
    await reader.remove();
  }
});

test("data that may be required is known by where it lies, and asked for by a text", async () => {
  const reader = await makeProject({
    "main.js": `
const fs = require("fs"), path = require("path"), { pathToFileURL } = require("url"), outside = fs.mkdtempSync(path.join(require("os").tmpdir(), "moat-outside-"));
fs.writeFileSync(path.join(outside, "a.json"), '{"value":"outside"}');
fs.symlinkSync(path.join(outside, "a.json"), "out.json"); fs.symlinkSync(".env.json", "secret.json"); fs.symlinkSync("settings.json", "link.json");
let asked = 0;
const twice = { toString: () => (asked++ === 0 ? path.resolve("settings.json") : path.resolve(".env.json")) };
const inside = ["link.json", "settings.json"].map((name) => path.resolve(name));
const others = ["out.json", "secret.json"].map((name) => path.resolve(name));
const ways = [...inside, "../../settings.json", ...others, "../../.env.json", path.join(outside, "a.json"), pathToFileURL("settings.json").href, pathToFileURL("settings.json"), Buffer.from(inside[1]), twice];
console.log(JSON.stringify(ways.map((way) => { try { return require("reads")(way).value } catch (error) { return error.code } })));
fs.rmSync(outside, { recursive: true });`,
    "settings.json": `{ "value": 1 }`,
    ".env.json": `{ "value": "secret" }`,
    "node_modules/reads/package.json": `{ "name": "reads", "version": "1.0.0" }`,
    "node_modules/reads/index.js": "module.exports = (path) => require(path);",
  });
  try {
    const { stdout, stderr } = await reader.moat("main.js", policyFor("main.js", { reads: { fs: { read: ["."] } } }));
    const none = Array.from({ length: 5 }, () => "MODULE_NOT_FOUND");
    expect(JSON.parse(stdout), stderr).toEqual([
      1,
      1,
      1,
      ...none,
      ...Array.from({ length: 3 }, () => "ERR_INVALID_ARG_TYPE"),
    ]);
  } finally {
    await reader.remove();
  }
});
