/**
 * Programs of TypeScript, and what each must do on a Node that runs them, for the test suite and for
 * `npm run test:nodes`: `stderr` is a part of it; where there is none, moat says nothing.
 */

const app = (type) =>
  JSON.stringify({ name: "app", version: "1.0.0", ...(type && { type }), dependencies: { dep: "1.0.0" } });
const dep = {
  "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
  "node_modules/dep/index.js": `exports.add = (a, b) => a + b; exports.peek = () => require("fs").readFileSync(__dirname + "/../../secret.txt", "utf8");`,
  "node_modules/dep/types.ts": `exports.one = 1 as number;`,
  "secret.txt": "secret",
  "moat.overrides.json": JSON.stringify({ packages: { dep: { fs: { read: [] }, reason: "a test" } } }),
};

export const TYPESCRIPT_PROGRAMS = [
  {
    entry: "index.ts",
    files: {
      ...dep,
      "package.json": app("module"),
      "types.ts": `export interface Pair { readonly a: number }\nexport type Text = string;`,
      "twice.mts": `import { add } from "dep"; export const twice = (n: number): number => add(n, n);`,
      "old.cts": `import type { Text } from "./types.ts"; exports.text = "old" as Text;`,
      "index.ts": `import type { Pair } from "./types.ts";
import { type Text } from "./types.ts";
import { twice } from "./twice.mts";
import old from "./old.cts";
import { createRequire } from "node:module";
const pair: Pair = { a: twice(2) };
function shown(this: unknown, text: Text): string { return text; }
console.log(pair.a, old.text, (createRequire(import.meta.url)("./old.cts") as { text: Text }).text, shown.toString().length);
try { (null as unknown as Pair).a; } catch (error: unknown) { console.log((error as Error).stack!.split("\\n")[1]!.replace(/.*\\//, "")); }`,
    },
    code: 0,
    stdout: "4 old old 66\nindex.ts:9:33\n",
  },
  {
    entry: "index.cts",
    files: {
      ...dep,
      "package.json": app(),
      "lib.ts": `module.exports = { add: require("dep").add as (a: number, b: number) => number };`,
      "index.cts": `const { add } = require("./lib.ts") as { add: (a: number, b: number) => number }; console.log(add(1, 2));
try { require("./lib"); } catch (error) { console.log((error as { code: string }).code); }`,
    },
    code: 0,
    stdout: "3\nMODULE_NOT_FOUND\n",
  },
  {
    entry: "detected.ts",
    files: {
      ...dep,
      "package.json": app(),
      "detected.ts": `import { add } from "dep"; const sum: number = add(2, 3); console.log(sum, typeof require);`,
    },
    code: 0,
    stdout: "5 undefined\n",
  },
  {
    entry: "peek.ts",
    files: {
      ...dep,
      "package.json": app("module"),
      "peek.ts": `import dep from "dep"; try { console.log(dep.peek() as string); } catch (error) { console.log((error as { code: string }).code); }`,
    },
    code: 0,
    stdout: "ENOENT\n",
    stderr: "dep may not read ",
  },
  {
    entry: "worker.ts",
    files: {
      ...dep,
      "package.json": app("module"),
      "worker.ts": `import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { add } from "dep";
if (isMainThread) new Worker(new URL(import.meta.url)).on("message", (sum: number) => console.log(sum));
else parentPort!.postMessage(add(3, 4) satisfies number);`,
    },
    code: 0,
    stdout: "7\n",
  },
  {
    entry: "below.ts",
    files: {
      ...dep,
      "package.json": app(),
      "below.ts": `try { require("dep/types.ts"); } catch (error) { console.log((error as { code: string }).code); }`,
    },
    code: 0,
    stdout: "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING\n",
  },
  {
    entry: "certain.ts",
    files: { ...dep, "package.json": app("module"), "certain.ts": `console.log(1 as number); import "dep/types.ts";` },
    code: 2,
    stdout: "",
    stderr: `types.ts"\n  next: reinstall the package or report it to its authors: dep`,
  },
  {
    entry: "hooked.cjs",
    files: {
      "package.json": app(),
      "bad.ts": "enum A {}",
      "hooked.cjs": `process.on("warning", ({ message }) => console.log(message));
Error.prepareStackTrace = () => { process.emitWarning("seen"); return ""; };
try { require("./bad" + ".ts"); } catch ({ code }) { console.log(code); }`,
    },
    code: 0,
    stdout: "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX\nseen\n",
  },
  {
    entry: "enum.ts",
    files: {
      ...dep,
      "package.json": app(),
      "enum.ts": `const x: number = 1;\nenum Colour { red }\nconsole.log(Colour.red);`,
    },
    code: 2,
    stdout: "",
    stderr: "enum.ts:2:1: TypeScript enum is not supported",
  },
];
