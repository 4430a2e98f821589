import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
beforeAll(async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0" });
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { opener: "1.0.0", other: "1.0.0" } }),
    "index.js": `console.log(JSON.stringify(require("opener")().map((error) => [error.code, error.message.split("\\n")[0]])));`,
    "node_modules/opener/package.json": manifest("opener"),
    "node_modules/opener/index.js": `
      const { join } = require("path");
      const open = (path, ...flags) => { try { process.dlopen({ exports: {} }, path, ...flags); return {}; } catch (error) { return error; } };
      let asked = 0;
      const twice = { toString: () => join(__dirname, asked++ === 0 ? "own.txt" : "own.node") };
      module.exports = () => [open(join(__dirname, "own.node"), 9), open(join(__dirname, "../other/other.node")), open(twice), open("/lib/nothing.node")];`,
    "node_modules/opener/own.node": "no addon",
    "node_modules/opener/own.txt": "no addon",
    "node_modules/other/package.json": manifest("other"),
    "node_modules/other/other.node": "no addon",
  });
});
afterAll(() => project.remove());

const opener = { globals: ["process"], builtins: { path: true } };

async function opened(packages: Parameters<typeof policyFor>[1]): Promise<[code: string, message: string][]> {
  const { stdout, stderr } = await project.moat("index.js", policyFor("index.js", packages));
  expect(stdout, stderr).not.toBe("");
  return JSON.parse(stdout);
}

test("process.dlopen opens the addons that the policy names, by the grants of the packages that they belong to", async () => {
  const granted = await opened({
    opener: { ...opener, packages: ["other"], native: ["own.node"] },
    other: { native: ["other.node"] },
  });
  // The system's linker says of which file it is that it is none.
  expect(granted[0]).toEqual(["ERR_DLOPEN_FAILED", expect.stringContaining("opener/own.node: ")]);
  expect(granted[1]).toEqual(["ERR_DLOPEN_FAILED", expect.stringContaining("other/other.node: ")]);
  expect(granted[0]![1]).not.toContain("policy");
});

test("and nothing else: no file without a grant, no other package's without an edge, none that is no addon", async () => {
  const notAllowed = expect.stringContaining("not allowed by moat's policy");
  const [own, others, text, nothing] = await opened({ opener, other: { native: ["other.node"] } });
  expect(own).toEqual(["ERR_DLOPEN_DISABLED", notAllowed]);
  expect(others).toEqual(["ERR_DLOPEN_FAILED", expect.stringMatching(/Cannot find module .*other.node/)]);
  expect(text).toEqual(["ERR_DLOPEN_FAILED", expect.stringContaining("own.txt' (it is no native addon)")]);
  expect(nothing![0]).toBe("ERR_DLOPEN_FAILED");
  const [, ungranted] = await opened({ opener: { ...opener, packages: ["other"] }, other: {} });
  expect(ungranted).toEqual(["ERR_DLOPEN_DISABLED", notAllowed]);
});
