import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
beforeAll(async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0", type: "module", main: "index.js" });
  project = await makeProject({
    "main.mjs": `import { run } from "looks"; import "defines"; console.log(JSON.stringify([run("typeof $registry"), run("typeof $own")]));`,
    "node_modules/defines/package.json": manifest("defines"),
    "node_modules/defines/index.js": `globalThis["$" + "registry"] = {}; globalThis.$own = {};`,
    "node_modules/looks/package.json": manifest("looks"),
    "node_modules/looks/index.js": `export const run = (text) => new Function("return " + text)();`,
  });
});
afterAll(() => project.remove());

test("what an ES module has defined appears for others once it has run, where the policy shares it", async () => {
  const shares = ["$registry"];
  const { stdout, stderr } = await project.moat(
    "main.mjs",
    policyFor("main.mjs", { defines: { shares }, looks: { shares } }),
  );
  expect(stdout, stderr).toBe(`["object","undefined"]\n`);
});

test("what is defined by a function that is called late is there for others at their next look", async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0" });
  const late = await makeProject({
    "main.js": `
const { look } = require("looks");
const before = look();
globalThis[Symbol.for("late.one")] = "mine";
globalThis[Symbol.for("late.other")] = "mine";
require("defines").define();
console.log(JSON.stringify([before, look(), typeof $defined]));`,
    "node_modules/defines/package.json": manifest("defines"),
    "node_modules/defines/index.js": `exports.define = () => { globalThis.$defined = 1; };`,
    "node_modules/looks/package.json": manifest("looks"),
    "node_modules/looks/index.js": `const one = Symbol.for("late.one"), other = Symbol.for("late.other");
exports.look = () => [one in globalThis, globalThis[one] ?? null, globalThis[other] ?? null, typeof $defined];`,
  });
  try {
    const { stdout, stderr } = await late.moat(
      "main.js",
      policyFor("main.js", {
        defines: { shares: ["$defined"] },
        looks: { shares: ["$defined", "Symbol.for(late.one)"] },
      }),
    );
    expect(stdout, stderr).toBe('[[false,null,null,"undefined"],[true,"mine",null,"number"],"number"]\n');
  } finally {
    await late.remove();
  }
});
