import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, type Project } from "./project-fixture.ts";

const CODE = `require("fs").existsSync("/etc/hostname")`;

let project: Project;
beforeAll(() => {
  project = makeProject({
    "package.json": JSON.stringify({
      name: "app",
      scripts: {
        start: "node -r early/register --import=./im.mjs --env-file=.env app.js",
        watch: "node --watch e.mjs",
      },
      dependencies: { early: "1.0.0" },
    }),
    "node_modules/early/package.json": JSON.stringify({ name: "early", version: "1.0.0" }),
    "node_modules/early/register.js": `console.log("early", typeof module.parent, require.main); try { ${CODE} } catch (error) { console.log(error.code) }`,
    "node_modules/early/late.js": `console.log("late")`,
    "node_modules/early/again.js": `console.log("again")`,
    "forks.js": `
      const { fork } = require("child_process"); const { Worker, isMainThread } = require("worker_threads");
      console.log(isMainThread ? (process.send ? "child" : "main") : "worker");
      if (isMainThread && !process.send) fork(__filename).on("exit", () => new Worker(__filename));`,
    "setup.js": `globalThis.SETUP = "set up"; console.log("setup", module.parent.id);`,
    "im.mjs": `await new Promise((done) => setTimeout(done, 20)); globalThis.IMPORTED = "imported"; console.log("im");`,
    "app.js": `console.log("app", globalThis.SETUP, globalThis.IMPORTED, require.main === module, process.env.FROM_FILE, process.env.FROM_SHELL);`,
    "e.mjs": `console.log("module", globalThis.SETUP, globalThis.IMPORTED);`,
    "starts.js": `
      const { fork } = require("child_process"); const { Worker, isMainThread } = require("worker_threads");
      console.log(isMainThread ? (process.send ? "child" : "main") : "worker", globalThis.SETUP);
      if (isMainThread && !process.send) fork(__filename).on("exit", () => new Worker(__filename).on("exit", () => new Worker(__filename, { execArgv: ["--require", "./other.js"] })));`,
    "other.js": `globalThis.SETUP = "other";`,
    "throws.js": `throw new TypeError("early")`,
    "never.mjs": `await new Promise(() => {})`,
    ".env": "FROM_FILE=one\nFROM_SHELL=file\nNODE_OPTIONS=--no-warnings\n",
    "second.env": "FROM_FILE=two\n",
  });
  const named = [
    "--require=early/again",
    "app.js",
    "forks.js",
    "e.mjs",
    "starts.js",
    "throws.js",
    "never.mjs",
    "other.js",
  ];
  expect(
    project.moat("policy", "--write", "-r", "./setup.js", "--import", "./im.mjs", "--require=early/register", ...named),
  ).toMatchObject({ code: 0, stderr: "" });
});
afterAll(() => project.dispose());

const run = (...args: string[]): { code: number | null; lines: string[]; stderr: string } => {
  const { code, stdout, stderr } = project.moat("run", ...args);
  return { code, lines: stdout.trimEnd().split("\n"), stderr };
};

test("modules are loaded before the program: packages with their own grants, the project's as the application", () => {
  expect(readPolicy().entries).toContain("require:early/register");
  const { code, lines } = run("-r", "early/register", "-r", "./setup.js", "--import", "./im.mjs", "app.js");
  expect(lines).toEqual([
    "early object undefined",
    "setup internal/preload",
    "im",
    "app set up imported true undefined undefined",
  ]);
  expect(code).toBe(0);
  expect(run("--import", "./im.mjs", "-r", "./setup.js", "e.mjs").lines).toEqual([
    "setup internal/preload",
    "im",
    "module set up imported",
  ]);
});

test("what a package does there is in the policy, and more is not given", () => {
  const { packages } = readPolicy();
  expect(packages.early.builtins).toEqual({ fs: ["existsSync"] });
  project.write({ "node_modules/early/register.js": `console.log(require("os").homedir())` });
  const { code, stderr } = run("-r", "early/register", "app.js");
  expect(code).not.toBe(0);
  expect(stderr).toContain("Cannot find module 'os'");
});

test("children and threads of the application load them too", () => {
  expect(run("-r", "./setup.js", "starts.js").lines.filter((line) => !line.startsWith("setup "))).toEqual([
    "main set up",
    "child set up",
    "worker set up",
    "worker other",
  ]);
});

test("they are found from the project's folder, wherever the program is started", () => {
  const { stdout, stderr } = project.moatIn("..", "run", "-r", "early/again", path.join(project.folder, "forks.js"));
  expect({ stdout, stderr }).toEqual({ stdout: "again\nmain\nagain\nchild\nagain\nworker\n", stderr: "" });
});

