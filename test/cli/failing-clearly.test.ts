import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeProject, MOAT, SMALL_PROJECT, type Outcome, type Project } from "./project-fixture.ts";

let project: Project;
let policyText: string;

beforeAll(() => {
  project = makeProject(SMALL_PROJECT);
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0, stderr: "" });
  policyText = readFileSync(path.join(project.folder, "moat.policy.json"), "utf8");
});
afterAll(() => project.dispose());
beforeEach(() =>
  project.write({ ...SMALL_PROJECT, "moat.policy.json": policyText, "moat.overrides.json": null, ran: null }),
);

/** The message names what is wrong and the next step; nothing of the program ran; moat's own stack is not shown. */
function expectRefusal(outcome: Outcome, ...texts: (string | RegExp)[]): void {
  for (const text of texts) expect(outcome.stderr).toMatch(text);
  expect(outcome.stderr).toMatch(/^moat: /u);
  expect(outcome.stderr).not.toMatch(/^\s+at /mu);
  expect(outcome.stdout).toBe("");
  expect(outcome.code).toBe(2);
  expect(existsSync(path.join(project.folder, "ran"))).toBe(false);
}

test.runIf(process.platform === "linux")("in a folder that was removed", () => {
  const script = `cd "$1" && rmdir "$1" && "$2" "$3" run index.js`;
  const folder = path.join(project.folder, "gone");
  mkdirSync(folder);
  const { status, stderr } = spawnSync("sh", ["-c", script, "sh", folder, process.execPath, MOAT], {
    encoding: "utf8",
  });
  expect(stderr).toMatch(/^moat: the current folder does not exist any more\n {2}next: [^\n]+\n$/u);
  expect(status).toBe(2);
});

test("on a Node that is too old", () => {
  project.write({ "old.cjs": 'Object.defineProperty(process.versions, "node", { value: "18.20.0" });' });
  const old = path.join(project.folder, "old.cjs");
  const { status, stderr } = spawnSync(process.execPath, ["--require", old, MOAT, "run", "index.js"], {
    cwd: project.folder,
    encoding: "utf8",
  });
  expect(stderr).toMatch(/^moat: this is Node [^\n]+\n {2}next: use Node 20\.19 or later\n$/u);
  expect(status).toBe(2);
  project.write({ "old.cjs": null });
});

test("an override of a package that is not there is told of, with the name that was probably meant", () => {
  project.write({ "moat.overrides.json": `{"packages":{"depp":{"env":["A"]},"dep":{"reason":"looked at"}}}` });
  const line = "moat.overrides.json names depp, which no entry reaches; did you mean dep?\n";
  for (const how of [["--check"], ["--write"], []]) {
    const { code, stdout } = project.moat("policy", ...how);
    expect(code).toBe(0);
    expect(stdout.match(/^moat\.overrides\.json .*\n/gmu), how.join()).toEqual([line]);
  }
});

test("what is no policy is never replaced, and no step is offered that would", () => {
  project.write({ "moat.policy.json": "{" });
  for (const args of [
    ["run", "index.js"],
    ["policy", "--write"],
    ["policy", "--check"],
  ])
    expectRefusal(project.moat(...args), "put the committed file back: git checkout -- moat.policy.json");
});

test("a manifest that is no JSON is what is told of, also where the entry is looked for", () => {
  project.write({ "package.json": "<<<<<<< HEAD" });
  for (const args of [
    ["run", "index.js"],
    ["policy", "--write"],
    ["policy", "--check"],
  ])
    expectRefusal(project.moat(...args), "Invalid package config", "correct that file");
});

test("a manifest of a dependency that is no JSON is not a person's to correct", () => {
  project.write({ "node_modules/dep/package.json": "{" });
  expectRefusal(project.moat("exec", "dep-cli"), "Invalid package config", "install that package anew");
});

describe("moat diff", () => {
  const base = "name another commit: --base <commit>";

  test("where there is no repository, in git's words", () => {
    expectRefusal(project.moat("diff"), /git reads nothing in .*: not a git repository/u, "next: compare two files");
  });

  test("with a commit that is not there, or whose policy is malformed, which nobody can correct", () => {
    project.git("init", "-q");
    project.write({ "moat.policy.json": "{" });
    for (const args of [
      ["add", "moat.policy.json"],
      ["commit", "-q", "-m", "malformed"],
    ])
      expect(project.git(...args).code).toBe(0);
    project.write({ "moat.policy.json": policyText });
    expectRefusal(project.moat("diff", "--base", "nowhere"), 'git knows no commit "nowhere"', base);
    expectRefusal(project.moat("diff"), /HEAD:moat\.policy\.json:1:\d+: /u, base);
    project.write({ ".git": null });
  });

  test("with a file that is not there", () => {
    expectRefusal(project.moat("diff", "a.json", "b.json"), "a.json can't be read", "name two policy files");
  });
});

