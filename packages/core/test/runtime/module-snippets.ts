/**
 * Small graphs of ES modules whose result must be what Node gives: `main.mjs`
 * exports it as `result` (awaited), or fails.
 */
export const MODULE_SNIPPETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "live bindings": {
    "main.mjs": `import { n, bump } from "./a.mjs"; const before = n; bump(); export const result = [before, n]`,
    "a.mjs": `export let n = 1; export function bump() { n++ }`,
  },
  "modules are evaluated in the order of the lines that name them, whether these import or export": {
    "main.mjs": `import { order } from "./order.mjs"; export * from "./a.mjs"; export { b }; export { c } from "./c.mjs"; import { b } from "./b.mjs"; import "./d.mjs"; export * as e from "./e.mjs"; export const result = order`,
    "order.mjs": `export const order = []`,
    ...Object.fromEntries(
      [..."abcde"].map((name) => [
        `${name}.mjs`,
        `import { order } from "./order.mjs"; order.push("${name}"); export const ${name} = 1`,
      ]),
    ),
  },
  "live bindings through a re-export and a star": {
    "main.mjs": `import { m, bump } from "./b.mjs"; import * as ns from "./c.mjs"; bump(); export const result = [m, ns.n]`,
    "a.mjs": `export let n = 1; export const bump = () => n++`,
    "b.mjs": `export { n as m, bump } from "./a.mjs"`,
    "c.mjs": `export * from "./a.mjs"`,
  },
  "texts of what is exported where it is declared": {
    "main.mjs": `import * as a from "./a.mjs"; import * as b from "./b.mjs"; import * as c from "./c.mjs"; export const result = [a.default, a.named, a.Named, b.default, c.default].map(String)`,
    "a.mjs": `/* 1 */ export /* 2 */ default /* 3 */ class A { m() { return import("x") } }\nexport function named() { return import.meta.url }export class Named { m() { return import("x") } }`,
    "b.mjs": `export default function () { return import.meta.url }`,
    "c.mjs": `export default async function* c() { await import("x") }`,
  },
  "a cycle with hoisted functions": {
    "main.mjs": `import { odd } from "./odd.mjs"; export const result = [odd(7), odd(8)]`,
    "odd.mjs": `import { even } from "./even.mjs"; export function odd(n) { return n === 0 ? false : even(n - 1) } export const early = even(4)`,
    "even.mjs": `import { odd } from "./odd.mjs"; export function even(n) { return n === 0 ? true : odd(n - 1) } even(3)`,
  },
  "the dead zone in a cycle": {
    "main.mjs": `export const late = 1; import { seen } from "./a.mjs"; export const result = seen`,
    "a.mjs": `import { late } from "./main.mjs"; export let seen; try { seen = late } catch (e) { seen = e.name + e.message }`,
  },
  "a namespace in a cycle": {
    "main.mjs": `import { keys } from "./a.mjs"; export const z = 1; export const a = 2; export const result = keys`,
    "a.mjs": `import * as main from "./main.mjs"; export const keys = Object.keys(Object.getOwnPropertyDescriptors ? { x: Reflect.ownKeys(main).map(String) } : 0).length + Reflect.ownKeys(main).filter((key) => key !== Symbol.for("nodejs.util.inspect.custom")).map(String).join()`,
  },
  "namespaces when they are printed": {
    "main.mjs": `import { inspect } from "node:util"; import * as ns from "./a.mjs"; import * as own from "./main.mjs"; const cjs = await import("./c.cjs");
      export const result = [ns, { nested: { ns } }, inspect(cjs), inspect(own)]; export const b = 1;`,
    "a.mjs": `export const b = { c: 1 }; export default class A {}; export function f() {}`,
    "c.cjs": `exports.x = 1`,
  },
  "addresses of what is not there": {
    "main.mjs": `const end = (name) => import.meta.resolve(name).replace(/.*\\/g\\d+/, "");
      let missing; try { import.meta.resolve("no-such-package") } catch (e) { missing = e.code }
      let url; try { await import("./absent.mjs") } catch (e) { url = [e.code, typeof e.url] }
      export const result = [end("./absent.html"), end("./folder/"), end("./folder"), missing, url]`,
    "folder/x.mjs": ``,
  },
  "namespace objects": {
    "main.mjs": `import * as ns from "./a.mjs"; let fails = []; 
      for (const f of [() => { ns.b = 1 }, () => { ns.zz = 1 }, () => { delete ns.b }, () => Object.setPrototypeOf(ns, {}), () => Object.defineProperty(ns, "q", { value: 1 })]) try { f(); fails.push("ok") } catch (e) { fails.push(e.name) }
      // What it is printed by is there besides.
      const keys = Reflect.ownKeys(ns).filter((key) => key !== Symbol.for("nodejs.util.inspect.custom"));
      export const result = [keys.map(String), ns[Symbol.toStringTag], Object.prototype.toString.call(ns), Object.getPrototypeOf(ns), Object.isExtensible(ns), "b" in ns, ns.zz, typeof ns.default, { ...ns }, fails]`,
    "a.mjs": `export const b = 1; export const a = 2; export default 3; export { a as "string name" }`,
  },
  "default exports' names": {
    "main.mjs": `import a from "./a.mjs"; import b from "./b.mjs"; import c from "./c.mjs"; import d from "./d.mjs"; import e from "./e.mjs"; import f from "./f.mjs"; import g from "./g.mjs"; export const result = [a, b, c, d, e, f, g].map(x => x.name ?? x)`,
    "a.mjs": `export default () => {}`,
    "b.mjs": `export default function () {}`,
    "c.mjs": `export default class {}`,
    "d.mjs": `export default function named() {}`,
    "e.mjs": `export default async function* () {}`,
    "f.mjs": `export default (class { static name = "own" })`,
    "g.mjs": `const x = 5\nexport default x\n`,
  },
  "a default export that is hoisted": {
    "main.mjs": `import a from "./a.mjs"; export const result = a`,
    "a.mjs": `import b from "./b.mjs"; export default function () { return 1 } export const x = b`,
    "b.mjs": `import a from "./a.mjs"; export default typeof a`,
  },
  "star exports: the first own name wins, conflicts are left out": {
    "main.mjs": `import * as ns from "./all.mjs"; export const result = [Object.keys(ns), ns.own]`,
    "all.mjs": `export * from "./a.mjs"; export * from "./b.mjs"; export const own = "all"`,
    "a.mjs": `export const own = "a", both = 1, onlyA = 1; export default 1`,
    "b.mjs": `export const both = 2, onlyB = 2`,
  },
  "an import of a conflicting star": {
    "main.mjs": `import { both } from "./all.mjs"; export const result = both`,
    "all.mjs": `export * from "./a.mjs"; export * from "./b.mjs"`,
    "a.mjs": `export const both = 1`,
    "b.mjs": `export const both = 2`,
  },
  "an import of a missing name": {
    "main.mjs": `import { nothing } from "./a.mjs"; export const result = nothing`,
    "a.mjs": `export const something = 1`,
  },
  "the order of evaluation": {
    "main.mjs": `import { log } from "./log.mjs"; import "./a.mjs"; import "./b.mjs"; log.push("main"); export const result = log`,
    "log.mjs": `export const log = []`,
    "a.mjs": `import { log } from "./log.mjs"; import "./c.mjs"; log.push("a")`,
    "b.mjs": `import { log } from "./log.mjs"; import "./c.mjs"; log.push("b")`,
    "c.mjs": `import { log } from "./log.mjs"; log.push("c")`,
  },
  "the order of top-level await": {
    "main.mjs": `import { log } from "./log.mjs"; import "./a.mjs"; import "./b.mjs"; import "./sync.mjs"; log.push("main"); export const result = log`,
    "log.mjs": `export const log = []`,
    "a.mjs": `import { log } from "./log.mjs"; log.push("a1"); await null; await null; log.push("a2")`,
    "b.mjs": `import { log } from "./log.mjs"; log.push("b1"); await null; log.push("b2")`,
    "sync.mjs": `import { log } from "./log.mjs"; log.push("s")`,
  },
  "top-level for await and await in a block": {
    "main.mjs": `const got = []; for await (const x of [Promise.resolve(1), 2]) got.push(x); { const y = await Promise.resolve(3); got.push(y) } export const result = got`,
  },
  "this, arguments and require at the top": {
    "main.mjs": `let names = []; try { arguments } catch (e) { names.push(e.message) } export const result = [this, typeof arguments, typeof require, typeof module, typeof __filename, names]`,
  },
  "import.meta": {
    "main.mjs": `export const result = [import.meta.url.split("/").pop(), import.meta.dirname?.split("/").length > 1, import.meta.filename?.endsWith("main.mjs"), import.meta.resolve("./a.mjs").split("/").pop(), import.meta.resolve("node:fs"), Object.getPrototypeOf(import.meta), typeof import.meta.nothing]`,
    "a.mjs": ``,
  },
  "dynamic import": {
    "main.mjs": `const a = await import("./a.mjs"); let e; try { await import("./none.mjs") } catch (x) { e = x.code } export const result = [a.default, (await import("./a.mjs")) === a, e, await import("./t.mjs").then(x => x, x => x)]`,
    "a.mjs": `export default 1`,
    "t.mjs": `export function then(resolve) { resolve("thenable") }`,
  },
  "import() of what throws rejects each time with the same error": {
    "main.mjs": `const errors = []; for (const _ of [1, 2]) try { await import("./a.mjs") } catch (e) { errors.push(e) } export const result = [errors[0] === errors[1], errors[0].message]`,
    "a.mjs": `throw new Error("once")`,
  },
  "a specifier that is an object is read once": {
    "main.mjs": `let n = 0; const s = { toString() { n++; return "./a.mjs" } }; export const result = [(await import(s)).default, n]`,
    "a.mjs": `export default 1`,
  },
  "CommonJS from ES modules": {
    "main.mjs": `import cjs, { a, later } from "./c.cjs"; import * as ns from "./c.cjs"; export const result = [cjs, a, later, Object.keys(ns).filter(k => k !== "module.exports"), ns.default === cjs]`,
    "c.cjs": `exports.a = 1; exports.later = undefined; exports.later = 2; exports["b" + 1] = 3; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "d"`,
  },
  "CommonJS that exports a function": {
    "main.mjs": `import f from "./c.cjs"; import * as ns from "./c.cjs"; export const result = [f(), typeof ns.default, Object.keys(ns).filter(k => k !== "module.exports")]`,
    "c.cjs": `module.exports = function () { return "called" }; module.exports.prop = 1`,
  },
  "a missing name of a CommonJS module": {
    "main.mjs": `import { nothing } from "./c.cjs"; export const result = nothing`,
    "c.cjs": `exports.a = 1`,
  },
  "JSON with its attribute": {
    "main.mjs": `import data from "./d.json" with { type: "json" }; import * as ns from "./d.json" with { type: "json" }; export const result = [data, Object.keys(ns), Object.keys(data), Object.getPrototypeOf(data) === Object.prototype]`,
    "d.json": `{"a": 1, "__proto__": {"b": 2}}`,
  },
  "JSON without its attribute": {
    "main.mjs": `import data from "./d.json"; export const result = data`,
    "d.json": `{}`,
  },
  "a wrong attribute": {
    "main.mjs": `import data from "./a.mjs" with { type: "json" }; export const result = data`,
    "a.mjs": `export default 1`,
  },
  "imports that are called have no this": {
    "main.mjs": `import { f } from "./a.mjs"; import d from "./a.mjs"; import * as ns from "./a.mjs"
      const x = 1
      f()
      d()
      export const result = [f(), d(), f\`t\`, ns.f() === ns, new d().made, (0, f)(), f?.()]`,
    "a.mjs": `export function f() { return this } export default function () { this && (this.made = 1); return this }`,
  },
  "assignments to imports": {
    "main.mjs": `import { a } from "./a.mjs"; let r; try { a = 2 } catch (e) { r = e.name } export const result = r`,
    "a.mjs": `export let a = 1`,
  },
  "imports in shorthand, templates, destructuring and closures": {
    "main.mjs": `import { a, b as c } from "./a.mjs"; const { x = a, [c]: y } = { B: 3 }; export const result = [{ a, c }, \`\${a}\`, x, y, ((a) => a)(9), (() => a)(), class { static [c] = a }.B]`,
    "a.mjs": `export const a = 1, b = "B"`,
  },
  "imports under names of globals": {
    "main.mjs": `import { process, Object as O } from "./a.mjs"; import { setTimeout } from "./a.mjs"; export const result = [process, O, setTimeout]`,
    "a.mjs": `const p = 1; export { p as process, p as Object, p as setTimeout }`,
  },
  "what scripts read as HTML comments": {
    "main.mjs":
      "let a = 1, b = 3, c = 1\nlet r1 = a<!--b\nlet r2 = a /*<*/ <!--b+c\nlet r3 = [a<!--b, '<!--', /<!--/.source, `<!-- ${a<!--b}`]\nwhile (c --> 0);\nexport const result = [r1, r2, r3, b, c]",
  },
  "exports of every declaration": {
    "main.mjs": `import * as ns from "./a.mjs"; export const result = [Object.keys(ns), ns.x, ns.y, ns.rest, ns.fn(), new ns.C().v]`,
    "a.mjs": `export const { x, z: [y, ...rest] } = { x: 1, z: [2, 3, 4] }; export function fn() { return "fn" } export class C { v = 1 } export async function af() {} export function* gf() {} export var v1, v2 = 2; let l; export { l as default, l as "two words" }`,
  },
  "exports that are assigned in destructuring and loops": {
    "main.mjs": `import * as ns from "./a.mjs"; const before = [ns.a, ns.b]; ns.go(); export const result = [before, ns.a, ns.b]`,
    "a.mjs": `export let a = 0, b = 0; export function go() { [a, { b }] = [1, { b: 2 }]; for (a of [5, 6]); b++; b += 10 }`,
  },
  "semicolon-free imports and exports": {
    "main.mjs": `import { a } from "./a.mjs"\nimport b from "./a.mjs"\nexport { a }\nconst q = b\na()\n;[1].map(a)\nexport const result = [q, a()]\nexport default a\n;(0, a)()`,
    "a.mjs": `export const a = () => 1\nexport default 2`,
  },
  "a byte order mark and a hashbang": { "main.mjs": "\uFEFFexport const result = 1" },
  "a hashbang that ends at a line separator": { "main.mjs": "#!/usr/bin/node\u2028export const result = 2" },
  "a comment that names a source": {
    "main.mjs":
      "export const result = new Error('x').stack.includes('node:fs:1')\n//# sourceURL=node:fs\n//#\u00a0sourceURL=node:fs\n",
  },
  "eval and Function in a module": {
    "main.mjs": `export const result = [eval("1 + 1"), (0, eval)("typeof this"), Function("return typeof arguments")(), new Function("a", "return import.meta") ]`,
  },
  "evaluated text imports": {
    "main.mjs": `let r; try { r = (await Function("return import('node:path')")()).sep } catch (e) { r = e.name } export const result = typeof r`,
  },
  "evaluated text imports a file beside": {
    "main.mjs": `const load = new Function("x", "return import(x)"); export const result = [(await load("./a.mjs")).a, (await (0, eval)("import('./a.mjs')")).a]`,
    "a.mjs": `export const a = 1`,
  },
  createRequire: {
    "main.mjs": `import { createRequire } from "node:module"; const require = createRequire(import.meta.url); export const result = [require("./c.cjs").a, require.resolve("./c.cjs").endsWith("c.cjs")]`,
    "c.cjs": `exports.a = 1`,
  },
  "an unknown scheme": {
    "main.mjs": `let codes = []; for (const s of ["https://example.com/x.js", "blob:x", "DATA:text/javascript,1", "file:///none/x.mjs"]) try { await import(s); codes.push("loaded") } catch (e) { codes.push(e.name) } export const result = codes`,
  },
  "an error's own file and line": {
    "main.mjs": `\n\nexport const result = new Error("here").stack.split("\\n")[1].split("/").pop()`,
  },
  builtins: {
    "main.mjs": `import path, { join, sep } from "node:path"; import * as ns from "path"; export const result = [join("a", "b"), path.sep === sep, ns.default === path, Object.keys(ns).includes("join")]`,
  },
  "strict everywhere": {
    "main.mjs": `let r = []; try { undeclared = 1 } catch (e) { r.push(e.message) } r.push((function () { return this })()); export const result = r`,
  },
  "data: modules that are declared": {
    "main.mjs": `import a, { url, sep } from "data:text/javascript,import path from 'node:path'; export default 1; export const url = import.meta.url.slice(0, 20), sep = path.sep";
      import b from "data:text/javascript;charset=utf-8;base64,ZXhwb3J0IGRlZmF1bHQgMg==";
      import c from "data:application/json,{%22d%22:3}" with { type: "json" };
      export { default as again } from "data:text/javascript,export default 1";
      export const result = [a, b, c, url, sep]`,
  },
  "a data: module that imports what lies nowhere": {
    "main.mjs": `import "data:text/javascript,import './a.mjs'"; export const result = 1`,
    "a.mjs": ``,
  },
  "a data: module of another type": { "main.mjs": `import "data:text/plain,x"; export const result = 1` },
  "top-level await in a cycle": {
    "main.mjs": `import { log } from "./log.mjs"; import { a } from "./a.mjs"; import { b } from "./b.mjs"; log.push("main"); export const result = [log, a, b]`,
    "log.mjs": `export const log = []`,
    "a.mjs": `import { log } from "./log.mjs"; import { b, seen } from "./b.mjs"; log.push("a1"); await null; log.push("a2"); export const a = "a" + b; export function early() { return "early" }`,
    "b.mjs": `import { log } from "./log.mjs"; import { early } from "./a.mjs"; import "./c.mjs"; log.push("b1" + early()); await new Promise((r) => setTimeout(r, 1)); log.push("b2"); export const b = "b", seen = 1`,
    "c.mjs": `import { log } from "./log.mjs"; import "./a.mjs"; log.push("c1"); await null; log.push("c2")`,
  },
  "top-level await that rejects": {
    "main.mjs": `const r = []; for (const _ of [1, 2]) try { await import("./a.mjs") } catch (e) { r.push(e.message) } try { await import("./b.mjs") } catch (e) { r.push("b " + e.message) } export const result = r`,
    "a.mjs": `await null; throw new Error("late")`,
    "b.mjs": `import "./a.mjs"; export default 1`,
  },
  "import() of each other while they await": {
    "main.mjs": `const r = []; const a = import("./a.mjs"), b = import("./b.mjs"); r.push((await b).x, (await a).y); export const result = r`,
    "a.mjs": `await null; export const y = "y"`,
    "b.mjs": `import { y } from "./a.mjs"; export const x = "x" + y`,
  },
  "import.meta.main, and its own names": {
    "main.mjs": `export const result = [Object.keys(import.meta).sort(), import.meta.main, import.meta === import.meta, (import.meta.added = 1, import.meta.added), import.meta.resolve("data:text/javascript,1")]`,
  },
  "require of an ES module": {
    "main.mjs": `import { createRequire } from "node:module"; const require = createRequire(import.meta.url); let r = [];
      for (const f of ["./a.mjs", "./named.mjs", "./tla.mjs", "./a.mjs"]) try { const ns = require(f); r.push(Object.keys(ns), ns.default, typeof ns) } catch (e) { r.push(e.code) }
      export const result = r`,
    "a.mjs": `export default 1; export const x = 2`,
    "named.mjs": `const whole = { whole: true }; export { whole as "module.exports" }`,
    "tla.mjs": `await null; export default 1`,
  },
  "classes with every member and an import": {
    "main.mjs": `import { k } from "./a.mjs"; class A { static [k] = k; #x = k; get x() { return this.#x } static { A.z = k + "!" } } export const result = [A.K, new A().x, A.z]`,
    "a.mjs": `export const k = "K"`,
  },
};

/** What differs from Node by design, by the graph's name, with the reason. */
export const KNOWN_MODULE_DIFFERENCES: Readonly<Record<string, string>> = {
  "a comment that names a source": "stacks name the real file",
  "an unknown scheme":
    "packages load data: modules by import declarations only: a name that is handed over must not run with their grants",
  "top-level await in a cycle": "the functions of a module that awaits at its top are there when it runs, not before",
};
