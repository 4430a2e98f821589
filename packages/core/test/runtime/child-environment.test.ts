import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
const STARTER = `
const { fork, execFileSync } = require("child_process");
const script = require.resolve("./child.js");
exports.none = () => String(execFileSync(process.execPath, [script]));
exports.spread = () => String(execFileSync(process.execPath, [script], { env: { ...process.env, ADDED: "a" } }));
exports.shared = () => String(execFileSync(process.execPath, [script], { env: process.env }));
exports.chosen = () => String(execFileSync(process.execPath, [script], { env: { ADDED: "a" } }));
exports.deleted = () => { delete process.env.OF_STARTER; return exports.none(); };
exports.forked = () => { fork(script).on("exit", (code) => console.log("forked", code)); return "\\n"; };
exports.program = () => String(execFileSync("env")).split("\\n").filter((line) => /^(?:OF|NOBODYS)_/.test(line)).sort().join() + "\\n";
`;
/** What it prints is what its own package sees, and what the other does. */
const CHILD = `
const names = Object.keys(process.env).filter((name) => /^(?:OF_|ADDED|NOBODYS|LD_|NODE_EXTRA)/.test(name)).sort();
console.log(JSON.stringify([names, process.env.OF_READER ?? null, require("reader").read()]));
`;

beforeAll(async () => {
  process.env["OF_STARTER"] = "1";
  process.env["OF_READER"] = "2";
  process.env["NOBODYS_SECRET"] = "3";
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0", dependencies: { reader: "1.0.0" } });
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { starter: "1.0.0", reader: "1.0.0" } }),
    "index.js": `
const starter = require("starter");
for (const name of ["none", "spread", "shared", "chosen", "program", "deleted", "forked"]) process.stdout.write(name + " " + starter[name]());`,
    "node_modules/starter/package.json": manifest("starter"),
    "node_modules/starter/index.js": STARTER,
    "node_modules/starter/child.js": CHILD,
    "node_modules/reader/package.json": manifest("reader"),
    "node_modules/reader/index.js": `exports.read = () => [process.env.OF_READER ?? null, process.env.OF_STARTER ?? null, process.env.NOBODYS_SECRET ?? null];`,
  });
});
afterAll(async () => {
  for (const name of ["OF_STARTER", "OF_READER", "NOBODYS_SECRET"]) delete process.env[name];
  await project.remove();
});

test("a node child under moat has the program's environment, and each package in it sees what its policy says", async () => {
  const builtins = { child_process: ["execFileSync", "fork"], process: ["execPath"] };
  const policy = policyFor("index.js", {
    starter: {
      packages: ["reader"],
      globals: ["console", "process"],
      builtins,
      env: ["OF_STARTER"],
      commands: ["env", "node"],
    },
    reader: { globals: ["process"], env: ["OF_READER"] },
  });
  const { stdout, stderr } = await project.moat("index.js", policy);
  expect(stdout.split("\n").sort(), stderr).toEqual(
    [
      "",
      'none [["OF_STARTER"],null,["2",null,null]]',
      'spread [["ADDED","OF_STARTER"],null,["2",null,null]]',
      'shared [["OF_STARTER"],null,["2",null,null]]',
      // An environment of its own making is the child's as it is.
      'chosen [["ADDED"],null,[null,null,null]]',
      // Nor has a program that is not under moat any more than before.
      "program OF_STARTER=1",
      'deleted [[],null,["2",null,null]]',
      "forked ",
      '[[],null,["2",null,null]]',
      "forked 0",
    ].sort(),
  );
});