test("what fails there ends the program as node ends it", () => {
  expect(run("-r", "./throws.js", "app.js")).toMatchObject({
    code: 1,
    lines: [""],
    stderr: expect.stringContaining("TypeError: early"),
  });
  expect(run("--import", "./never.mjs", "app.js")).toMatchObject({ code: 13, lines: [""] });
});

test.each([
  {
    args: ["-r", "early/late", "app.js"],
    says: "was not made for require:early/late",
    next: "moat policy --write require:early/late",
  },
  {
    args: ["--import", "early/register", "app.js"],
    says: "not made for import:early/register",
    next: "moat policy --write import:early/register",
  },
  { args: ["-r", "./none.js", "app.js"], says: "there is no program", next: "check the path" },
  {
    args: ["-r", "node:fs", "app.js"],
    says: "--require takes a file or a module of a package, not node:fs",
    next: "--require ./setup.js",
  },
  {
    args: ["--import", "data:text/javascript,1", "app.js"],
    says: "not data:text/javascript,1",
    next: "--import ./setup.js",
  },
  { args: ["-r"], says: "--require needs a value", next: "moat run --help" },
  { args: ["--inspect", "app.js"], says: "--inspect is a flag of node's", next: "NODE_OPTIONS=--inspect moat run" },
  {
    args: ["--max-old-space-size=64", "app.js"],
    says: "is a flag of node's",
    next: "NODE_OPTIONS=--max-old-space-size=64 moat run",
  },
])("$args is refused", ({ args, says, next }) => {
  const { code, lines, stderr } = run(...args);
  expect({ code, lines }).toEqual({ code: 2, lines: [""] });
  expect(stderr).toContain(says);
  expect(stderr).toContain(next);
});

test("a policy can't be written for what is not installed", () => {
  const before = readFileSync(path.join(project.folder, "moat.policy.json"), "utf8");
  const { code, stderr } = project.moat("policy", "--write", "-r", "missing/register", "app.js");
  expect({ code, isSame: before === readFileSync(path.join(project.folder, "moat.policy.json"), "utf8") }).toEqual({
    code: 2,
    isSame: true,
  });
  expect(stderr).toContain("missing/register is not installed");
});

describe("files of variables", () => {
  const env = (...args: string[]): string => run(...args).lines.at(-1)!;

  test("stand behind what is there, the later before the earlier", () => {
    expect(env("--env-file=.env", "app.js")).toBe("app undefined undefined true one file");
    expect(env("--env-file", ".env", "--env-file=second.env", "app.js")).toBe("app undefined undefined true two file");
    expect(env("--env-file-if-exists=missing.env", "app.js")).toBe("app undefined undefined true undefined undefined");
  });

  test("one that is missing, and what moat takes from none", () => {
    expect(run("--env-file=missing.env", "app.js")).toMatchObject({
      lines: [""],
      stderr: expect.stringContaining("missing.env"),
    });
    expect(run("--env-file=.env", "app.js").stderr).toContain("moat takes no NODE_OPTIONS from a file");
  });
});

test("init finds them in scripts", () => {
  const fresh = makeProject({
    "package.json": readFileSync(path.join(project.folder, "package.json"), "utf8"),
    "node_modules/early/package.json": JSON.stringify({ name: "early", version: "1.0.0" }),
    "node_modules/early/register.js": "",
    "im.mjs": "",
    "app.js": "",
    "e.mjs": "",
  });
  try {
    expect(fresh.moat("init", "--ci", "none").code).toBe(0);
    expect(JSON.parse(readFileSync(path.join(fresh.folder, "moat.policy.json"), "utf8")).entries).toEqual([
      "./app.js",
      "./e.mjs",
      "./im.mjs",
      "require:early/register",
    ]);
  } finally {
    fresh.dispose();
  }
});

test("a confined application needs no line of anybody's for them", () => {
  const confined = makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { early: "1.0.0" } }),
    "node_modules/early/package.json": JSON.stringify({ name: "early", version: "1.0.0" }),
    "node_modules/early/register.js": `console.log("early")`,
    "app.js": `console.log("app")`,
  });
  try {
    confined.write({
      "moat.policy.json": JSON.stringify({ version: 1, root: "confined", entries: ["./app.js"], packages: {} }),
    });
    expect(confined.moat("policy", "--write", "--accept", "-r", "early/register").code).not.toBe(0);
    expect(confined.moat("policy", "--write", "-r", "early/register", "app.js").code).toBe(0);
    confined.moat("policy", "--accept", "--yes");
    expect(confined.moat("run", "-r", "early/register", "app.js")).toMatchObject({ code: 0, stdout: "early\napp\n" });
  } finally {
    confined.dispose();
  }
});

function readPolicy(): { entries: string[]; packages: Record<string, { builtins: Record<string, string[]> }> } {
  return JSON.parse(readFileSync(path.join(project.folder, "moat.policy.json"), "utf8"));
}
