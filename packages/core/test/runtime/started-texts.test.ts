import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
const SETTINGS = `
Error.stackTraceLimit = 1;
Error.prepareStackTrace = (error, sites) => error.message + " " + sites.length;
console.log(new Error("prepared").stack);`;

beforeAll(async () => {
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { dep: "1.0.0" } }),
    "index.js": `require("dep");`,
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/index.js": `
const { execFileSync } = require("child_process");
const { Worker } = require("worker_threads");
const script = ${JSON.stringify(SETTINGS)};
const settings = { encoding: "utf8" };
console.log(execFileSync(process.execPath, ["-e", script], settings));
console.log(execFileSync(process.execPath, ["-e", '"use strict";' + script], settings));
console.log(execFileSync(process.execPath, ["--input-type=module", "-e", script], settings));
new Worker(script, { eval: true });`,
  });
});
afterAll(() => project.remove());

test("texts that workers and children are started on have stack settings, as files have", async () => {
  const plain = await project.node("index.js");
  expect(plain.stdout.match(/prepared 1/gu)).toHaveLength(4);
  const { stdout, stderr } = await project.moat(
    "index.js",
    policyFor("index.js", {
      dep: {
        globals: ["console", "process"],
        builtins: { child_process: ["execFileSync"], worker_threads: ["Worker"], process: ["execPath"] },
        commands: ["node"],
        workers: true,
      },
    }),
  );
  expect(stdout, stderr).toBe(plain.stdout);
});
