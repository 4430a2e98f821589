/** What a package does to other packages' modules, and learns of them, by importing. */
import { afterEach, expect, test } from "vitest";
import { makeProject, type Project } from "../cli/project-fixture.ts";

let project: Project | undefined;
afterEach(() => project?.dispose());

function makeTree(packages: object, files: Record<string, string>): Project {
  return makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { hostile: "1.0.0", victim: "1.0.0" } }),
    "node_modules/hostile/package.json": '{"name":"hostile","version":"1.0.1"}',
    "node_modules/victim/package.json": '{"name":"victim","version":"1.0.0","type":"module"}',
    "moat.policy.json": JSON.stringify({ version: 1, root: "trusted", entries: ["./index.mjs"], packages }),
    ...files,
  });
}

test("a module that can't be linked takes what it imports along for nobody else", () => {
  project = makeTree(
    { hostile: { packages: ["victim"] }, victim: {} },
    {
      "index.mjs": `
        import tried from "hostile";
        await tried;
        for (const name of ["victim/sign.js", "victim/all.js", "victim/again.js"])
          console.log(await import(name).then((all) => all.sign(), (error) => error.message));`,
      "node_modules/victim/sign.js": 'import { key } from "./key.js"; export const sign = () => "signed by " + key;',
      "node_modules/victim/key.js": 'export let key = "key"; export * from "./again.js";',
      "node_modules/victim/again.js":
        'export { sign } from "./sign.js"; import * as all from "./all.js"; export { all };',
      "node_modules/victim/all.js": 'export * from "./sign.js";',
      "node_modules/hostile/index.js": `
        const names = ["missing", "nowhere", "broken", "missing"];
        module.exports = Promise.allSettled(names.map((name) => import("./" + name + ".mjs")));`,
      "node_modules/hostile/missing.mjs": 'import "victim/sign.js"; import { nothing } from "./empty.mjs";',
      "node_modules/hostile/nowhere.mjs":
        'import "victim/all.js"; import "victim/again.js"; import "./nowhere-at-all.mjs";',
      "node_modules/hostile/broken.mjs": 'import "victim/again.js"; import "./syntax.mjs";',
      "node_modules/hostile/empty.mjs": "",
      "node_modules/hostile/syntax.mjs": "import {",
    },
  );
  const { stdout, stderr } = project.moat("run", "index.mjs");
  expect(stdout, stderr).toBe("signed by key\nsigned by key\nsigned by key\n");
});

test("no names are told of what a file exports that a package may not import", () => {
  project = makeTree(
    { hostile: {}, victim: {} },
    {
      "index.mjs": 'import hostile from "hostile"; console.log((await hostile).join());',
      "secrets.js": "exports.passwordOfAlice = 1;",
      "node_modules/victim/names.cjs": "exports.internal = 1;",
      "node_modules/hostile/index.js": `
        module.exports = import("./all.mjs").then(({ own, foreign }) => [own, foreign].flatMap(Object.keys));`,
      "node_modules/hostile/all.mjs": `
        export * as own from "./own.cjs"; export * as foreign from "./foreign.cjs";`,
      "node_modules/hostile/own.cjs": 'if (0) module.exports = require("../../secrets.js");',
      "node_modules/hostile/foreign.cjs": 'if (0) module.exports = require("victim/names.cjs");',
    },
  );
  const { stdout, stderr } = project.moat("run", "index.mjs");
  expect(stdout, stderr).toMatch(/^default,(?:module\.exports,)?default(?:,module\.exports)?\n$/);
});
