import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOSTILE_DEPENDENCY, makeProject, SMALL_PROJECT, type Project } from "./project-fixture.ts";

let project: Project;
const policyText = (): string => readFileSync(path.join(project.folder, "moat.policy.json"), "utf8");

beforeAll(() => {
  project = makeProject({ ...SMALL_PROJECT, ".gitignore": "node_modules\nran\n" });
});
afterAll(() => project.dispose());

// One story, in order: a policy is written, a dependency gains something, a person accepts it.
describe("from the first policy to an accepted update", () => {
  test("moat policy shows and writes nothing", () => {
    const { code, stdout } = project.moat("policy", "index.js");
    expect(stdout).toContain("moat.policy.json would be for ./index.js: 1 package.");
    expect(existsSync(path.join(project.folder, "moat.policy.json"))).toBe(false);
    expect(code).toBe(0);
  });

  test("--write writes the same bytes each time", () => {
    expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0, stderr: "" });
    const first = policyText();
    expect(project.moat("policy", "--write").code).toBe(0);
    expect(policyText()).toBe(first);
    expect(JSON.parse(first)).toMatchObject({
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: { dep: {} },
    });
  });

  test("moat run runs the program, with its arguments", () => {
    const { stdout, stderr, code } = project.moat("run", "index.js", "--audit", "x");
    expect({ stdout, stderr, code }).toEqual({ stdout: `ran 42 ["--audit","x"]\n`, stderr: "", code: 0 });
  });

  test("--check and diff are clean after a commit", () => {
    for (const args of [
      ["init", "-q"],
      ["add", "."],
      ["commit", "-q", "-m", "policy"],
    ])
      expect(project.git(...args).code).toBe(0);
    expect(project.moat("policy", "--check")).toMatchObject({ code: 0 });
    expect(project.moat("diff")).toMatchObject({ code: 0, stdout: "Nothing changed since HEAD.\n" });
  });

  test("diff shows what an update wants before anything is written, with its place", () => {
    project.write({ "node_modules/dep/index.js": HOSTILE_DEPENDENCY });
    const { code, stdout } = project.moat("diff");
    expect(stdout).toContain("moat.policy.json is not up to date");
    expect(stdout).toContain(
      "dep wants to\n  critical run the program git (and by it any other)\n           dep/index.js:2",
    );
    expect(code).toBe(1);
    expect(project.moat("policy", "--check").code).toBe(1);
  });

  test("--write leaves it pending, and --check says so", () => {
    const { code, stdout } = project.moat("policy", "--write");
    expect(stdout).toContain("Waits for acceptance");
    expect(code).toBe(0);
    expect(JSON.parse(policyText()).packages.dep).toMatchObject({ pending: { commands: ["git"] } });
    expect(JSON.parse(policyText()).packages.dep.commands).toBeUndefined();
    const check = project.moat("policy", "--check");
    expect(check.stdout).toContain("moat policy --accept dep");
    expect(check.code).toBe(1);
  });

  test("the overrides answer for what they name", () => {
    project.write({ "moat.overrides.json": `{"packages": {"dep": {"commands": [], "builtins": {}, "reason": "no"}}}` });
    expect(project.moat("policy", "--check")).toMatchObject({ code: 0 });
    project.write({ "moat.overrides.json": null });
  });

  test("diff as Markdown and as JSON", () => {
    expect(project.moat("diff", "--format", "markdown").stdout).toMatch(
      /^<!-- moat-diff -->\n\n### moat: 1 package wants more than before\n/u,
    );
    const { stdout, code } = project.moat("diff", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      gained: true,
      packages: [
        {
          package: "dep",
          gains: [
            {
              kind: "gained",
              to: "pending",
              words: "run the program git (and by it any other)",
              evidence: [{ line: 2 }, { line: 1 }],
            },
          ],
        },
      ],
    });
    expect(code).toBe(1);
  });

  test("explain says what waits and why", () => {
    const { stdout, code } = project.moat("explain", "dep");
    expect(stdout).toContain("came into the tree by: the application → dep");
    expect(stdout).toContain("wants to run the program git");
    expect(stdout).toContain("dep/index.js:2");
    expect(code).toBe(0);
  });

  test("--accept grants it", () => {
    expect(project.moat("policy", "--accept", "dep").stdout).toContain("dep can run the program git");
    expect(JSON.parse(policyText()).packages.dep).toMatchObject({ commands: ["git"] });
    expect(project.moat("policy", "--check").code).toBe(0);
    expect(project.moat("policy", "--accept").stdout).toBe("Nothing waits for acceptance.\n");
  });

  test("diff of two files", () => {
    project.write({ "old.json": project.git("show", "HEAD:moat.policy.json").stdout });
    const { stdout, code } = project.moat("diff", "old.json", "moat.policy.json");
    expect(stdout).toContain("dep can now\n  critical run the program git (and by it any other)\n");
    expect(code).toBe(1);
    expect(project.moat("diff", "moat.policy.json", "old.json")).toMatchObject({ code: 0 });
  });
});

test("--help and --version write to stdout and exit with 0", () => {
  for (const command of ["run", "exec", "policy", "diff", "explain", "help"]) {
    expect(project.moat(command, "--help")).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/^Usage: moat/u),
    });
  }
  expect(project.moat("--help")).toMatchObject({ code: 0, stderr: "" });
  expect(project.moat("--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  expect(project.moat()).toMatchObject({ code: 2, stdout: "" });
});
