import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { analyzeFile } from "../src/analyze-file.ts";
import { openFactsCache } from "../src/facts-cache.ts";

const uses = (source: string, format: "commonjs" | "module" = "commonjs"): string[] =>
  analyzeFile(source, { format, path: "x.js" }).uses.map(({ capability, target }) => `${capability} ${target}`.trim());

describe("analyzeFile", () => {
  test.each([
    ["a computed specifier keeps its ends", "require(`./locale/${x}.js`)", ["computed ./locale/*.js"]],
    [
      "a parameter of a local function",
      "function load(m) { return require(m); } load('net').connect(1, 'h');",
      ["builtin net", "builtin net.connect", "connect h:1"],
    ],
    [
      "a property that the file gives builtins' names",
      "const fill = (o) => ({ type: o.type || 'http', kind: 'fs' }); const start = ({ server }) => { const { type } = server; require(type).createServer(); return server.type === 'https' }",
      ["builtin http", "builtin http.createServer", "builtin https", "builtin https.createServer", "computed *"],
    ],
    [
      "what is added to the language",
      `String.prototype.red = f; Map.prototype['x'] = f; const p = Array.prototype; p.last ??= f; Promise.delay = f;
       Object.defineProperty(Object.prototype, 'should', { get: f }); Object.assign(Date.prototype, { a() {}, b: 1 });
       Set.prototype.__defineGetter__('first', f); define(RegExp.prototype, 'also', f);
       String.prototype.green.call(x); p.slice; f(Array.prototype, 'map');`,
      [
        "adds String.prototype.red",
        "adds Map.prototype.x",
        "adds Array.prototype.last",
        "adds Promise.delay",
        "adds Object.prototype.should",
        "adds Date.prototype.a",
        "adds Date.prototype.b",
        "adds Set.prototype.first",
        "adds RegExp.prototype.also",
      ],
    ],
    [
      "what is added by names that can't be seen",
      "function add(name, f) { String.prototype.__defineGetter__(name, f); } function extend(p, n) { p = p || Object.prototype; Object.defineProperty(p, n, {}); }",
      ["adds String.prototype.*", "adds Object.prototype.*"],
    ],
    [
      "what is added by names that the file calls a function of its own with, or lists",
      `function polyfill(name, f) { if (Date.prototype[name] === undefined) Date.prototype[name] = f; }
       polyfill("clone", f); polyfill("add", f);
       const define = (name, get) => Object.defineProperty(String.prototype, name, { get }); define("red", f);
       for (const name of ["one", "two"]) Map.prototype[name] = f;
       ["last"].forEach((name) => { Array.prototype.__defineGetter__(name, f); });`,
      [
        "adds Date.prototype.clone",
        "adds Date.prototype.add",
        "adds String.prototype.red",
        "adds Map.prototype.one",
        "adds Map.prototype.two",
        "adds Array.prototype.last",
      ],
    ],
    [
      "what is added by names of which one can't be seen",
      `const add = (name, f) => String.prototype.__defineGetter__(name, f);
       add("strip", f); Object.keys(colors.styles).forEach((style) => add(style, f));`,
      ["adds String.prototype.strip", "adds String.prototype.*"],
    ],
    [
      "a variable of the environment that is one of two",
      "const home = isWindows ? 'USERPROFILE' : 'HOME'; process.env[home]; process.env[(a) ? 'A' : b ? 'B' : 'C'];",
      ["env USERPROFILE", "env HOME", "env A", "env B", "env C"],
    ],
    ["what is added to an object of that name", "function f(String) { String.prototype.red = 1; }", []],
    ["a property that has other names", "const o = { type: 'spdy' }; require(o.type)", ["computed *"]],
    [
      "an argument of a local function",
      "(function (f) { f.rmSync(x); })(require('fs'))",
      ["builtin fs", "builtin fs.rmSync", "fs write"],
    ],
    [
      "a result of a local function",
      "const get = () => require('os'); get().cpus();",
      ["builtin os", "builtin os.cpus"],
    ],
    [
      "promises of fs",
      "require('fs').promises.readFile(p)",
      ["builtin fs", "builtin fs.promises", "builtin fs/promises", "builtin fs/promises.readFile", "fs read"],
    ],
    [
      "the module as its member's this",
      "const u = require('util'); u.format.apply(u, x);",
      ["builtin util", "builtin util.format"],
    ],
    [
      "keys of the environment in a list",
      "for (const key of ['A_B', 'C_D']) f(process.env[key])",
      ["env A_B", "env C_D"],
    ],
    [
      "keys in a list that depends on the system",
      "const KEYS = win ? ['A_B'] : Object.freeze(['C_D']); KEYS.map((key) => process.env[key])",
      ["env A_B", "env C_D"],
    ],
    ["a key by its place in a list", "const KEYS = ['A_B']; process.env[KEYS[i]]", ["env A_B"]],
    ["typeof is a use", "typeof fetch === 'function'", ["global fetch"]],
    ["browser globals are none of Node's", "typeof window !== 'undefined' && window.fetch", ["reads window"]],
    ["process.binding", "process.binding('fs')", ["global process", "unanalyzed process.binding"]],
    ["computed eval", "eval(x)", ["unanalyzed eval"]],
    [
      "a worker beside the file",
      "new (require('worker_threads').Worker)(require('path').join(__dirname, 'w.js'))",
      ["file ./w.js", "worker"],
    ],
    [
      "a worker's program in a text",
      "const p = 'const { parentPort } = require(\\'worker_threads\\'); parentPort.on(\\'message\\', process.exit)'; new W(f + p, { eval: true })",
      ["builtin worker_threads.parentPort", "builtin process.exit"],
    ],
    [
      "a worker's program in a template",
      "new W(`require('worker_threads').parentPort.postMessage(1)`, { eval: !0 })",
      ["builtin worker_threads.parentPort"],
    ],
    ["a raw text", "const { TextDecoder } = require(String.raw`util`);", ["builtin util.TextDecoder"]],
    ["a script that is kept", "exports.file = require('path').resolve(__dirname, '..', 'w.js')", ["script ./../w.js"]],
  ])("%s", (_why, source, expected) => {
    expect(uses(source)).toEqual(expect.arrayContaining(expected));
  });

  test("texts are programs of workers only where workers of texts are started, and see no names of the file", () => {
    expect(uses("const s = (`require('worker_threads').parentPort.postMessage(1)`)")).toEqual([]);
    expect(
      uses("const g = require('fs'); new W('g.rmSync(1); require(\"worker_threads\")', { eval: true })"),
    ).not.toContain("fs write");
    expect(uses("let W; new W('no program, but worker_threads', { eval: true })")).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    [
      "a worker by the file's address",
      "import { Worker } from 'worker_threads'; new Worker(fileURLToPath(import.meta.url + '/../w.js'))",
      ["file ./_/../w.js"],
    ],
    [
      "a worker in the file's folder",
      "import { Worker } from 'worker_threads'; const here = dirname(fileURLToPath(import.meta.url)); new Worker(join(here, 'w.js'))",
      ["file ./w.js"],
    ],
    ["an exported function's result", "export function get() { return fetch; }", ["global fetch", "connect *"]],
    ["an exported arrow's result", "export const get = () => fetch;", ["connect *"]],
    ["an exported variable", "export const f = globalThis.fetch;", ["connect *"]],
    ["a variable that is exported before it is set", "export let f; f = fetch;", ["connect *"]],
    ["an exported part of a builtin", "import fs from 'fs'; export const { rmSync } = fs;", ["fs write"]],
    ["a default function with a name", "export default function get() { return fetch; }", ["connect *"]],
    [
      "a worker's program in a text",
      "import { Worker } from 'worker_threads'; new Worker('const { workerData } = require(\\'worker_threads\\');', { eval: true })",
      ["builtin worker_threads.workerData"],
    ],
    [
      "an import that an object keeps",
      "const s = {}; s.a = s.anImport = (path) => import(path); const fs = await s.anImport('node:fs'); fs.rmSync(x); const { load } = { load: (x) => import(x) };",
      ["fs write", "builtin fs.rmSync"],
    ],
    ["a script that is kept as a URL", "export const file = new URL('./w.js', import.meta.url)", ["script ./w.js"]],
  ])("%s", (_why, source, expected) => {
    expect(uses(source, "module")).toEqual(expect.arrayContaining(expected));
  });

  test.each([
    ["brackets that nest too deeply", `x = ${"[".repeat(200_000)}`],
    ["templates that do, at whose end V8 has no stack for a regular expression", "`${".repeat(50_000)],
    ["branches that do", "if (a); else ".repeat(100_000)],
    ["a label on itself, again and again", "a:".repeat(50_000)],
    ["nothing but backslashes", "\\".repeat(1_000_000)],
  ])("%s are reported, soon", (_why, source) => {
    expect(uses(source)).toEqual([expect.stringMatching(/^unanalyzed /)]);
  });

  test("one name of thousands of variables, as minified files have it, takes no time by the square", () => {
    const functions = Array.from(
      { length: 16_000 },
      (_, n) => `function h${n}(e){e.readFileSync("x")}h${n}(require("fs"));`,
    );
    expect(uses(functions.join(""))).toEqual(expect.arrayContaining(["builtin fs.readFileSync", "fs read"]));
  });

  test("texts that almost are what matters are looked at once", () => {
    expect(uses(`[".env${"-".repeat(58)}!"]`)).toEqual([]);
    expect(uses(`[".env-a._b.local"]`)).toEqual([expect.stringMatching(/\.env-a\._b\.local$/)]);
    expect(uses(`Function("this${" ".repeat(500_000)}x")`)).not.toContain("global globalThis");
  });

  test("a sum of two thousand terms is followed to its end", () => {
    expect(uses(`x = fetch + ${"a + ".repeat(2_000)} 1`)).toContain("global fetch");
  });

  test("a file without a type that is a module is one", () => {
    expect(
      analyzeFile("import fs from 'fs'; fs.rmSync('x')", { format: "commonjs", path: "x.js", ambiguous: true }).format,
    ).toBe("module");
  });
});

describe("the cache", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "moat-facts-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const info = { format: "commonjs", path: "x.js" } as const;
  const only = (): string => join(folder, readdirSync(folder)[0]!);
  const find = () => {
    const cache = openFactsCache({ folder });
    return cache.find(cache.keyOf("fetch(x)", info));
  };
  const keep = () => {
    const cache = openFactsCache({ folder });
    cache.add(cache.keyOf("fetch(x)", info), JSON.stringify(analyzeFile("fetch(x)", info)));
    cache.save();
  };

  test("the facts of an unchanged file are kept", () => {
    expect(find()).toBeUndefined();
    keep();
    expect(find()).toEqual(analyzeFile("fetch(x)", info));
  });

  test.each([
    ["torn", (text: string) => text.slice(0, -20)],
    ["of another shape", (text: string) => text.replace(/\{.*/, '{"format":"commonjs","uses":[null]}')],
    ["empty", () => ""],
  ])("an entry that is %s is ignored", (_why, spoil) => {
    keep();
    writeFileSync(only(), spoil(readFileSync(only(), "utf8")));
    appendFileSync(only(), "\nnonsense\n");
    expect(find()).toBeUndefined();
  });
});
