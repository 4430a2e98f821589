import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { COMMONJS_NAMES, type NameSets } from "../../src/loader/name-sets.ts";
import {
  prepareCommonJs,
  prepareCommonJsQuickly,
  prepareFunction,
  prepareFunctionQuickly,
  type CommonJsFunctor,
} from "../../src/loader/transform-text.ts";
import { prepareModule, prepareModuleQuickly } from "../../src/loader/transform-module.ts";
import { SLOPPY_SNIPPETS } from "../runtime/language-snippets.ts";
import { namesItsSource } from "../../src/loader/names-its-source.ts";
import { parseGuest } from "../../src/loader/parse.ts";
import { escapesOf, HOSTILE_TEXTS } from "./hostile-texts.ts";

const { resolve } = createRequire(import.meta.url);
const names: NameSets = {
  bindable: new Set(["Object", "Array", "Symbol", "Error", "Function", "globalThis", "console", "process"]),
  realGlobal: new Set(["Object", "Array", "globalThis", "Buffer", "toString", "constructor"]),
  live: new Set(["fetch", "setTimeout"]),
};

/** All that a functor says, with its parameters in one order. */
function said({ text, parameters, positions, certainRequests }: CommonJsFunctor): unknown {
  return {
    text: text.slice(text.indexOf("\n")),
    parameters: [...parameters].toSorted(),
    shifts: [...(positions.shifts as Int32Array)],
    certainRequests,
  };
}

/** Whether the quick way has an answer that V8 takes. */
function isTaken<F extends { readonly text: string }>(quick: F | undefined): quick is F {
  try {
    return quick !== undefined && new Script(quick.text) instanceof Script;
  } catch {
    return false;
  }
}

/** Whether the quick way has an answer; it must be the full way's. */
function compare(source: string): boolean {
  const quick = prepareCommonJsQuickly(source, names);
  if (!isTaken(quick)) return false;
  expect(said(quick)).toEqual(said(prepareCommonJs(source, names)));
  return true;
}

/** The same for what `new Function` makes of a body. */
function compareFunction(body: string, head = "function anonymous(a,b\n)"): boolean {
  const source = `(${head} {\n${body}\n})`;
  const quick = prepareFunctionQuickly(source, names);
  if (!isTaken(quick)) return false;
  expect(said({ ...quick, certainRequests: [] })).toEqual(
    said({ ...prepareFunction(source, names), certainRequests: [] }),
  );
  return true;
}

/** The same for modules. */
function compareModule(source: string): boolean {
  const quick = prepareModuleQuickly(source, names);
  if (!isTaken(quick)) return false;
  const full = prepareModule(source, names);
  const body = (text: string): string => text.slice(text.indexOf('{"use strict"'));
  expect([said({ ...quick, certainRequests: [] }), body(quick.text), quick.facts]).toEqual([
    said({ ...full, certainRequests: [] }),
    body(full.text),
    full.facts,
  ]);
  return true;
}

