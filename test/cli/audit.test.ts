import { afterEach, expect, test } from "vitest";
import { makeProject, type Project } from "./project-fixture.ts";

let project: Project | undefined;
afterEach(() => project?.dispose());

const FILES = {
  "package.json": JSON.stringify({ name: "app", dependencies: { defines: "1.0.0", reads: "1.0.0", unused: "1.0.0" } }),
  "index.js": `require("defines"); console.log(require("reads")(), process.env.NODE_ENV);`,
  "node_modules/defines/package.json": '{"name":"defines","version":"1.0.0"}',
  "node_modules/defines/index.js": `globalThis.__shared = 42; process.env.NODE_ENV = "production";`,
  "node_modules/reads/package.json": '{"name":"reads","version":"1.0.0"}',
  "node_modules/reads/index.js": "module.exports = () => globalThis.__shared;",
  "node_modules/unused/package.json": '{"name":"unused","version":"1.0.0"}',
  "node_modules/unused/index.js": "globalThis.__shared = 43;",
};
const shares = ["__shared", "process.env.NODE_ENV"];

function makeWaiting(overrides?: object): Project {
  const packages = {
    defines: { globals: ["process"], pending: { shares } },
    reads: { pending: { shares: ["__shared"] } },
    unused: { pending: { shares: ["__shared"] } },
  };
  return makeProject({
    ...FILES,
    "moat.policy.json": JSON.stringify({ version: 1, root: "trusted", entries: ["./index.js"], packages }),
    ...(overrides && { "moat.overrides.json": JSON.stringify({ packages: overrides }) }),
  });
}

test("what waits among the shares is let through by --audit, and told of packages that take part", () => {
  project = makeWaiting();
  expect(project.moat("run", "index.js").stdout).toBe("undefined undefined\n");
  const { stdout, stderr } = project.moat("run", "--audit", "index.js");
  expect(stdout, stderr).toBe("42 production\n");
  expect(stderr).toMatch(/3 uses by 2 packages would have been denied/u);
  for (const name of ["defines", "reads"]) expect(stderr).toContain(`moat policy --accept ${name}\n`);
  expect(stderr).toContain("define for other packages the global __shared");
});

test("what a person has written is not overruled by what waits", () => {
  project = makeWaiting({ defines: { shares: [] } });
  expect(project.moat("run", "--audit", "index.js").stdout).toBe("undefined undefined\n");
});
