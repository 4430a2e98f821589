import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { makeProject, type Project } from "./project-fixture.ts";

let project: Project;
afterEach(() => project.dispose());

/** A project with a member that nothing is granted to, and that imports nothing which it alone would name. */
function withMember(main: string): void {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", workspaces: ["parts/*"], dependencies: { "@app/part": "*" } }),
    "parts/part/package.json": JSON.stringify({ name: "@app/part", version: "1.0.0", main: "index.js" }),
    "parts/part/index.js": main,
    "parts/unused/package.json": JSON.stringify({ name: "@app/unused", version: "1.0.0" }),
    "index.js": `console.log(require("@app/part"))`,
  });
  mkdirSync(path.join(project.folder, "node_modules/@app"), { recursive: true });
  symlinkSync("../../parts/part", path.join(project.folder, "node_modules/@app/part"));
}

test("a member of the project that the program imports is the project's own code", () => {
  withMember(`module.exports = require("fs").existsSync(__filename);`);
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("0 packages") as unknown,
  });
  expect(project.moat("run", "index.js")).toEqual({ code: 0, stdout: "true\n", stderr: "" });
  expect(project.moat("policy", "--check")).toMatchObject({ code: 0 });
});

test("from the root of a monorepo, what is offered works for the member's program", () => {
  withMember("");
  project.write({
    "parts/part/index.js": `require("dep")`,
    "parts/part/node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "parts/part/node_modules/dep/index.js": `try { require("fs").readFileSync(["", "etc", "passwd"].join("/")) } catch {}`,
    "parts/part/bin/tool.js": "",
    "parts/part/package.json": JSON.stringify({ name: "@app/part", bin: { tool: "bin/tool.js" } }),
  });
  const program = "parts/part/index.js";
  expect(project.moat("run", program).stderr).toContain(`next: moat policy --write ./${program}\n`);
  expect(project.moat("policy", "--write", program)).toMatchObject({ code: 0 });
  expect(project.moat("run", program).stderr).toMatch(
    /; to allow it: cd parts\/part && moat allow dep fs\.read \/etc\/passwd\n$/u,
  );
  for (const args of [["policy", "--check"], ["allow", "dep", "env", "AB"], ["explain", "dep"], ["policy"]])
    expect(project.moat(...args).stderr, args.join(" ")).toContain(
      "  next: change to the folder of the program: parts/part has one\n",
    );
  expect(project.moatIn("parts/part", "exec", "tool").stderr).toContain(
    "it is the project's own: moat run bin/tool.js",
  );
});

test("it is named in the policy, and is no package whose powers a review tells of", () => {
  withMember("module.exports = 1;");
  project.git("init", "-q");
  project.git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "empty");
  project.moat("policy", "--write", "index.js");
  expect(project.moat("policy", "--json").stdout).toContain('"./parts/part": {}');
  expect(project.moat("diff").stdout).not.toContain("parts");
  expect(project.moat("explain", "./parts/part").stdout).toContain("it has no bounds either");
});
