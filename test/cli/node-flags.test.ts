import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "./project-fixture.ts";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));

let project: Project;
beforeAll(() => {
  project = makeProject({
    "package.json": '{"name":"app"}',
    "index.js": "console.log([1, 2, 3].map((x) => x + 1).join())",
  });
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
});
afterAll(() => project.dispose());

function runUnder(
  flag: string,
  more: Readonly<Record<string, string>> = {},
  program = "index.js",
): { code: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env["PATH"], HOME: project.folder, ...more };
  const { status, stdout, stderr } = spawnSync(process.execPath, [flag, MOAT, "run", program], {
    cwd: project.folder,
    env,
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

test("--enable-source-maps shows places in the sources, by maps of a file's own package alone", () => {
  const map = (source: string): string =>
    JSON.stringify({ version: 3, sources: [source], names: [], mappings: "AAEA" });
  const compiled = (link: string): string => `module.exports = new Error("x").stack;\n//# sourceMappingURL=${link}\n`;
  const inLine = (source: string): string =>
    `data:application/json;base64,${Buffer.from(map(source)).toString("base64")}`;
  const installed = (name: string, link: string): Record<string, string> => ({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0" }),
    [`node_modules/${name}/index.js`]: compiled(link),
  });
  project.write({
    "traces.js": `for (const stack of [require("./dist/own.js"), require("./dist/none.js"), require("within"), require("outside"), require("forged"), require("coloured")])
      console.log(stack.split("\\n")[1])`,
    "dist/own.js": compiled("own.js.map"),
    "dist/own.js.map": map("../src/own.ts"),
    "dist/none.js": compiled("missing.js.map"),
    ...installed("within", inLine("in-line.ts")),
    ...installed("outside", "../../dist/own.js.map"),
    ...installed("forged", inLine("file:///a%0A    at pay (/app/pay.js:1:1)")),
    ...installed("coloured", inLine("a\u{1b}[31m.ts")),
  });
  expect(project.moat("policy", "--write", "traces.js")).toMatchObject({ code: 0 });
  const places = (output: { stdout: string }): string[] =>
    output.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(line.indexOf(project.folder) + project.folder.length + 1));
  expect(places(runUnder("--enable-source-maps", {}, "traces.js"))).toEqual([
    "src/own.ts:3:1)",
    "dist/none.js:1:18)",
    "node_modules/within/in-line.ts:3:1)",
    "node_modules/outside/index.js:1:18)",
    // A source's name adds no line, and no colour.
    "node_modules/forged/index.js:1:18)",
    "node_modules/coloured/index.js:1:18)",
  ]);
  expect(places(runUnder("--no-warnings", {}, "traces.js"))[0]).toBe("dist/own.js:1:18)");
});

test("tells node --watch of the program's files and its policy, and not of what is installed", async () => {
  project.write({
    "watched.js": `require("./part.js"); require("dep"); import("./part.mjs");`,
    "part.js": "",
    "part.mjs": "",
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/index.js": "",
  });
  expect(project.moat("policy", "--write", "watched.js")).toMatchObject({ code: 0 });
  const child = fork(MOAT, ["run", "watched.js"], {
    cwd: project.folder,
    env: { PATH: process.env["PATH"], HOME: project.folder, WATCH_REPORT_DEPENDENCIES: "1" },
  });
  const told: string[] = [];
  child.on("message", (message: Record<string, (string | null)[]>) =>
    // Node tells `null` of its own modules.
    told.push(...Object.values(message).flatMap((files) => files.filter((file) => file !== null))),
  );
  expect(await once(child, "close")).toEqual([0, null]);
  const own = (file: string): string => (file.startsWith("file:") ? fileURLToPath(file) : file);
  const files = told.map(own).filter((file) => file.startsWith(project.folder + path.sep));
  expect([...new Set(files.map((file) => path.relative(project.folder, file)))].toSorted()).toEqual([
    "moat.overrides.json",
    "moat.policy.json",
    "part.js",
    "part.mjs",
    "watched.js",
  ]);
});

test.each([
  "--max-lazy",
  "--jitless",
  "--no-opt",
  "--lite-mode",
  "--disallow-code-generation-from-strings",
  "--disable-proto=delete",
  "--stack-size=500",
])("runs under %s", (flag) => {
  const { stderr, ...seen } = runUnder(flag);
  expect(seen, stderr).toEqual({ code: 0, stdout: "2,3,4\n" });
  expect(stderr).not.toContain("moat");
});

test.each(["--frozen-intrinsics", "--disable-proto=throw"])("refuses %s in a word", (flag) => {
  const { code, stdout, stderr } = runUnder(flag);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`moat: under node's ${flag} the intrinsics can't be locked down`);
});

test("tells of modules that are loaded before moat, and of coverage that it makes wrong", () => {
  project.write({ "hook.cjs": "console.log('first')" });
  const preloaded =
    "runs under no policy, and its hooks are given what CommonJS modules are and export, and see nothing of ES modules";
  expect(runUnder("--require=./hook.cjs")).toEqual({
    code: 0,
    stdout: "first\n2,3,4\n",
    stderr: `moat: ./hook.cjs is loaded before moat: it ${preloaded}\n`,
  });
  expect(runUnder("--no-opt", { NODE_OPTIONS: "-r ./hook.cjs" }).stderr).toContain(preloaded);
  expect(runUnder("--no-opt", { NODE_V8_COVERAGE: "coverage" }).stderr).toMatch(
    /^moat: coverage by NODE_V8_COVERAGE .*\n$/u,
  );
});