test("moat exec never offers to install what somebody has mistyped", () => {
  const outcome = project.moat("exec", "eslnt");
  expectRefusal(outcome, /no package .* has a command "eslnt"/u, "next: check the spelling");
  expect(outcome.stderr).not.toContain("npm install");
});

test("outside of a project, in words that fit where one is", () => {
  const outside = path.dirname(project.folder);
  const { code, stderr } = project.moatIn("..", "policy", "--check");
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `moat: there is no package.json in ${outside}, nor in a folder above\n  next: change to the project's folder, or make one of this: npm init\n`,
  });
});

describe("moat run refuses before anything runs", () => {
  test("without a policy", () => {
    project.write({ "moat.policy.json": null });
    expectRefusal(project.moat("run", "index.js"), "there is no moat.policy.json", "moat policy --write ./index.js");
  });

  test.each([
    ["empty", "", /moat\.policy\.json:1:1.*empty/su],
    ["cut", `{\n  "version": 1,\n  "root": "tru`, /moat\.policy\.json:3/u],
    ["null", "null", /moat\.policy\.json:1:1/u],
    ["an array", "[]", /moat\.policy\.json:1:1/u],
    ["not JSON", `{\n  version: 1 }`, /moat\.policy\.json:2/u],
    [
      "from another version",
      `{"version": 2, "root": "trusted", "entries": ["./index.js"], "packages": {}}`,
      /version must be 1/u,
    ],
    ["without packages", `{"version": 1, "root": "trusted", "entries": ["./index.js"]}`, /packages/u],
    [
      "with a field that nobody knows",
      `{"version": 1, "root": "trusted", "entries": ["./index.js"], "packages": {}, "allow": true}`,
      /allow/u,
    ],
    [
      "with a grant that nobody knows",
      `{"version": 1, "root": "trusted", "entries": ["./index.js"], "packages": {\n"dep": {"comands": ["git"]}}}`,
      /moat\.policy\.json:2.*commands/su,
    ],
    [
      "with a grant of the wrong type",
      `{"version": 1, "root": "trusted", "entries": ["./index.js"], "packages": {"dep": {"env": "*"}}}`,
      /env/u,
    ],
    [
      "with a key twice",
      `{"version": 1, "root": "trusted", "entries": ["./index.js"], "packages": {"dep": {}, "dep": {"workers": true}}}`,
      /dep/u,
    ],
    [
      "with a false name",
      `{"version": 1, "root": "trusted", "entries": ["./index.js"], "packages": {"../dep": {}}}`,
      /\.\.\/dep/u,
    ],
    [
      "with __proto__",
      `{"version": 1, "root": "trusted", "entries": ["./index.js"], "packages": {"dep": {"__proto__": {"workers": true}}}}`,
      /__proto__/u,
    ],
  ])("with a policy that is %s", (_what, text, message) => {
    project.write({ "moat.policy.json": text });
    expectRefusal(project.moat("run", "index.js"), message);
  });

  test("with malformed overrides", () => {
    project.write({ "moat.overrides.json": `{"packages": {"dep": {"fs": true}}}` });
    expectRefusal(project.moat("run", "index.js"), /moat\.overrides\.json:1/u);
  });

  test("with a manifest that can't be read", () => {
    project.write({ "package.json": `{"name":"app",}` });
    for (const command of [
      ["run", "index.js"],
      ["policy", "--write", "index.js"],
      ["exec", "tool"],
    ])
      expectRefusal(project.moat(...command), "Invalid package config", "correct that file");
  });

  test("without the entry", () => {
    expectRefusal(project.moat("run", "indx.js"), "there is no program", "indx.js");
  });

  test("with an entry that the policy was not made for", () => {
    project.write({ "other.js": SMALL_PROJECT["index.js"]! });
    expectRefusal(project.moat("run", "other.js"), "was not made for ./other.js", "moat policy --write ./other.js");
  });

  test("with an entry in a package, which could ship a policy of its own", () => {
    project.write({ "node_modules/dep/moat.policy.json": policyText });
    expectRefusal(project.moat("run", "node_modules/dep/index.js"), "belongs to an installed package", "moat exec");
    project.write({ "node_modules/dep/moat.policy.json": null });
  });

  test("with a package that is not installed", () => {
    project.write({ "node_modules/dep": null });
    expectRefusal(project.moat("run", "index.js"), "the package dep is not installed", "npm install");
  });

  test("with a policy that is stale", () => {
    project.write({ "node_modules/dep": null, "package.json": JSON.stringify({ name: "app" }) });
    expectRefusal(project.moat("run", "index.js"), "moat.policy.json is stale", "dep", "moat policy --write");
  });

  test("without an entry", () => expectRefusal(project.moat("run"), "needs a program", "moat run <entry>"));
  test("with a flag that it does not have", () =>
    expectRefusal(project.moat("run", "--adit", "index.js"), "no flag --adit", "did you mean: --audit"));
  test("with a log that can't be written", () =>
    expectRefusal(project.moat("run", "--log", "no/such/folder", "index.js"), "can't be written", "ENOENT"));
});

