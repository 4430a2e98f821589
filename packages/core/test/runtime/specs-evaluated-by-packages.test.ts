import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

const SPEC = `(() => [
  typeof describe, fetch(), setTimeout(), process.env.STAGE ?? null, process.env.GIVEN ?? null,
  process.env.HTTPS_PROXY ?? null, process.env.NODE_PATH ?? null, Object.keys(process.env).includes("STAGE"),
])()`;

/** Like Vitest up to 3: one package defines what specs use, another one evaluates them. */
const RUNNER = `
globalThis.describe = () => {};
Object.assign(process.env, { STAGE: "test", HTTPS_PROXY: "http://evil.example", NODE_PATH: "/elsewhere" });
delete process.env.GIVEN;
const native = { fetch, setTimeout };
exports.run = (evaluate, file) => {
  globalThis.fetch = () => "stub";
  globalThis.setTimeout = () => "mock clock";
  try { return evaluate(file) } finally { Object.assign(globalThis, native) }
};
`;
const EVALUATES = `
const { readFileSync } = require("fs");
const { runInThisContext } = require("vm");
globalThis.fetch = () => "own";
globalThis.setTimeout = () => "own clock";
exports.evaluate = (file) => runInThisContext(readFileSync(file, "utf8"), { filename: file });
exports.evaluateAs = (file, filename) => runInThisContext(readFileSync(file, "utf8"), { filename });
`;
const MAIN = `
process.env.GIVEN = "given";
const path = require("path");
const { run } = require("runner");
const spec = path.join(__dirname, "spec.js");
const elsewhere = (file) => require("bystander").evaluateAs(file, require.resolve("bystander"));
console.log(JSON.stringify([
  run(require("evaluator").evaluate, spec), run(require("stranger").evaluate, spec), run(elsewhere, spec),
]));
`;

let project: Project;
beforeAll(async () => {
  const dependency = (name: string, text: string) => ({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0" }),
    [`node_modules/${name}/index.js`]: text,
  });
  project = await makeProject({
    "main.js": MAIN,
    "spec.js": SPEC,
    ...dependency("runner", RUNNER),
    ...dependency("evaluator", EVALUATES.replace(/^globalThis.*\n/gm, "")),
    ...dependency("stranger", EVALUATES),
    ...dependency("bystander", EVALUATES),
  });
});
afterAll(() => project.remove());

test("who evaluates the project's specs sees what test runners set up for these; nobody else does, and nothing that leads elsewhere", async () => {
  const evaluates = {
    builtins: { fs: ["readFileSync"], vm: ["runInThisContext"] },
    fs: { read: ["."] },
    env: ["GIVEN", "STAGE", "HTTPS_PROXY", "NODE_PATH"],
    globals: ["fetch", "setTimeout", "process"],
  };
  const { stdout, stderr } = await project.moat(
    "main.js",
    policyFor("main.js", {
      runner: { shares: ["*"], globals: ["fetch", "setTimeout", "process"], env: ["GIVEN"] },
      evaluator: { ...evaluates, packages: ["."] },
      stranger: evaluates,
      bystander: { ...evaluates, packages: ["."] },
    }),
  );
  expect(stdout, stderr).not.toBe("");
  const own = ["undefined", "own", "own clock", null, "given", null, null, false];
  expect(JSON.parse(stdout)).toEqual([["function", "stub", "mock clock", "test", null, null, null, true], own, own]);
});
