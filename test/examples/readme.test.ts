/** Every command of the README is run as it stands there, or has a reason why not. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NOT_RUN, RUN } from "./readme-commands.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const home = realpathSync(mkdtempSync(path.join(tmpdir(), "moat-readme-")));
const project = path.join(home, "project");
const manifest = (name: string, more: object = {}) => JSON.stringify({ name, version: "1.0.0", ...more });

beforeAll(() => {
  mkdirSync(project);
  write({
    "package.json": manifest("app", {
      main: "index.js",
      dependencies: { express: "1.0.0", eslint: "1.0.0", dotenv: "1.0.0" },
    }),
    "index.js": `require("express")("hello");`,
    ".npmrc": "",
    ".gitignore": "node_modules\n",
    "node_modules/express/package.json": manifest("express", { dependencies: { debug: "1.0.0" } }),
    "node_modules/express/index.js": `const debug = require("debug"); module.exports = (text) => { debug(text); console.log(text); };`,
    "node_modules/debug/package.json": manifest("debug"),
    "node_modules/debug/index.js": `module.exports = (text) => { if (process.env.DEBUG) console.error(text); };`,
    "node_modules/dotenv/package.json": manifest("dotenv"),
    "node_modules/dotenv/config.js": `console.log("configured");`,
    "node_modules/eslint/package.json": manifest("eslint", { bin: { eslint: "cli.js" } }),
    "node_modules/eslint/cli.js": `#!/usr/bin/env node\nconsole.log("linted");`,
  });
  mkdirSync(path.join(project, "node_modules/.bin"));
  symlinkSync(path.join(root, "packages/cli/bin/moat.js"), path.join(project, "node_modules/.bin/moat"));
  symlinkSync("../eslint/cli.js", path.join(project, "node_modules/.bin/eslint"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("each command has a row, and each row its command", () =>
  expect(new Set(commandsOf(readFileSync(path.join(root, "README.md"), "utf8")))).toEqual(
    new Set([...Object.keys(RUN), ...Object.keys(NOT_RUN)]),
  ));

test.each(Object.entries(RUN))("%s", (command, { exit, prints, before }) => {
  if (before === "update") {
    for (const git of ["init -q .", "add .", "-c user.name=a -c user.email=a@example.com commit -q -m base"])
      expect(run(`git ${git}`).code).toBe(0);
    write({ "node_modules/debug/index.js": `module.exports = () => require("fs").readFileSync(".npmrc");` });
  }
  const { code, output } = run(command);
  expect(code, output).toBe(exit);
  if (prints !== undefined) expect(output).toMatch(prints);
});

/** Commands of the shell blocks, one for each part of a `&&`, and those in the text that begin with `npx` or `npm`. */
function commandsOf(readme: string): string[] {
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gmsu)].flatMap(([, block]) => block!.split("\n"));
  const inText = readme.replace(/^```.*?^```$/gmsu, "").matchAll(/`((?:npx|npm) [^`]+)`/gu);
  return [...blocks, ...Array.from(inText, ([, command]) => command!)]
    .flatMap((line) => line.replace(/\s+#.*$/u, "").split(" && "))
    .map((command) => command.trim())
    .filter((command) => command !== "");
}

function run(command: string): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
    cwd: project,
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      NO_COLOR: "1",
      npm_config_offline: "true",
      npm_config_update_notifier: "false",
    },
    encoding: "utf8",
  });
  return { code: status, output: stdout + stderr };
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
    writeFileSync(path.join(project, name), text, { mode: 0o755 });
  }
}
