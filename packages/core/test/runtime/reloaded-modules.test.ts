import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { makeProject, type Project } from "./run-both.ts";

const MOAT = fileURLToPath(new URL("../../../cli/bin/moat.js", import.meta.url));
const manifest = (name: string, more = {}) => JSON.stringify({ name, version: "1.0.0", ...more });

/** Builds a module, loads it, builds it anew, and loads that; tries the same with one that it may not write. */
const SERVER = `
const fs = require("node:fs"), path = require("node:path");
const built = path.resolve("dist/page.js"), shared = path.resolve("dist/shared.js"), notes = path.resolve("notes.js");
const build = (text) => fs.writeFileSync(shared, "exports.text = " + JSON.stringify(text));
const drop = (file) => { const known = file in require.cache; delete require.cache[file]; return known; };
build("first");
const seen = [require(built)().text, require.cache[built]?.exports === require(built)];
build("second");
seen.push(require(built)().text, drop(shared), drop(built), require(built)().text);
seen.push(require(notes).count(), drop(notes), require(notes).count(), require("helps").again(notes));
console.log(JSON.stringify(seen));`;

const files = (entry: string) => ({
  "package.json": JSON.stringify({ name: "app", dependencies: { serves: "1" } }),
  "dist/page.js": `const shared = require("./shared.js"); module.exports = () => shared;`,
  "notes.js": "let calls = 0; exports.count = () => ++calls;",
  "node_modules/serves/package.json": manifest("serves", {
    bin: "./cli.js",
    dependencies: { helps: "1" },
  }),
  "node_modules/serves/cli.js": `#!/usr/bin/env node\n${SERVER}`,
  "node_modules/helps/package.json": manifest("helps"),
  "node_modules/helps/index.js":
    "exports.again = (file) => { delete require.cache[file]; return [file in require.cache, require(file).count()]; };",
  "moat.policy.json": JSON.stringify({
    version: 1,
    root: "trusted",
    entries: [entry],
    packages: {
      serves: {
        packages: [".", "serves>helps"],
        globals: ["console"],
        builtins: { fs: ["writeFileSync"], path: ["resolve"] },
        fs: { read: ["."], write: ["./dist"] },
      },
      "serves>helps": { packages: ["."], fs: { read: ["."] } },
    },
  }),
});

const run = async (entry: string, args: readonly string[]): Promise<unknown> => {
  const project: Project = await makeProject(files(entry));
  try {
    return JSON.parse(execFileSync(process.execPath, [...args], { cwd: project.folder, encoding: "utf8" })) as unknown;
  } finally {
    await project.remove();
  }
};

test("what the package of a command has built, it loads anew; other modules of the project stay as they are", async () => {
  expect(await run("bin:serves", ["node_modules/serves/cli.js"])).toEqual([
    ...["first", true, "first", true, true, "second"],
    ...[1, true, 1, [false, 1]],
  ]);
  expect(await run("bin:serves", [MOAT, "exec", "serves"])).toEqual([
    ...["first", true, "first", true, true, "second"],
    ...[1, false, 2, [false, 3]],
  ]);
});
