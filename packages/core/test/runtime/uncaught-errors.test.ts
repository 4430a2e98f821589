import { afterEach, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project | undefined;
afterEach(() => project?.remove());

/** What was printed, without frames: those of Node's loader differ. */
const printed = (stderr: string): string => stderr.replace(/\n {4}at .*/g, "");

const PROGRAMS = {
  "a line that moat rewrites": `this.y = 1\nfunction f() { this.x = 1;   throw new Error("boom") }\nf.call({})`,
  "an assignment that moat handles": `setTimeout(() => { exports.none.z = 1 }, 1)`,
  "tabs, and an error that is made in an argument": `\tfunction f() {\n\t\tthrow Object.assign(new Error("x"), { code: "E" })\n\t}\nsetImmediate(f)`,
  "a rejection": `Promise.reject(new TypeError("r"))`,
  "a primitive": `throw "text"`,
  "exit listeners see the stack as it was": `var e; process.on("exit", (code) => console.error(code, e.stack.split("\\n")[0])); throw e = new Error("e")`,
  "a listener of exit": `process.on("exit", () => { throw new Error("late") })`,
  "a listener that handles it": `process.on("uncaughtException", (e) => console.error(e.stack.split("\\n")[0])); setTimeout(() => { throw new Error("h") })`,
};

test("an uncaught error is printed with its line, as node does", async () => {
  const files = Object.fromEntries(Object.values(PROGRAMS).map((text, index) => [`${index}.js`, text]));
  project = await makeProject(files);
  for (const [index, name] of Object.keys(PROGRAMS).entries()) {
    const entry = `${index}.js`;
    const [node, moat] = await Promise.all([project.node(entry), project.moat(entry, policyFor(entry, {}))]);
    expect([name, moat.code, printed(moat.stderr)]).toEqual([name, node.code, printed(node.stderr)]);
  }
});

test("an error of Node's is shown at the program's line, with its code", async () => {
  project = await makeProject({ "main.mjs": `import p from "node:path"\n\np.join(1)` });
  const { stderr } = await project.moat("main.mjs");
  expect(stderr).toMatch(/^file:.*main\.mjs:3\np\.join\(1\)\n {2}\^\n\nTypeError \[ERR_INVALID_ARG_TYPE\]: /);
});

test("a minified line is shown in part", async () => {
  project = await makeProject({
    "main.js": `${"var b=2;".repeat(5_000)}function f(){null.x}f();${"var c=3;".repeat(5_000)}`,
  });
  const { stderr } = await project.moat("main.js");
  expect([stderr.includes("moat$"), stderr.split("\n")[0]]).toEqual([false, `${project.folder}/main.js:1`]);
  expect(stderr.length).toBeLessThan(2_000);
  const [, line, mark] = stderr.split("\n");
  expect(line!.slice(mark!.indexOf("^")).startsWith("x}f();")).toBe(true);
});

test("a syntax error's column is the file's", async () => {
  project = await makeProject({ "main.js": "module.exports = 1 +* 2" });
  const { stderr } = await project.moat("main.js", {
    version: 1,
    root: "trusted",
    entries: ["./main.js"],
    packages: {},
  });
  expect(stderr).toContain("main.js:1:21: Unexpected token '*'");
});

test.each([
  ["a name that is not exported", `import { b } from "./e.mjs"`],
  ["among others", `import x, {\n  a,\n  b as c\n} from './e.mjs'`],
  ["no default", `import x from "./named.mjs"`],
  ["one of a builtin", `import { readFileSync, nope } from "node:fs"`],
  ["a re-export", `export { q } from "./e.mjs"`],
])("what can't be linked is shown with its place: %s", async (_name, text) => {
  project = await makeProject({
    "main.mjs": `\n${text}`,
    "e.mjs": "export const a = 1; export default 2",
    "named.mjs": "export const a = 1",
  });
  const [node, moat] = await Promise.all([project.node("main.mjs"), project.moat("main.mjs")]);
  expect(moat.code).toBe(node.code);
  const plain = (stderr: string): string => printed(stderr).replace(/\^+/g, "^");
  expect(plain(moat.stderr)).toBe(plain(node.stderr));
});
