import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, SMALL_PROJECT, type Project } from "./project-fixture.ts";

/** Two branches, each of which accepted something for the same package; then `git merge`. */
let project: Project;
const uses = (...keys: string[]) => `module.exports = () => [${keys.map((key) => `process.env.${key}`).join(", ")}];\n`;
const commit = (message: string) => {
  expect(project.git("add", ".").code).toBe(0);
  expect(project.git("commit", "-q", "-m", message).code).toBe(0);
};
const policyText = () => readFileSync(path.join(project.folder, "moat.policy.json"), "utf8");
const update = (...keys: string[]) => {
  project.write({ "node_modules/dep/index.js": uses(...keys) });
  expect(project.moat("policy", "--write", "index.js").code).toBe(0);
  expect(project.moat("policy", "--accept", "--yes").code).toBe(0);
};

beforeAll(() => {
  project = makeProject({
    ...SMALL_PROJECT,
    ".gitignore": "node_modules\nran\n",
    "node_modules/dep/index.js": uses("BOTH"),
  });
  project.git("init", "-q");
  update("BOTH");
  commit("base");
  project.git("checkout", "-q", "-b", "other");
  update("BOTH", "THEIRS");
  commit("theirs");
  project.git("checkout", "-q", "main");
  update("BOTH", "OURS");
  commit("ours");
  expect(project.git("merge", "other").code).toBe(1);
  expect(policyText()).toContain("<<<<<<<");
});
afterAll(() => project.dispose());

test("nothing runs under an unresolved merge, and the error names the command", () => {
  rmSync(path.join(project.folder, "ran"), { force: true });
  const { code, stderr } = project.moat("run", "index.js");
  expect(stderr).toBe(
    "moat: moat.policy.json is an unresolved merge: it has conflict markers\n  next: moat policy --write, which keeps what both sides grant; the rest waits for acceptance\n",
  );
  expect(code).toBe(2);
  expect(existsSync(path.join(project.folder, "ran"))).toBe(false);
  for (const args of [["policy", "--check"], ["policy", "--accept"], ["diff"]])
    expect(project.moat(...args), args.join(" ")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unresolved merge"),
    });
});

test("--write on the merged tree keeps what both granted; what one of them accepted waits again", () => {
  project.write({ "node_modules/dep/index.js": uses("BOTH", "OURS", "THEIRS") });
  const { code, stdout } = project.moat("policy", "--write");
  expect(stdout).toContain("was an unresolved merge");
  expect(code).toBe(0);
  expect(JSON.parse(policyText()).packages.dep).toMatchObject({ env: ["BOTH"], pending: { env: ["OURS", "THEIRS"] } });
  expect(project.moat("policy", "--check").code).toBe(1);
});

test("a conflict in the overrides is for people", () => {
  project.write({ "moat.overrides.json": `{"packages": {\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}}` });
  expect(project.moat("run", "index.js")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("resolve it by hand"),
  });
  expect(project.moat("policy", "--write")).toMatchObject({ code: 2 });
});
