import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KNOWN_DIFFERENCES, SLOPPY_SNIPPETS } from "./language-snippets.ts";
import { makeProject, type Project } from "./run-both.ts";

const MAIN = `
const { inspect } = require("util");
const results = {};
for (const [name, load] of Object.entries(require("lang"))) {
  try {
    results[name] = inspect(load(), { depth: 5 });
  } catch (error) {
    results[name] = "throws " + error.name + ": " + error.message;
  }
}
console.log(JSON.stringify(results));
`;

const names = Object.keys(SLOPPY_SNIPPETS);
let project: Project;
let underNode: Record<string, string>;
let underMoat: Record<string, string>;

beforeAll(async () => {
  const files: Record<string, string> = {
    "index.js": MAIN,
    "node_modules/lang/package.json": '{"name":"lang","version":"1.0.0"}',
  };
  const loads: string[] = [];
  for (const [index, name] of names.entries()) {
    files[`node_modules/lang/s${index}.js`] = `${SLOPPY_SNIPPETS[name]!}\n`;
    loads.push(`${JSON.stringify(name)}: () => require("./s${index}.js")`);
  }
  files["node_modules/lang/index.js"] = `module.exports = {${loads.join(",\n")}};`;
  project = await makeProject(files);
  const node = await project.node("index.js");
  const moat = await project.moat("index.js");
  expect(moat.stderr + node.stderr).toBe("");
  underNode = JSON.parse(node.stdout) as Record<string, string>;
  underMoat = JSON.parse(moat.stdout) as Record<string, string>;
});
afterAll(() => project.remove());

describe("sloppy CommonJS code of a package means what it means to Node", () => {
  for (const name of names) {
    const known = KNOWN_DIFFERENCES[name];
    if (known === undefined) {
      test(name, () => expect(underMoat[name]).toBe(underNode[name]));
    } else {
      test.fails(`${name} (known: ${known})`, () => expect(underMoat[name]).toBe(underNode[name]));
    }
  }
});