describe("what the quick way says, the full way says", () => {
  const CONSTRUCTS = [
    "exports = module.exports = Object.keys; exports.shim = 1; exports.a.b = 2; this.exports = 3",
    "exports.a = 1; module.exports = 2; x.exports = 3; exports == 4",
    "a = 1 // //# sourceMappingURL=b.js.map   /*# sourceURL=c.js */\n/* //@ sourceURL=d //# sourceURL=e */",
    "x = function (a, { b, c: [d = e] = f }, ...g) { return a + b + c + d + h }",
    "for (var i = 0, n = a.length; i < n; i++) b[i] = a[i]; for (k in o) p[k] = o[k]; for (const [q, r = s] of t) u[q] = r",
    "'use strict'; a[b] = c; a[b.c] = d; a['constructor'] = e; a.constructor = f; a[Symbol.iterator] = g; a[(h)] += i; a[j + k] = l; a[m()]++; --a[n]",
    "'use strict'; for (let i = 0; i < 9; i++) a[i] = (function (i) { b[i] = i })(i)",
    "a['' + b] = c; a[b + 'c'] = d; a[('e') + f] = g; a[h + ('i')] = j; a['k' + l + m]++; a[n + 'o' + p] = q; [a[r % 's']] = t; a[-'u'] = v; a[(w + 'x')] = y; a[b('z')] = 1; a[`c` + `d`] = e",
    "'use strict'; Object.keys.name = g; Error.stackTraceLimit = 1; x.prepareStackTrace = h; super_.constructor = 1",
    "function f() { this.a = 1; this.b.c[d] = 2; (this.e = 3), f.g = 4; h && (i.j = 5); k ? l.m = 6 : n.o = 7; void (p.q = 8); !(r.s = 9) }",
    "function f(a = this) { 'x'; 'y'\n return () => this } function g() { 'use strict'; return this }",
    "a.b = 1, function () {}(), { c: 1 }.d, (function () { this.e = 2 })(), f.g = 3",
    "a.b = 1, function () { return c }().d && (e.f = 2)",
    "a[b + c * d].e = 1; a[b - -c].e = 2; a[(b + c) % d].e = 3; a['x'][1].b = 4; (a.b).c = 5; a[b || c].d = 6; a[!b].c = 7; a?.b.c; a[b][c]++",
    "delete a.b; x = delete a[b]; delete a?.b; if (delete this.c) d; delete f().g",
    "typeof a; typeof (b); typeof c.d; typeof typeof e; typeof fetch; new a; new b.c(d); new (e)(f); new (g())(); g`x${h}y`",
    "fetch(a)\nfetch.b\nsetTimeout(c); d = { fetch, e, f: setTimeout }; typeof setTimeout; function g(setTimeout) { setTimeout() }",
    "import('a').then(b); x = { async *a() { yield* b; await c }, get d() { return this }, set e(f) {}, [g]: h, async i() {}, 'j'() {}, 1() {}, get: 1, async: 2 }",
    "class A extends (B, C) { static #p = this.q; static { r(); var s; s.t = 1 } x; 'y' = 1; [z] = 2; static async *m() {} get g() {} set s(v) { this.w = v } get; static; async }",
    "var { a, b: { c = d }, ...e } = f; ({ a, b: g.h, c: [i, ...j] = [], [k]: l } = m); [n, , o.p = q] = r; [s, t] = [t, s]",
    "async (a, b = c) => { await d; for await (e of f) g }; async h => await h; async () => {}; (i, [j] = k, { l }) => ({ m }); n => o => p",
    "if (a) { function b() {} b() } { function c() {} } c(); switch (d) { case 1: function e() {} e(); default: f }",
    "try { a } catch { b } try { c } catch ({ d = e }) { let f } finally { g } label: for (;;) { break label } do h; while (i) j",
    "if (/^(a)/.test(x) && RegExp.$1) y = x.match(/b/).length; x?.replace(/c/, 1); f().g.exec(1)(2); RegExp(RegExp . $2, new RegExp(RegExp['$+'])); typeof RegExp.input; RegExp.input2",
    "var r = /[/]\\/(?<a>b)/gu.test(a) / b / c, s = a++ / 2, t = x[0] / y, u = (a) / b; if (a) /b/.test(c); while (0) /d/g; return /e/",
    "`a${b}c${`d${{ e: f }.e}`}g`; h`i`.j`k`; x = `\\${l}\\``; y = `${{}}`",
    "a = b\n++c\nd\n--e; f = g\n(h)\nvar i = function () {}",
    "'a\\\nb'; \"\u2028\"; 0x1e+5; 1e+5; 1..toString(); 1.5.toFixed(); .5; 0b11n; 1_000; 1n.e+Object; 1e5.e+Array(1.e5.x, 0e1.f, 5.e-3.g); a?.5:b; a?.[b]?.(c)",
    "require('a'); b || require('c'); (d, require('e')); f = require(`g`); new (require('h'))(); i?.j(require('k')); if (l) require('m'); function n() { require('o') } require('p').q = require('r')",
    "require('a'); var b = require('c'); throw d; require('e')",
    "a --> b; while (i --> 0) i",
    "//# sourceMappingURL=a.map\n/*# sourceURL=b */ 'sourceURL'",
    "#!/usr/bin/env node\na",
    "\ufeffa",
    "arguments[0]; var arguments_; function f() { return arguments.length + (() => arguments[1])() }",
    "(0, eval)('a'); b((c, eval)); d(e, eval); (f, g, /* h */ eval)(i); ((0, eval))('j'); [(0, eval)]; new (0, eval)",
    "a = eval; typeof eval; b = { eval }; module.exports = require; exports.x = __dirname; undefined; NaN; globalThis.y = z; Object = 1; Object",
    "let async; async\n(a); async = b; of = c; get = d; (async function () {}); var { async: e, get } = f; for (of of of);",
    "x = { __proto__: a, b() { return super.b() } }; class D { constructor() { super.e; new.target } #f; g() { return #f in this && this.#f; this.#f = 1 } }",
    "(f) = g; ((a)) += 1; (b.c) = d; ((e[f])) = g; (h.i)++; --(j.k); function l() { 'use strict'; (m) = n; (o[p]) = q } /** @type {r} */ (this.s) = t; [(u.v)] = [w]; (x.y = z).constructor = 1",
    "(fetch)(a); ((fetch))?.(b); (fetch)`c`; new (fetch)(d); (fetch).e(); (fetch)\n(f); (g)(h); ((i))`j`; (fetch, k)(l); (arguments)(m)",
    "(a.b) = c, (d[e]) = f; let g; (g) = 1; (fetch) = 2; (h.constructor) = 1; x || ((i.j) = k); (function () {}).l = 2; ((m.n = o)); ((p, q.r = s))",
    "'use strict'; Set.prototype.add = f; a.add(b.add().c).add; new d.add(); super_.add(); e?.add(); g?.h.add(); (i?.j).add(); k.add`l`; m['add']()",
    "Array.prototype.last = f; a.last(); a.last().constructor = b; c.last = 1; d[last] = 2; this.name = 3; Promise.prototype.name = g; Map.prototype.constructor = Map; var Map",
    "'use strict'; Promise.prototype['catch'] = f; Promise['x']['y'] = g; Map.prototype['constructor'] = h; Set.prototype.has['name'] = i; Set['prototype'].has = j; (Set.prototype)[k] = l; Set.prototype[m] = n",
    "Promise.prototype['catch'] = f; Promise['x']['y'] = g; Set.prototype.has['z'] = h; Promise.prototype['last'] = i; Promise.prototype.last = j; Object['a'].b = 1; Object[c].d = 2; Object[0] = 3",
    "class A extends B { last() { Array.prototype.last = 1; super.last(); super.x.last(); this.#last(); import('a').last(); (b).last(); async () => (await c).last() } #last() {} }",
    "if (a) b\nelse c\nfor (;;) d\nwhile (e) f\ndo g\nwhile (h)\ni",
    "({}).a = 1; ({ b } = c); [d] = e",
    "x = a ? (b, c) : d => e ? f : g, h = (i) ? (j) : (k)",
  ];
  /** What is rare, what V8 refuses once it is strict, and what can't be told without a tree. */
  const DOUBTFUL = [
    // V8 refuses them; as names of free variables they would stand in quotes.
    "＊ = 1",
    "f(a＊b)",
    "(Object.prototype).a = b",
    "var i = function () {}\n/j/.k",
    "a\nof\n/b/g",
    "a\n++/b/.c",
    "#x",
    "function f() { return arguments.callee }",
    "function f() { arguments = [] }",
    "function f(a, b, a) {}",
    "010",
    "'\\01'",
    "var static",
    "var yield",
    "with (a) b",
    "eval('a')",
    "(eval)('a')",
    "((eval))('a')",
    "(0, (eval))('a'); b, (eval)('c')",
    "eval?.('a')",
    "moat$a",
    "\\u0061",
    "(f)++",
    "delete (a.b)",
    "(a?.b) = c",
    "(a, b) = c",
    "(a = b) = c",
    "(-a.b) = c",
    "async () => {}\n/a/g",
    "if (a) function b() {}",
    "a: function b() {}",
    "a <!-- b",
    "a\n--> b",
    "let a = 1; { function a() {} } a",
    "using a = b",
    "@a class B {}",
    "f(a b)",
    "Promise.prototype.then = f; (x.then)(y)",
    "Set.prototype.add = f; ((x[0].add))`y`",
    "a[b ** c].d = 1",
    "delete a",
    "for (async of => {};;);",
    "import.source('a')",
    "export default a",
  ];
  test("the other ones are for the full way", () => expect(DOUBTFUL.filter((source) => compare(source))).toEqual([]));

  const certified = CONSTRUCTS.filter((source) => compare(source));
  test("for most constructs there is an answer", () =>
    expect(CONSTRUCTS.filter((x) => !certified.includes(x))).toEqual([]));

  test("of functions that programs make of text", () => {
    expect(CONSTRUCTS.filter((body) => compareFunction(body))).toEqual(
      certified.filter((body) => !body.startsWith("#!")),
    );
    const heads = [
      "function anonymous(\n)",
      "async function anonymous(a = this, { b }, ...c\n)",
      "function* anonymous(a\n)",
      "async function* anonymous(\n)",
    ];
    for (const head of heads)
      expect([head, compareFunction("'use strict'; this.x = arguments; return y(b)", head)]).toEqual([
        head,
        !head.includes("..."),
      ]);
    expect(compareFunction("return await a", heads[1]!.replace(" = this", "").replace(", ...c", ""))).toBe(true);
  });

  test("what is more than a function, or none, is for the full way", () => {
    for (const body of [
      "}) (",
      "}), (function () {",
      "}); ({",
      "} + function () {",
      "/*",
      "})\n//",
      "eval('a')",
      "with (a) b",
      "moat$g",
      "arguments.callee",
    ]) {
      expect([body, compareFunction(body)]).toEqual([body, false]);
    }
    expect(compareFunction("*/){", "function anonymous(/*\n)")).toBe(true);
  });

  const NAMING = [
    "a('//# sourceURL=b', \"/*@ sourceMappingURL=c */\")",
    "'//# sourceURL=a'; b",
    "a = { '#sourceURL': 1, '@ sourceMappingURL'() {} }; b = delete c['@sourceURL']",
    "class A { '#sourceURL' = '#\\x20sourceURL' } switch (a) { case '# sourceURL': }",
    "var { '#sourceURL': a } = b; ({ '@sourceURL': c } = d)",
    "a = '##\t sourceURL #sourceURL' // # sourceURL=b",
    "a = `//# sourceURL=${b}@ sourceMappingURL${`#sourceURL${'#sourceURL'}`}# sourceURL`; `#sourceURL`.c(`//@sourceURL`)",
    "a(`${b}`, c`${`# sourceURL`}`)",
  ];
  test("strings that would name the source if they were comments", () => {
    expect(NAMING.filter((source) => !compare(source))).toEqual([]);
    for (const source of NAMING) expect(namesItsSource(prepareCommonJsQuickly(source, names)!.text)).toBe(false);
    expect(
      [
        "a = '\\# sourceURL'",
        "a = `\\# sourceURL`",
        "a`# sourceURL`",
        "a.b`${c}# sourceURL`",
        "a = /# sourceURL/",
      ].filter((source) => compare(source)),
    ).toEqual([]);
    for (const source of ["a = /# sourceMappingURL/", "a = /\\/\\*\\s*# sourceMappingURL=/g", "a`# sourceMappingURL`"])
      expect([source, compare(source), prepareCommonJsQuickly(source, names)?.mayNameMap]).toEqual([
        source,
        true,
        true,
      ]);
    for (const source of ["import '#sourceURL'", "export { a as '# sourceURL' }; var a"])
      expect([source, compareModule(source)]).toEqual([source, false]);
    expect(compareModule("export default '# sourceURL'; import a from 'a'")).toBe(true);
    // Comments in what is taken out, which once was a fault of moat's.
    for (const source of [
      "export { a } //# sourceMappingURL=a.map\n;var a",
      "export * from 'a'/*# sourceURL=b */\n/*# sourceURL=c */;/*# sourceURL=d */",
      "import /*# sourceURL=a */ b from /*# sourceURL=c */ 'd'",
      "export /*# sourceURL=a */ const /*# sourceURL=b */ c = 1; export /*# sourceURL=d */ class E {}",
      "export /*# sourceURL=a */ default /*# sourceURL=b */ class /*# sourceURL=c */ {}",
      "export default /*# sourceURL=a */ function /*# sourceURL=b */ () {}",
    ])
      expect([source, compareModule(source)]).toEqual([source, true]);
  });

  test("keys of assignments with escapes: those that may be characters of a name go the other way", () => {
    const plain = ["\\\\", "\\n", "\\'", "\\/", "a\\tb", '\\"', "\\$"];
    for (const key of plain) expect([key, compare(`a['${key}'] = b; "use x"; c['${key}'].d = 1`)]).toEqual([key, true]);
    const others = [
      "\\x63onstructor",
      "\\u0063onstructor",
      "\\constructor",
      "le\\ngth\\x61",
      "\\143onstructor",
      "con\\\nstructor",
      "\\_",
    ];
    for (const key of others) expect([key, compare(`a['${key}'] = b`)]).toEqual([key, false]);
  });

  const MODULES = [
    "import a, { b as c, default as d, 'e-f' as g, h } from 'x'; import * as i from 'y'; import 'z'; import j from 'x'; c(); c\n(d); i.k(g, h); j = 1; typeof a; ({ a, c }); a`b`; new c(a)",
    "import l from './a.json' with { type: 'json' }; import m from 'm' with { 'type': 'json', }\nimport n from 'n'\nn[l] = m; o[n] = 1; for (let p = 0; p < 1; p++) o[p] = n",
    "export const a = 1, { b, c: [d = () => { var z }, ...e] } = f; export let g; export var h = function h() { var a }; export function i() { return a } export class j { k = this } export async function* l() {}",
    "export default function () { return this }",
    "export default class {}",
    "export default class A extends B {} new A",
    "export default async function a() {} a()",
    "export default (a, b);c",
    "export default a => b\nc",
    "export default { a, b() {} }",
    "export default [a][0] = function () {};",
    "export /* b */ default a /* c */",
    "export * from 'a'; export * as b from 'b'; export * as 'c d' from 'b'; export { e, f as g, default } from 'a'; export { default as h } from 'h'",
    "import a from 'a'; let b; export { a, b as default, b as 'c d' }; export {}; b = a",
    "import { a } from 'a'; function f(a) { return a } { let a; a } f(a), (() => a)(), class { [a] = a }",
    "import.meta.url; import('a'); await b; for await (const c of d) c; const e = await (async () => { await f })()",
    "await a[await b]; x = { y: await z }",
    "async function a() { await b }",
    "#!/usr/bin/env node\nexport {}",
    "arguments_; function a() { return arguments[0] + new.target }",
    "import a, * as b from 'a'; (a)(c); ((a))?.(d); (a)`e`; new (a)(f); (a).g(); (a.h)(); (b)(); async () => (await a)()",
    "fetch(a)\nfetch\n(b); export { c }; var c = fetch; undefined; require; exports; module",
    "var a; var a; function b() {} { function b() {} }",
    "export { a as b, a as c }; var a",
    "import { then as a } from 'a'; a\n++b\n;[c] = [a]",
  ];
  test("of modules", () => expect(MODULES.filter((source) => !compareModule(source))).toEqual([]));

  const NO_MODULES = [
    "import a from 'a'; var a",
    "import a from 'a'; f(b a(1))",
    "import a from 'a'; new f(b, c a(1))",
    "import a, { b as a } from 'a'",
    "import { a } from 'a'; function a() {}",
    "function a() {} function a() {}",
    "var a; function a() {}",
    "export const a = 1; export { a }",
    "export default 1; export default 2",
    "export { a }",
    "export { 'a' }; var a",
    "return",
    "if (a) return",
    "yield",
    "yield a",
    "var await",
    "function f() { await }",
    "function f(await) {}",
    "new.target",
    "arguments",
    "(() => arguments)()",
    "super.a",
    "import defer * as a from 'a'",
    "import source a from 'a'",
    "import { if } from 'a'",
    "import { 'a' } from 'a'",
    "{ import a from 'a' }",
    "{ export {} }",
    "export a",
    "import . meta",
    "a <!-- b",
    "a\n--> b",
    "with (a) b",
    "010",
    "delete a",
    "class { static { await } }",
    "export * from 'a' with",
    "import a",
    "var moat$g",
    "let a; let a",
    "import.source('a')",
    "label: { break other }",
    "export { a as b, c as b } from 'x'",
    "import 'a\\u0062'",
    "eval('a')",
  ];
  test("errors of modules that are none of functions are found by the full way", () => {
    for (const source of NO_MODULES) expect([source, compareModule(source)]).toEqual([source, false]);
  });

  test("of sloppy code", () => {
    const found = Object.values(SLOPPY_SNIPPETS).filter((source) => compare(source));
    expect(found.length).toBeGreaterThan(60);
  });

  test("of libraries, none of which needs the full way", () => {
    for (const path of [...samples(), ...corpus(process.env["MOAT_QUICK_CORPUS"])]) {
      const source = readFileSync(path, "utf8");
      // Files of a corpus may be anything.
      const isQuick = isCommonJs(source) ? compare(source) : isModule(source) && compareModule(source);
      if (samples().includes(path)) expect([path, isQuick]).toEqual([path, true]);
    }
  }, 3_600_000);

  function isCommonJs(source: string): boolean {
    try {
      void new Script(`(function(${COMMONJS_NAMES.join()}){${source.replace(/^\ufeff?#!/, "//")}\n})`);
      return true;
    } catch {
      return false;
    }
  }

  function isModule(source: string): boolean {
    try {
      parseGuest(source, "module");
      return true;
    } catch {
      return false;
    }
  }

  function samples(): string[] {
    return [
      resolve("acorn"),
      resolve("cjs-module-lexer"),
      resolve("esbuild"),
      join(resolve("ses/package.json"), "../src/permits.js"),
    ];
  }

  /** All scripts below a folder, for maintainers. */
  function* corpus(folder: string | undefined): Iterable<string> {
    if (folder === undefined) return;
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory()) yield* corpus(path);
      else if (found?.isFile() && /\.[cm]?js$/.test(name)) yield path;
    }
  }
});

describe("what nobody has read finds nothing", () => {
  test("hostile texts in the wrapper as they are", async () => {
    expect(await escapesOf(HOSTILE_TEXTS)).toEqual([]);
  });

  test("the test would notice", async () => {
    expect(await escapesOf(["report(report.constructor('return power')())"])).toHaveLength(3);
  });

  test("a text that may name its own source goes the other way, in a comment or not", () => {
    for (const text of [
      "1 //#\u00a0sourceURL=x",
      "'//# sourceURL=x'",
      "1 /*@ sourceMappingURL*/;'#sourceURL'",
      "#!# sourceURL=x",
    ]) {
      const { text: final } = prepareCommonJsQuickly(text, names) ?? prepareCommonJs(text, names);
      expect(/\/\/[#@]\s*source(?:Mapping)?URL/.test(final) && !final.includes("'//#")).toBe(false);
    }
  });

  test("names that moat reserves, escaped or not", () => {
    for (const text of ["moat$g", "moat\\u0024g", "'\\u{6d}oat'", "\\u006Doat$g", "x = 'moat$'"]) {
      expect(prepareCommonJsQuickly(text, names)).toBe(undefined);
    }
  });
});
