import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
beforeAll(async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0" });
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { tool: "1.0.0", platform: "1.0.0" } }),
    "index.js": `console.log(require("tool").load("copy.node")); console.log(require("tool").load("other.node"));`,
    "node_modules/tool/package.json": manifest("tool"),
    "node_modules/tool/index.js": `
      const { join } = require("path");
      exports.load = (name) => { try { return require(join(process.cwd(), "cache", name)); } catch (error) { return error.message.split("\\n")[0]; } };`,
    "node_modules/platform/package.json": manifest("platform"),
    "node_modules/platform/addon.node": "no addon at all, but its bytes",
    "cache/copy.node": "no addon at all, but its bytes",
    "cache/other.node": "no addon at all, but others...",
  });
});
afterAll(() => project.remove());

const tool = { globals: ["process"], builtins: { path: true }, packages: ["platform"] };
const platform = { native: ["addon.node"] };

test("of a copy the original is loaded, under its own grant; what has other bytes is no copy", async () => {
  const policy = policyFor("index.js", { tool: { ...tool, fs: { read: ["./cache"] } }, platform });
  const [copy, other] = (await project.moat("index.js", policy)).stdout.split("\n");
  // The loader of the system says which file it was given.
  expect(copy).toContain("node_modules/platform/addon.node");
  expect(other).toMatch(/Cannot find module '.*cache.other.node'/);
});

test.each([
  ["who may not read the copy", { tool, platform }],
  [
    "who may not import the original's package",
    { tool: { ...tool, packages: [], fs: { read: ["./cache"] } }, platform },
  ],
  ["where the original is not granted", { tool: { ...tool, fs: { read: ["./cache"] } }, platform: {} }],
])("nothing is loaded: %s", async (_why, packages) => {
  const [copy] = (await project.moat("index.js", policyFor("index.js", packages))).stdout.split("\n");
  expect(copy).toMatch(/Cannot find module '.*cache.copy.node'/);
});
