/** What a package does to other packages' modules, and learns of them, by importing. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

test("what a package may not import is to it as what is not there", () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "moat-elsewhere-"));
  const files: Record<string, string> = {
    "there.js": "module.exports = 1",
    "odd.extension": "",
    "folder/package.json": '{"main":"nowhere.js"}',
    "broken/package.json": '{"secret',
    "node_modules/there/package.json":
      '{"name":"there","exports":{"./only":"./only.js"},"imports":{"#there":"./x.js"}}',
    "node_modules/there/x.js": "",
    "node_modules/plain/index.js": "",
    "node_modules/empty/package.json": "{}",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(elsewhere, name)), { recursive: true });
    writeFileSync(join(elsewhere, name), text);
  }
  project = makeTree(
    { hostile: {}, victim: {} },
    {
      "index.mjs": 'import told from "hostile"; console.log((await told()).join("\\n"));',
      "package.json":
        '{"name":"app","dependencies":{"hostile":"1.0.0","victim":"1.0.0"},"imports":{"#there":"./there.js"}}',
      "there.js": "",
      "node_modules/victim/package.json": '{"name":"victim","exports":{"./only":"./only.js"}}',
      "node_modules/hostile/package.json":
        '{"name":"hostile","imports":{"#there/*":"victim/*","#gone/*":"absent/*","#there":"victim","#gone":"absent"}}',
      "node_modules/hostile/meta.mjs": "export const { resolve } = import.meta;",
      "node_modules/hostile/index.js": `
        const { createRequire } = module.constructor;
        const project = __dirname.replace(/.node_modules.*/, ""), elsewhere = ${JSON.stringify(elsewhere)};
        const pairs = [
          ["there.js", "gone.js"], ["odd.extension", "gone.extension"], ["folder", "gonefol"], ["broken", "gonefo"],
          ["folder/", "gonefo/"], ["node_modules/there", "node_modules/gone"], ["node_modules/empty", "node_modules/gone."],
        ].flatMap(([there, gone]) => [["/" + there, "/" + gone], ["/./" + there, "/./" + gone]])
          .map((pair) => pair.map((path) => elsewhere + path));
        const names = [["victim", "absent"], ["victim/x", "absent/x"], ["victim/only", "absent/only"], ["#there", "#gone"], ["#there/x", "#gone/x"], ["../../index.mjs", "../../absent.mj"], ["victim/package.json", "absent/package.json"]];
        const nearby = [["there", "gone_"], ["there/x", "gone_/x"], ["plain", "gone_"], ["plain/x.js", "gone_/x.js"], ["empty", "gone_"], ["#there", "#gone_"], ["app", "gon"]];
        const error = async (use) => {
          try { return await use() } catch ({ name, code, message, url, requireStack, path, requestPath }) {
            return JSON.stringify({ name, code, message, url, requireStack, path, requestPath });
          }
        };
        module.exports = async () => {
          const { resolve } = await import("./meta.mjs");
          const told = [];
          const compare = async (how, [there, gone], use) => {
            const [one, other] = [await error(() => use(there)), await error(() => use(gone))];
            const written = JSON.stringify(gone).slice(1, -1), asked = JSON.stringify(there).slice(1, -1);
            const name = (specifier) => specifier.startsWith("/") || specifier.startsWith(".") ? specifier : specifier.split("/")[0];
            const changed = typeof other === "string" ? other.replaceAll(gone, there).replaceAll(name(gone), name(there)).replaceAll(gone.replace(/^(\\.\\.\\/)+/, "/"), there.replace(/^(\\.\\.\\/)+/, "/")).replaceAll(gone.replace("/./", "/"), there.replace("/./", "/")) : other;
            if (one !== changed) told.push(how + " " + there + ": " + one + " | " + changed);
          };
          for (const pair of [...pairs, ...names]) {
            await compare("require", pair, require);
            await compare("resolve", pair, require.resolve);
            await compare("import", pair, (specifier) => import(specifier));
            await compare("meta", pair, resolve);
          }
          for (const pair of pairs) await compare("url", pair, (path) => import("file://" + path));
          for (const from of [elsewhere, project]) for (const pair of nearby) {
            await compare("createRequire", pair, (name) => createRequire(from + "/x.js").resolve(name));
            if (!pair[0].startsWith("#")) await compare("paths", pair, (name) => require.resolve(name, { paths: [from] }));
          }
          return told;
        };`,
    },
  );
  const { stdout, stderr } = project.moat("run", "index.mjs");
  rmSync(elsewhere, { recursive: true });
  expect(stdout, stderr).toBe("\n");
});

test("what a package names for the file that asks may be no absolute path", () => {
  project = makeTree(
    { hostile: {}, victim: {} },
    {
      "index.mjs": 'import tried from "hostile"; console.log(tried);',
      "node_modules/hostile/index.js": `
        const attempt = (load) => { try { load(); return "came" } catch { return "held" } };
        module.exports = ["", "x.js", "../../index.mjs", "node_modules/victim/key.js", "."].flatMap((file) => [
          () => new module.constructor("x").load(file),
          () => module.constructor.createRequire(file)("victim"),
          () => module.constructor._load("victim", { filename: file }),
        ]).map(attempt).filter((outcome) => outcome !== "held").length;`,
      "node_modules/victim/key.js": "",
    },
  );
  const { stdout, stderr } = project.moat("run", "index.mjs");
  expect(stdout, stderr).toBe("0\n");
});
