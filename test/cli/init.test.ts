import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { programsIn } from "../../packages/cli/src/project/find-programs.ts";
import { makeProject, SMALL_PROJECT, type Project } from "./project-fixture.ts";

let project: Project;
const read = (name: string) => readFileSync(path.join(project.folder, name), "utf8");
afterEach(() => project?.dispose());

test.each<[string, string[]]>([
  ["node server.js", ["./server.js"]],
  ["NODE_ENV=production node --enable-source-maps ./src/server.mjs --port 8080", ["./src/server.mjs"]],
  ["npm run build && mocha test", ["bin:mocha"]],
  ["cross-env CI=1 npx eslint . || true; prettier --check .", ["bin:eslint", "bin:prettier"]],
  ["node -e 'console.log(1)'", []],
  ["node --test", []],
  ["moat run index.js", []],
  ["echo done && exit 1", []],
  ["$(evil) `x` > y", []],
])("the script %j starts %j", (script, programs) => expect(programsIn(script)).toEqual(programs));

const APP = {
  ...SMALL_PROJECT,
  "package.json": JSON.stringify({
    name: "app",
    main: "missing.js",
    scripts: { start: "node index.js", test: "dep-cli && gone-cli" },
    dependencies: { dep: "1.0.0" },
  }),
  "package-lock.json": "{}",
};

test("writes what is missing, says it, and does nothing the second time", () => {
  project = makeProject({ ...APP, ".gitattributes": "*.png binary" });
  const first = project.moat("init");
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toContain(
    "./index.js  (scripts.start)\n  bin:dep-cli  (scripts.test)\nLeft out:\n  ./missing.js  (main)",
  );
  expect(first.stdout).toContain("bin:gone-cli  (scripts.test): no package");
  expect(JSON.parse(read("moat.policy.json")).entries).toEqual(["./index.js", "bin:dep-cli"]);
  expect(read(".github/workflows/moat.yml")).toContain("- run: npm ci --ignore-scripts\n");
  expect(read(".gitattributes")).toBe(
    "*.png binary\nmoat.policy.json text eol=lf -linguist-generated\nmoat.overrides.json text eol=lf -linguist-generated\n",
  );
  const files = ["moat.policy.json", ".github/workflows/moat.yml", ".gitattributes"].map(read);
  const second = project.moat("init");
  expect(second.stdout).toContain("Nothing was left to do.");
  expect(["moat.policy.json", ".github/workflows/moat.yml", ".gitattributes"].map(read)).toEqual(files);
  expect(project.moat("run", "index.js").code).toBe(0);
});

test("a policy that is there stays, whatever it says", () => {
  project = makeProject({ ...APP, "moat.policy.json": "not moat's" });
  const { stdout, code } = project.moat("init");
  expect(stdout).toContain("kept     moat.policy.json");
  expect(code).toBe(0);
  expect(read("moat.policy.json")).toBe("not moat's");
});

test("in a folder of a repository, the workflow lies at its root and works in the folder", () => {
  project = makeProject({ ...APP });
  project.git("init", "-q", "..");
  expect(project.moat("init").stdout).toContain("../.github/workflows/moat-project.yml");
  expect(read("../.github/workflows/moat-project.yml")).toContain('working-directory: "project"');
});

test("on GitLab, and where it is asked not to, it writes no workflow", () => {
  project = makeProject({ ...APP, ".gitlab-ci.yml": "" });
  project.git("init", "-q");
  expect(project.moat("init").stdout).toContain("kept     .gitlab-ci.yml");
  expect(existsSync(path.join(project.folder, ".github"))).toBe(false);
  expect(project.moat("init", "--ci", "none").code).toBe(0);
  expect(existsSync(path.join(project.folder, ".github"))).toBe(false);
  expect(project.moat("init", "--ci", "jenkins")).toMatchObject({ code: 2 });
});

test("without a program to be found it writes nothing", () => {
  project = makeProject({ "package.json": JSON.stringify({ scripts: { build: "make" } }) });
  expect(project.moat("init")).toMatchObject({ code: 2, stderr: expect.stringContaining("names no program") });
  expect(existsSync(path.join(project.folder, "moat.policy.json"))).toBe(false);
});
