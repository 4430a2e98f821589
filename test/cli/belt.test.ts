import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, SMALL_PROJECT, type Project } from "./project-fixture.ts";

/** Node can replace itself, and so take on flags, from 22.15 on. */
const CAN_RESTART = "execve" in process;
const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));

let project: Project;
const confine = (): void => {
  project.write({
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "confined",
      entries: ["./index.js", "./waits.js", "./children.js"],
      packages: {},
    }),
  });
  project.moat("policy", "--write");
  project.moat("policy", "--accept");
};

beforeAll(() => {
  project = makeProject({
    ...SMALL_PROJECT,
    "index.js": `
      const { permission } = process;
      const flags = permission && ["worker", "addon"].map((scope) => permission.has(scope));
      console.log(JSON.stringify([require("dep")(), flags, permission && permission.has("fs.read", "/etc/passwd"), process.execArgv, process.argv.slice(2)]));
      process.exitCode = 3;`,
    "waits.js": `process.stdout.write("ready\\n"); setInterval(() => {}, 1000);`,
    "children.js": `
      const { stdout } = require("child_process").spawnSync("node", ["-p", "typeof process.permission + process.execArgv.length"], { encoding: "utf8" });
      console.log(stdout.trim());`,
    "node_modules/dep/index.js": `
      const fs = require("fs");
      module.exports = () => {
        fs.mkdirSync("./out", { recursive: true });
        fs.writeFileSync("./out/a.txt", "written");
        fs.renameSync("./out/a.txt", "./out/b.txt");
        return [fs.readFileSync("./out/b.txt", "utf8"), fs.existsSync("./nothing/there"), fs.existsSync("../../nothing")];
      };`,
  });
  confine();
});
afterAll(() => project.dispose());

describe.runIf(CAN_RESTART)("the belt", () => {
  const calm = ["written", false, false];

  test("holds what nobody is granted, and the program is as it was", () => {
    const { code, stdout, stderr } = project.moat("run", "--belt", "index.js", "a", "b");
    expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
    expect(JSON.parse(stdout)).toEqual([calm, [false, false], false, [], ["a", "b"]]);
  });

  test("is off unless asked for", () => {
    expect(JSON.parse(project.moat("run", "index.js").stdout)[1]).toBeNull();
  });

  test("children wear it too", () => {
    expect(project.moat("run", "children.js")).toMatchObject({ stdout: "undefined0\n" });
    expect(project.moat("run", "--belt", "children.js")).toEqual({ code: 0, stdout: "object0\n", stderr: "" });
  });

  test("signals reach the program", async () => {
    const child = spawn(process.execPath, [MOAT, "run", "--belt", "waits.js"], { cwd: project.folder, stdio: "pipe" });
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([null, "SIGTERM"]);
  });
});

describe("a belt that can't be had is an error", () => {
  test.runIf(!CAN_RESTART)("where node can't replace itself", () => {
    const { code, stdout, stderr } = project.moat("run", "--belt", "index.js");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("can't be started anew");
  });

  test("where the application is trusted", () => {
    project.write({
      "moat.policy.json": JSON.stringify({ version: 1, root: "trusted", entries: ["./index.js"], packages: {} }),
    });
    const { code, stdout, stderr } = project.moat("run", "--belt", "index.js");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("would hold nothing");
  });
});
