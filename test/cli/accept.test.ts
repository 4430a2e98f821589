import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeProject, SMALL_PROJECT, type Project } from "./project-fixture.ts";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
const UPDATE = `const https = require("node:https");
const { execFileSync } = require("node:child_process");
module.exports = () => [https.request(process.env.API_URL), execFileSync("git", ["--version"]), process.env.DEP_TOKEN];
`;

let project: Project;
let waiting: string;
const json = (name: string) => JSON.parse(readFileSync(path.join(project.folder, name), "utf8"));
const dep = () => json("moat.policy.json").packages.dep;
const override = () => json("moat.overrides.json").packages.dep;

beforeAll(() => {
  project = makeProject(SMALL_PROJECT);
  project.moat("policy", "--write", "index.js");
  project.write({ "node_modules/dep/index.js": UPDATE });
  project.moat("policy", "--write");
  waiting = readFileSync(path.join(project.folder, "moat.policy.json"), "utf8");
  expect(dep().pending).toMatchObject({ commands: ["git"], net: { connect: ["*"] }, env: ["API_URL", "DEP_TOKEN"] });
});
beforeEach(() => project.write({ "moat.policy.json": waiting, "moat.overrides.json": null }));
afterAll(() => project.dispose());

describe("by arguments", () => {
  test("--accept with a reason keeps it", () => {
    expect(project.moat("policy", "--accept", "dep", "--reason", "it is a git client").code).toBe(0);
    expect(dep()).toMatchObject({ commands: ["git"], net: { connect: ["*"] } });
    expect(dep().pending).toBeUndefined();
    expect(override()).toEqual({ reason: "it is a git client" });
  });

  test("--deny writes the overrides, and nothing waits any more", () => {
    const { code, stdout } = project.moat("policy", "--deny", "dep", "--reason", "what for?");
    expect(code).toBe(0);
    expect(stdout).toContain("dep can't run the program git");
    expect(override()).toMatchObject({ commands: [], net: false, env: [], builtins: false, reason: "what for?" });
    expect(dep().commands).toBeUndefined();
    expect(project.moat("policy", "--check").code).toBe(0);
  });

  test("--narrow replaces one kind, and leaves the others waiting", () => {
    const { code } = project.moat("policy", "--narrow", "dep", "net.connect=api.example.com:443");
    expect(code).toBe(0);
    expect(override()).toEqual({ net: { connect: ["api.example.com:443"] } });
    expect(dep()).toMatchObject({ builtins: { https: ["request"] }, pending: { commands: ["git"] } });
    expect(dep().pending.builtins.https).toBeUndefined();
    expect(project.moat("policy", "--check").code).toBe(1);
  });

  test("--narrow names a builtin as moat allow does: by its name all of it", () => {
    expect(project.moat("policy", "--narrow", "dep", "builtin=https").code).toBe(0);
    expect(override()).toEqual({ builtins: { https: true } });
  });

  test.each([
    [["--narrow", "dep", "net.conect=a:1"], "is not a grant"],
    [["--narrow", "dep", "net.connect=https://a"], "no scheme"],
    [["--narrow", "dep", "native=a.node"], "nothing of the kind native waits"],
    [["--deny"], "needs the name of a package"],
    [["--deny", "dpe"], "has no package"],
    [["--accept", "--deny", "dep"], "three answers"],
    [["--check", "--reason", "x"], "--reason and --yes go with"],
  ])("%j is refused, and nothing is written", (args, message) => {
    const { code, stderr } = project.moat("policy", ...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(readFileSync(path.join(project.folder, "moat.policy.json"), "utf8")).toBe(waiting);
  });
});

/** The command at a real pseudo-terminal, with what a person types. */
function atTerminal(typed: string): { readonly code: number | null; readonly output: string } {
  // `cat` makes a pipe of Node's socket: on a socket, script does not see the end.
  const command = `cat | script -qec '"${process.execPath}" "${MOAT}" policy --accept' /dev/null`;
  const { status, stdout } = spawnSync("sh", ["-c", command], {
    cwd: project.folder,
    env: { PATH: process.env["PATH"], HOME: path.dirname(project.folder), TERM: "xterm", NO_COLOR: "1" },
    input: typed,
    encoding: "utf8",
    timeout: 30_000,
  });
  return { code: status, output: stdout };
}

describe("at a terminal", () => {
  test("shows the evidence and asks; accepting grants, and keeps the reason", () => {
    const { code, output } = atTerminal("what?\na\nlooked at it\n");
    expect(output).toContain("1/1 dep wants to");
    expect(output).toContain("dep/index.js:3");
    expect(output).toContain("Secrets could leave");
    expect(output).toContain("Nothing waits any more.");
    expect(code).toBe(0);
    expect(dep()).toMatchObject({ commands: ["git"], net: { connect: ["*"] }, env: ["API_URL", "DEP_TOKEN"] });
    expect(override()).toEqual({ reason: "looked at it" });
  });

  test("narrowing goes line by line", () => {
    // run git? no. connect? to one host. environment? one key.
    const { output } = atTerminal("n\nn\nnonsense here\napi.example.com:443\nAPI_URL\none host\n");
    expect(output).toContain("an endpoint is");
    expect(override()).toMatchObject({
      commands: [],
      net: { connect: ["api.example.com:443"] },
      env: ["API_URL"],
      reason: "one host",
    });
    expect(project.moat("policy", "--check").code).toBe(0);
  });

  test.each(["q\n", "s\n", "", "a\n"])("%j decides nothing", (typed) => {
    atTerminal(`${typed}\u0004`);
    expect(readFileSync(path.join(project.folder, "moat.policy.json"), "utf8")).toBe(waiting);
  });
});
