import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KNOWN_MODULE_DIFFERENCES, MODULE_SNIPPETS } from "./module-snippets.ts";
import { makeProject, type Project } from "./run-both.ts";

const MAIN = `
import { inspect } from "node:util";
import { loads } from "esm";
const results = {};
for (const [name, load] of Object.entries(loads)) {
  try {
    results[name] = inspect((await load()).result, { depth: 5 });
  } catch (error) {
    results[name] = "throws " + error.name + ": " + error.message.replaceAll(/file:\\S+\\//g, "").replaceAll(/ imported from .*/g, "");
  }
}
console.log(JSON.stringify(results));
`;

const names = Object.keys(MODULE_SNIPPETS);
let project: Project;
let underNode: Record<string, string>;
let underMoat: Record<string, string>;

beforeAll(async () => {
  const files: Record<string, string> = {
    "index.mjs": MAIN,
    "node_modules/esm/package.json": '{"name":"esm","version":"1.0.0","exports":"./index.mjs"}',
  };
  const loads: string[] = [];
  for (const [index, name] of names.entries()) {
    for (const [file, text] of Object.entries(MODULE_SNIPPETS[name]!))
      files[`node_modules/esm/g${index}/${file}`] = text;
    loads.push(`${JSON.stringify(name)}: () => import("./g${index}/main.mjs")`);
  }
  files["node_modules/esm/index.mjs"] = `export const loads = {${loads.join(",\n")}};`;
  project = await makeProject(files);
  const node = await project.node("index.mjs");
  const moat = await project.moat("index.mjs");
  underNode = JSON.parse(node.stdout) as Record<string, string>;
  expect(moat.stdout, moat.stderr).not.toBe("");
  underMoat = JSON.parse(moat.stdout) as Record<string, string>;
});
afterAll(() => project.remove());

describe("ES modules of a package mean what they mean to Node", () => {
  for (const name of names) {
    const known = KNOWN_MODULE_DIFFERENCES[name];
    if (known === undefined) {
      test(name, () => expect(underMoat[name]).toBe(underNode[name]));
    } else {
      test.fails(`${name} (known: ${known})`, () => expect(underMoat[name]).toBe(underNode[name]));
    }
  }
});
