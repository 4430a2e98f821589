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

/** An application that requires `starter`, which starts its `child.js`; both require `reader`. */
function makeStarter(index: string, starter: string, child: string, reader: string): Promise<Project> {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0", dependencies: { reader: "1.0.0" } });
  return makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { starter: "1.0.0", reader: "1.0.0" } }),
    "index.js": index,
    "node_modules/starter/package.json": manifest("starter"),
    "node_modules/starter/index.js": starter,
    "node_modules/starter/child.js": child,
    "node_modules/reader/package.json": manifest("reader"),
    "node_modules/reader/index.js": reader,
  });
}

beforeAll(async () => {
  process.env["OF_STARTER"] = "1";
  process.env["OF_READER"] = "2";
  process.env["NOBODYS_SECRET"] = "3";
  project = await makeStarter(
    `
const starter = require("starter");
for (const name of ["none", "spread", "shared", "chosen", "program", "deleted", "forked"]) process.stdout.write(name + " " + starter[name]());`,
    STARTER,
    CHILD,
    `exports.read = () => [process.env.OF_READER ?? null, process.env.OF_STARTER ?? null, process.env.NOBODYS_SECRET ?? null];`,
  );
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

const ODD = `
const odd = {
  AWS_ENDPOINT_URL: "http://mine", https_proxy: "mine", VAULT_ADDR: "http://localhost:80@mine", TMPDIR: "/mine",
  NODE_ENV: "../mine", NODE_DEBUG: "http", PGHOST: "localhost", HF_ENDPOINT: "granted", OF_ALL: "all",
};
exports.odd = odd;
exports.see = () => Object.keys(odd).map((name) => process.env[name] ?? null).join();
`;
const ODD_STARTER = `
const { execFileSync } = require("child_process");
const { Worker } = require("worker_threads");
const { odd } = require("reader");
const script = require.resolve("./child.js");
const node = (args, env) => String(execFileSync(process.execPath, [script, ...args], env && { env }));
Object.assign(process.env, odd);
require("./child.js");
process.stdout.write("child " + node([]));
process.stdout.write("spread " + node([], { ...process.env }));
process.stdout.write("chosen " + node([], odd));
process.stdout.write("next " + node(["next", "AWS_ENDPOINT_URL=mine"]));
process.stdout.write("few " + node([], { https_proxy: "mine", OF_ALL: "all" }));
new Worker(script);
new Worker(script, { env: odd });
`;
const ODD_CHILD = `
const { see } = require("reader");
const own = Object.keys(require("reader").odd).map((name) => process.env[name] ?? null).join();
if (process.argv[2] === "next") process.stdout.write(String(require("child_process").execFileSync(process.execPath, [__filename])));
else console.log(own + " | " + see());
`;

// A package could else start another one where that one's requests, and the secrets in them, go to an address of its own.
test("what a package gives a child or a worker is its own there where it says where others' requests and files go", async () => {
  const odd = await makeStarter(
    `
process.env.AWS_ENDPOINT_URL = "aws"; delete process.env.TMPDIR; delete process.env.NODE_ENV;
require("starter");`,
    ODD_STARTER,
    ODD_CHILD,
    ODD,
  );
  const builtins = { child_process: ["execFileSync"], worker_threads: ["Worker"], process: ["execPath"] };
  const names = [
    "AWS_ENDPOINT_URL",
    "https_proxy",
    "VAULT_ADDR",
    "TMPDIR",
    "NODE_ENV",
    "NODE_DEBUG",
    "PGHOST",
    "HF_ENDPOINT",
    "OF_ALL",
  ];
  const policy = policyFor("index.js", {
    starter: {
      packages: ["reader"],
      globals: ["console", "process"],
      builtins,
      commands: ["node"],
      workers: true,
      env: ["HF_ENDPOINT", "https_proxy"],
    },
    reader: { globals: ["process"], env: names },
  });
  const { stdout, stderr } = await odd.moat("index.js", policy);
  await odd.remove();
  const own = "http://mine,mine,http://localhost:80@mine,/mine,../mine,http,localhost,granted,all";
  expect(stdout.trimEnd().split("\n").sort(), stderr).toEqual(
    [
      // In the program, as `require("./child.js")` shows it.
      `${own} | aws,,,,,,,,`,
      `child ${own} | aws,,,,,,localhost,granted,all`,
      `spread ${own} | aws,,,,,,localhost,granted,all`,
      `chosen ${own} | aws,,,,,,localhost,granted,all`,
      `next ${own} | aws,,,,,,localhost,granted,all`,
      "few ,mine,,,,,,,all | ,,,,,,,,all",
      `${own} | aws,,,,,,localhost,granted,all`,
      `${own} | ,,,,,,localhost,granted,all`,
    ].sort(),
  );
  const may = "starter may not set for other packages the environment variable";
  expect(stderr).toContain(
    `${may} AWS_ENDPOINT_URL (in a child); to allow it: moat allow starter env AWS_ENDPOINT_URL`,
  );
  expect(stderr).toContain(`${may} https_proxy (in a child); no policy allows this`);
});
