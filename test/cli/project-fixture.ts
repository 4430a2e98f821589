import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Project {
  readonly folder: string;
  /** Files by path; `null` takes one away. */
  write(files: Readonly<Record<string, string | null>>): void;
  /** Runs the built command, as a person would in the project's folder. */
  moat(...args: string[]): Outcome;
  /** The same in a folder below it. */
  moatIn(folder: string, ...args: string[]): Outcome;
  git(...args: string[]): Outcome;
  dispose(): void;
}

/** A project in a temporary folder of its own. @param variables besides those that every run of it has */
export function makeProject(
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): Project {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), "moat-cli-")));
  const folder = path.join(home, "project");
  mkdirSync(folder);
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...variables,
  };
  const start = (program: string, args: readonly string[], cwd = folder): Outcome => {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd,
      env,
      encoding: "utf8",
      timeout: 50_000,
    });
    return { code: status, stdout, stderr };
  };
  const project: Project = {
    folder,
    write(changed) {
      for (const [name, text] of Object.entries(changed)) {
        const file = path.join(folder, name);
        mkdirSync(path.dirname(file), { recursive: true });
        if (text === null) rmSync(file, { recursive: true, force: true });
        else writeFileSync(file, text);
      }
    },
    moat: (...args) => start(process.execPath, [MOAT, ...args]),
    moatIn: (below, ...args) => start(process.execPath, [MOAT, ...args], path.join(folder, below)),
    git: (...args) =>
      start("git", [
        "-c",
        "user.name=test",
        "-c",
        "user.email=test@example.com",
        "-c",
        "init.defaultBranch=main",
        ...args,
      ]),
    dispose: () => rmSync(home, { recursive: true, force: true }),
  };
  project.write(files);
  return project;
}

/** An application with one dependency, which reads a file of its own when asked. */
export const SMALL_PROJECT: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies: { dep: "1.0.0" } }),
  "index.js": `require("node:fs").writeFileSync(__dirname + "/ran", ""); console.log("ran", require("dep")(), JSON.stringify(process.argv.slice(2)));`,
  "node_modules/dep/package.json": JSON.stringify({
    name: "dep",
    version: "1.0.0",
    main: "index.js",
    bin: { "dep-cli": "cli.js" },
  }),
  "node_modules/dep/index.js": `module.exports = () => 42;`,
  "node_modules/dep/cli.js": `#!/usr/bin/env node\nmodule.exports = 1;`,
};

/** The next version of the dependency wants to run a program. */
export const HOSTILE_DEPENDENCY = `const { execFileSync } = require("node:child_process");\nmodule.exports = () => execFileSync("git", ["--version"]).length;\n`;