describe("other commands refuse", () => {
  test("a command that moat does not have", () =>
    expectRefusal(project.moat("plicy"), `unknown command "plicy"`, "did you mean: moat policy"));
  test("a name of Object.prototype as a command", () => expectRefusal(project.moat("constructor"), "unknown command"));
  test("a flag before the command", () => expectRefusal(project.moat("--frobnicate"), "unknown flag --frobnicate"));
  test.each([["policy"], ["diff"], ["explain"], ["exec"]])("a flag that moat %s does not have", (command) =>
    expectRefusal(project.moat(command, "--frobnicate"), `moat ${command} has no flag --frobnicate`),
  );
  test("to check and write at once", () =>
    expectRefusal(project.moat("policy", "--check", "--write"), "--check writes nothing"));
  test("an installed command that nobody has", () =>
    expectRefusal(project.moat("exec", "dep-clu"), `"dep-clu"`, "did you mean: moat exec dep-cli"));
  test("an unknown package", () =>
    expectRefusal(project.moat("explain", "dpe"), `no package "dpe"`, "did you mean: dep"));
  test("a commit that would be a flag of git", () =>
    expectRefusal(project.moat("diff", "--base=--output=ran"), "not the name of a commit"));
  test("an unknown format", () =>
    expectRefusal(project.moat("diff", "--format", "jsn"), `no format "jsn"`, "did you mean: --format json"));

  test("to write over a malformed policy", () => {
    project.write({ "moat.policy.json": "{" });
    expectRefusal(project.moat("policy", "--write", "index.js"), /moat\.policy\.json:1/u);
    expect(readFileSync(path.join(project.folder, "moat.policy.json"), "utf8")).toBe("{");
  });
});

test("a package that does not parse is named when the policy is written", () => {
  project.write({ "node_modules/dep/index.js": "module.exports = () => {" });
  const { code, stdout } = project.moat("policy", "--write", "index.js");
  expect(stdout).toMatch(/UNANALYZED[^]*dep\/index\.js:1: syntax/u);
  expect(code).toBe(0);
});

test("an entry that the policy lists and that is gone is named", () => {
  project.write({ "index.js": null });
  expectRefusal(project.moat("policy", "--write"), "lists the entry ./index.js", `take it out of "entries"`);
  expectRefusal(project.moat("policy", "--check"), "lists the entry ./index.js");
});

describe("a package that does not parse stops the program before it starts", () => {
  test("required by CommonJS, two packages away", () => {
    project.write({
      "node_modules/dep/index.js": `const { inner } = require("inner");\nmodule.exports = inner;`,
      "node_modules/dep/package.json": JSON.stringify({ name: "dep", dependencies: { inner: "1" } }),
      "node_modules/inner/index.js": "exports.inner = 1;\n  var a = = 2;",
      "node_modules/inner/package.json": JSON.stringify({ name: "inner" }),
      "moat.policy.json": null,
    });
    project.moat("policy", "--write", "index.js");
    expectRefusal(project.moat("run", "index.js"), /inner\/index\.js:2:11/u, "reinstall the package");
    project.write({ "node_modules/inner": null });
  });

  test("imported by an ES module", () => {
    project.write({
      "main.mjs": `import "./start.cjs"; import "dep";`,
      "start.cjs": SMALL_PROJECT["index.js"]!,
      "node_modules/dep/index.js": "export default {\n  a b };",
      "node_modules/dep/package.json": JSON.stringify({ name: "dep", type: "module", main: "index.js" }),
    });
    project.moat("policy", "--write", "main.mjs");
    expectRefusal(project.moat("run", "main.mjs"), /dep\/index\.js:2:5/u, "reinstall the package");
  });

  test("but where the program catches it, it runs as under node", () => {
    project.write({
      "index.js": `try { require("dep"); } catch (error) { console.log(error.name); }`,
      "node_modules/dep/index.js": "var a = = 2;",
    });
    expect(project.moat("run", "index.js")).toMatchObject({ code: 0, stdout: "SyntaxError\n" });
  });
});
