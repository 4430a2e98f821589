import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, SMALL_PROJECT, type Project } from "./project-fixture.ts";

/** A file that is there, and that nobody was granted. */
const OUTSIDE = fileURLToPath(import.meta.url);

let project: Project;

beforeAll(() => {
  project = makeProject({
    ...SMALL_PROJECT,
    "node_modules/dep/index.js": `module.exports = () => require("fs").existsSync(${JSON.stringify(OUTSIDE)});`,
    "node_modules/dep/cli.js": `#!/usr/bin/env node\nconsole.log("cli", ...process.argv.slice(2)); process.exitCode = 5;`,
    "node_modules/esmtool/package.json": JSON.stringify({
      name: "esmtool",
      version: "1.0.0",
      type: "module",
      bin: { "esm-tool": "bin/tool" },
    }),
    "node_modules/esmtool/bin/tool": `#!/usr/bin/env node\nimport { sep } from "node:path"; console.log("module", sep);`,
    "node_modules/other/package.json": JSON.stringify({ name: "other", version: "1.0.0" }),
    "node_modules/other/index.js": `console.log("other ran")`,
    "late.js": `try { require("other") } catch (error) { console.log(error.code) }`,
    "loads-late.js": `require(String.fromCharCode(46) + "/late.js");`,
    "node_modules/hidden/package.json": JSON.stringify({ name: "hidden", version: "1.0.0" }),
    "node_modules/hidden/index.js": `console.log("hidden ran")`,
    "node_modules/names/package.json": JSON.stringify({ name: "names", version: "1.0.0" }),
    "node_modules/names/index.js": `module.exports = ["hid", "den"].join("")`,
    "computes.js": `const name = require("names"); try { require(name) } catch (error) { console.log(error.code) }`,
    "fails.js": `require("dep"); console.log("out"); console.error("err"); process.exit(7);`,
    "throws.js": `function inner() {\n  throw new TypeError("mine");\n}\ninner();`,
    "waits.js": `process.stdout.write("ready\\n"); setInterval(() => {}, 1000);`,
    "echo.mjs": `import dep from "dep"; process.stdin.on("data", (data) => process.stdout.write(String(data).toUpperCase())); export default dep;`,
  });
  expect(
    project.moat(
      "policy",
      "--write",
      "index.js",
      "fails.js",
      "throws.js",
      "waits.js",
      "echo.mjs",
      "loads-late.js",
      "computes.js",
      "bin:dep-cli",
      "bin:esm-tool",
    ).code,
  ).toBe(0);
});
afterAll(() => project.dispose());

const start = (entry: string) =>
  spawn(process.execPath, [fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url)), "run", entry], {
    cwd: project.folder,
    stdio: "pipe",
  });

