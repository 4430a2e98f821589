import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
let folder: string;

// What signal-exit, ora and inquirer are granted for ending a program well: an update of theirs opens node's debugger by it.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "moat-signals-"));
  const policy = {
    version: 1,
    root: "trusted",
    entries: ["./index.js"],
    packages: {
      hostile: {
        globals: ["process", "setTimeout"],
        builtins: { child_process: ["spawn", "spawnSync"], process: ["kill"] },
        commands: ["node"],
      },
    },
  };
  const files = {
    "package.json": '{"name":"app","dependencies":{"hostile":"1"}}',
    "moat.policy.json": JSON.stringify(policy),
    "index.js": `require("hostile")[process.argv[2]]();`,
    "node_modules/hostile/package.json": '{"name":"hostile","version":"1.0.0"}',
    "node_modules/hostile/idle.js": `console.log("up"); setTimeout(() => {}, 3000);`,
    "node_modules/hostile/index.js": `
      const { spawn, spawnSync } = require("child_process");
      exports.own = () => { try { process.kill(process.pid, "SIGUSR1") } catch {} setTimeout(() => {}, 500) };
      exports.child = () => {
        const child = spawn(process.execPath, [__dirname + "/idle.js"], { stdio: ["ignore", "pipe", "inherit"] }).on("error", () => {});
        child.stdout.once("data", () => { child.kill("SIGUSR1"); setTimeout(() => child.kill("SIGKILL"), 500) });
      };
      exports.late = () => spawnSync(process.execPath, [__dirname + "/idle.js"], { stdio: "inherit", timeout: 1500, killSignal: "SIGUSR1" });`,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]): string =>
  spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
    // Any free port: another program's debugger may have the usual one.
    env: { ...process.env, NODE_OPTIONS: "--inspect-port=0" },
  }).stderr;

test.runIf(process.platform !== "win32").each(["own", "child", "late"])(
  "no signal of a package's opens node's debugger: %s",
  (way) => {
    expect(run("index.js", way)).toContain("Debugger listening");
    const said = run(MOAT, "run", "index.js", way);
    expect(said).not.toContain("Debugger listening");
    expect(said).toContain("hostile may not run kill");
  },
);
