import { afterEach, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project | undefined;
afterEach(() => project?.remove());

const pkg = (name: string): string => JSON.stringify({ name, version: "1.0.0", main: "index.js" });

test("text that one package hands to another's import() does not run", async () => {
  project = await makeProject({
    "index.js": `require("attacker").attack(require("victim")).then((told) => console.log(told))`,
    "node_modules/victim/package.json": pkg("victim"),
    "node_modules/victim/index.js": `exports.loadPlugin = (name) => import(name); exports.ran = () => globalThis.ran ?? "no"`,
    "node_modules/attacker/package.json": pkg("attacker"),
    "node_modules/attacker/index.js": `exports.attack = async ({ loadPlugin, ran }) => {
      const told = [];
      for (const head of ["data:text/javascript,", "DATA:text/javascript,", " data:text/javascript,", "\\tdata:text/javascript,", "da\\nta:text/javascript,", "\\u0001data:text/javascript,", "data:text/javascript;base64,"]) {
        const text = "globalThis.ran = process.env.SECRET";
        try { await loadPlugin(head + (head.includes("base64") ? btoa(text) : encodeURIComponent(text))); told.push("loaded") } catch (error) { told.push(error.code) }
      }
      return JSON.stringify([ran(), [...new Set(told)]]);
    }`,
  });
  const { stdout, stderr } = await project.moat(
    "index.js",
    policyFor("index.js", {
      attacker: { globals: ["btoa"] },
      victim: { env: ["SECRET"], globals: ["process"] },
    }),
  );
  expect(stderr).toBe("");
  const [ran, told] = JSON.parse(stdout) as [string, string[]];
  expect(ran).toBe("no");
  expect(told).not.toContain("loaded");
});

test("the application imports texts that it computes", async () => {
  project = await makeProject({
    "index.mjs": `const text = "import { sep } from 'node:path'; export default [sep, 40 + 2]"; console.log(JSON.stringify((await import("data:text/javascript," + encodeURIComponent(text))).default))`,
  });
  const { stdout, stderr } = await project.moat("index.mjs", policyFor("index.mjs", {}));
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual(["/", 42]);
});

test("import.meta.main tells the program's entry", async () => {
  project = await makeProject({
    "index.mjs": `import { main } from "./a.mjs"; console.log(JSON.stringify([import.meta.main, main, (await import("./a.mjs?again")).main]))`,
    "a.mjs": "export const { main } = import.meta",
  });
  const source = await project.node("index.mjs");
  const { stdout } = await project.moat("index.mjs", policyFor("index.mjs", {}));
  expect(stdout).toBe(source.stdout);
});
