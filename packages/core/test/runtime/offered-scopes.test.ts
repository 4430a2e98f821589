import { mkdir, realpath, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
/** A folder for temporary files, and the link by which the environment names it, as on macOS. */
let temp: string;
let link: string;

beforeAll(async () => {
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { dep: "1.0.0" } }),
    "index.js": `require("dep");`,
    "starts.js": `require("dep").start();`,
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/index.js": `
const write = (path) => { try { require("fs").writeFileSync(path, ""); } catch {} };
if (process.argv[2] !== "child") write(require("os").tmpdir() + "/own/file");
else write(process.argv[3]);
exports.start = () => require("child_process").execFileSync(process.execPath,
  [__filename, "child", require("fs").realpathSync(require("os").tmpdir()) + "/later/file"],
  { env: { ...process.env, TMPDIR: __dirname, HOME: __dirname }, stdio: "inherit" });`,
  });
  temp = join(project.folder, "../moat-temp-" + process.pid);
  link = `${temp}-link`;
  await mkdir(join(temp, "own"), { recursive: true });
  await symlink(await realpath(temp), link);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await project.remove();
  for (const made of [temp, link]) await rm(made, { recursive: true, force: true });
});

const grants = {
  globals: ["process"],
  builtins: { fs: true, os: true, child_process: ["execFileSync"], process: ["execPath"] },
  commands: ["node"],
  env: ["TMPDIR", "HOME"],
};

test("a denial offers <tmp> also where the environment names that folder by a link", async () => {
  vi.stubEnv("TMPDIR", link);
  const { stderr } = await project.moat("index.js", policyFor("index.js", { dep: grants }));
  expect(stderr).toContain("moat allow dep fs.write '<tmp>'\n");
});

test("in a child they are the program's, and not those that its starter gave it", async () => {
  vi.stubEnv("TMPDIR", link);
  const mayAsk = { ...grants, fs: { read: ["<tmp>"] } };
  const { stderr } = await project.moat("starts.js", policyFor("starts.js", { dep: mayAsk }));
  expect(
    stderr
      .split("\n")
      .filter((line) => line.includes("/later/file"))
      .join(),
  ).toMatch(/fs\.write '<tmp>'$/u);
});