describe("the program's own", () => {
  test("exit code and output", () => {
    expect(project.moat("run", "fails.js")).toEqual({ code: 7, stdout: "out\n", stderr: "err\n" });
  });

  test("a command without an extension is what its package's type says", () => {
    expect(project.moat("exec", "esm-tool")).toEqual({ code: 0, stdout: `module ${path.sep}\n`, stderr: "" });
  });

  test("modules that no entry reaches: the line names the command that adds them", () => {
    const { stdout, stderr } = project.moat("run", "loads-late.js");
    expect(stdout).toBe("MODULE_NOT_FOUND\n");
    expect(stderr).toBe(
      "moat: the application may not import other (other); to allow it: moat policy --write ./late.js\n",
    );
    const audit = project.moat("run", "--audit", "loads-late.js");
    expect(audit).toMatchObject({ code: 0, stdout: "other ran\n" });
    expect(audit.stderr).toContain("moat policy --write ./late.js");
    expect(audit.stderr).toContain("may not use the global console");
  });

  test("a package that the application names by no text: what the line says helps", () => {
    const { stdout, stderr } = project.moat("run", "computes.js");
    expect(stdout).toBe("MODULE_NOT_FOUND\n");
    expect(stderr).toBe(
      "moat: the application may not import hidden (hidden); to allow it: moat allow . package hidden\n",
    );
    const before = readFileSync(path.join(project.folder, "moat.policy.json"));
    expect(project.moat("allow", ".", "package", "hidden")).toMatchObject({ code: 0 });
    expect(project.moat("run", "computes.js").stderr).toContain("to allow it: moat policy --write\n");
    expect(project.moat("policy", "--write").code).toBe(0);
    expect(project.moat("policy", "--accept", "--yes").code).toBe(0);
    expect(project.moat("run", "computes.js")).toEqual({ code: 0, stdout: "hidden ran\n", stderr: "" });
    rmSync(path.join(project.folder, "moat.overrides.json"));
    writeFileSync(path.join(project.folder, "moat.policy.json"), before);
  });

  test("exceptions: its file and line, and no frame of moat", () => {
    const { code, stderr } = project.moat("run", "throws.js");
    expect(code).toBe(1);
    expect(stderr).toContain("TypeError: mine");
    expect(stderr).toContain(`${path.join(project.folder, "throws.js")}:2:`);
    expect(stderr).not.toContain(`${path.sep}packages${path.sep}c`);
  });

  test("signals", async () => {
    const child = start("waits.js");
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([null, "SIGTERM"]);
  });

  test("input, of an ES module", async () => {
    const child = start("echo.mjs");
    child.stdin.end("hello");
    const [data] = await once(child.stdout, "data");
    expect(String(data)).toBe("HELLO");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

describe("denials", () => {
  test("are one line for a person, and the program goes on", () => {
    const { code, stdout, stderr } = project.moat("run", "index.js");
    expect(stdout).toBe("ran false []\n");
    expect(stderr).toMatch(/^moat: dep may not read [^\n]+; to allow it: moat allow dep fs\.read [^\n]+\n$/u);
    expect(code).toBe(0);
  });

  test("--log appends them as JSON lines", () => {
    project.moat("run", "--log", "denials.jsonl", "index.js");
    project.moat("run", "--log=denials.jsonl", "index.js");
    const lines = readFileSync(path.join(project.folder, "denials.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      Array(2).fill(
        expect.objectContaining({
          version: 1,
          denied: true,
          principal: "dep",
          capability: "fs.read",
          target: OUTSIDE,
        }),
      ),
    );
  });

  test("--audit lets everything through and sums up at the end", () => {
    const { code, stdout, stderr } = project.moat("run", "--audit", "index.js");
    expect(stdout).toBe("ran true []\n");
    expect(stderr).toMatch(
      /^moat: audit: 1 use by 1 package would have been denied:\n {2}dep\n {4}may not read .*\n {6}moat allow dep fs\.read \//u,
    );
    expect(code).toBe(0);
  });
});

test("moat exec runs the command of a package, found by its manifest", () => {
  expect(project.moat("exec", "dep-cli", "--help", "x")).toMatchObject({ code: 5, stdout: "cli --help x\n" });
});

test("a command is told the name that it was started by, where that leads to it", () => {
  const own = makeProject({
    "package.json": `{"dependencies": {"tool": "1.0.0"}}`,
    "node_modules/tool/package.json": `{"name": "tool", "bin": {"tool": "cli.js"}}`,
    "node_modules/tool/cli.js": `console.log(require("path").relative(process.cwd(), process.argv[1]));`,
    "node_modules/other.js": "",
    "node_modules/.bin/x": "",
  });
  own.moat("policy", "--write", "bin:tool");
  const link = path.join(own.folder, "node_modules", ".bin", "tool");
  symlinkSync("../tool/cli.js", link);
  expect(own.moat("exec", "tool")).toMatchObject({ code: 0, stdout: path.join("node_modules", ".bin", "tool\n") });
  rmSync(link);
  symlinkSync("../other.js", link);
  expect(own.moat("exec", "tool")).toMatchObject({ code: 0, stdout: path.join("node_modules", "tool", "cli.js\n") });
  own.dispose();
});

test("a command is that of the package which is called so, whoever else has one of its name", () => {
  project.write({
    "package.json": JSON.stringify({ name: "app", dependencies: { dep: "1.0.0" }, devDependencies: { tool: "1.0.0" } }),
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", bin: { "dep-cli": "cli.js", tool: "cli.js" } }),
    "node_modules/tool/package.json": JSON.stringify({ name: "tool", bin: "cli.js" }),
    "node_modules/tool/cli.js": 'console.log("tool");',
  });
  expect(project.moat("policy", "--write", "bin:tool")).toMatchObject({ code: 0 });
  expect(project.moat("exec", "tool")).toMatchObject({ code: 0, stdout: "tool\n" });
});

test("a command that two packages have is nobody's until somebody says whose is meant", () => {
  const manifest = (name: string, bin: object) => JSON.stringify({ name, version: "1.0.0", bin });
  const own = makeProject({
    "package.json": JSON.stringify({
      name: "app",
      dependencies: { dep: "1.0.0", later: "npm:compiler@2" },
      devDependencies: { "@scope/compiler": "1.0.0" },
    }),
    "index.js": 'require("dep");',
    "node_modules/dep/package.json": manifest("dep", {}),
    "node_modules/dep/index.js": "",
    "node_modules/dep/cli.js": 'console.log("taken over");',
    "node_modules/@scope/compiler/package.json": manifest("@scope/compiler", { comp: "cli.js" }),
    "node_modules/@scope/compiler/cli.js": 'console.log("compiled");',
    "node_modules/later/package.json": manifest("compiler", { comp: "cli.js" }),
    "node_modules/later/cli.js": 'console.log("compiled later");',
  });
  try {
    expect(own.moat("policy", "--write", "index.js", "bin:comp")).toMatchObject({ code: 0 });
    expect(own.moat("exec", "comp")).toMatchObject({ code: 0, stdout: "compiled\n" });
    own.write({ "node_modules/dep/package.json": manifest("dep", { comp: "cli.js" }) });
    const stderr = expect.stringContaining('"@scope/compiler" and "dep" each have a command "comp"');
    for (const command of [
      ["exec", "comp"],
      ["policy", "--check"],
      ["policy", "--write"],
    ])
      expect(own.moat(...command)).toMatchObject({ code: 2, stdout: "", stderr });
    expect(own.moat("policy", "--write", "bin:@scope/compiler/comp")).toMatchObject({ code: 0 });
    expect(own.moat("exec", "@scope/compiler/comp")).toMatchObject({ code: 0, stdout: "compiled\n" });
    expect(own.moat("policy", "--check")).toMatchObject({ code: 0 });
    const misspelt = own.moat("exec", "@scope/compiler/com");
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining("moat exec @scope/compiler/comp") });
  } finally {
    own.dispose();
  }
});
