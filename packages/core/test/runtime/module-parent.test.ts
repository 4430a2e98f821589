import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "./run-both.ts";

/** What a package sees of the module that requires it. */
const ASKS = `
const seen = [!module.parent, module.parent.filename.split(/[\\\\/]/).pop(), module.parent.id, module.parent.loaded !== undefined];
seen.push(module.parent === require.main, module.parent.parent === undefined || module.parent.parent === null);
exports.seen = seen;
exports.other = require("./other").parent === module;
exports.viaParent = (name) => {
  try { return typeof module.parent.require(name) } catch (error) { return error.code }
};
`;

let project: Project;
beforeAll(async () => {
  project = await makeProject({
    "index.mjs": `import { createRequire } from "node:module"; createRequire(import.meta.url)("./main.cjs");`,
    "main.cjs": `const asks = require("asks"); console.log(JSON.stringify([asks.seen[0], asks.seen[1], asks.other, asks.viaParent("./secret.cjs"), asks.viaParent("child_process"), globalThis.leaked ?? null]));`,
    "secret.cjs": `globalThis.leaked = true; exports.secret = 1;`,
    "node_modules/asks/package.json": '{"name":"asks","version":"1.0.0"}',
    "node_modules/asks/index.js": ASKS,
    "node_modules/asks/other.js": "exports.parent = module.parent;",
  });
});
afterAll(() => project.remove());

test("module.parent of a package's first module tells who asked, and loads with the package's own authority", async () => {
  const { stdout, stderr } = await project.moat("index.mjs");
  expect(stdout, stderr).not.toBe("");
  expect(JSON.parse(stdout)).toEqual([false, "main.cjs", true, "MODULE_NOT_FOUND", "MODULE_NOT_FOUND", null]);
});

test("a program that is an ES module has no require.main, also for packages", async () => {
  const both = await makeProject({
    "index.mjs": `import main from "main"; import own from "./own.cjs"; console.log(main, own);`,
    "own.cjs": `module.exports = typeof require.main;`,
    "node_modules/main/package.json": '{"name":"main","version":"1.0.0"}',
    "node_modules/main/index.js": "module.exports = typeof require.main;",
  });
  try {
    const { stdout } = await both.node("index.mjs");
    expect(stdout).toBe("undefined undefined\n");
    expect((await both.moat("index.mjs")).stdout).toBe(stdout);
  } finally {
    await both.remove();
  }
});

test("module.parent is null for the file that was started, and undefined for what an ES module imports", async () => {
  const both = await makeProject({
    "main.cjs": `console.log(module.parent === null, require("./own.cjs").parent === module); import("./later.mjs");`,
    "own.cjs": `exports.parent = module.parent;`,
    "later.mjs": `import "./imported.cjs";`,
    "imported.cjs": `console.log(module.parent === undefined);`,
  });
  try {
    const { stdout } = await both.node("main.cjs");
    expect(stdout).toBe("true true\ntrue\n");
    const guarded = await both.moat("main.cjs");
    expect(guarded.stdout, guarded.stderr).toBe(stdout);
  } finally {
    await both.remove();
  }
});
