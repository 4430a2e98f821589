/**
 * Texts that hope to be wrapped without having been read: what moat's own reading
 * of a text misses must still find nothing, by V8's rules alone. Each reports what
 * it gets hold of; nothing of it may be the real global object or lie there.
 */
import { Script } from "node:vm";
import { makeQuickFunctor } from "../../src/loader/functor.ts";
import { COMMONJS_NAMES } from "../../src/loader/name-sets.ts";

/** `power` is a property of the real global object, `report` the one name that the text is served. */
export const HOSTILE_TEXTS: readonly string[] = [
  // Out of the wrapper.
  "}};report(this, power);(function(){return function(){",
  "}});report(this, power);((function(){return (function(){",
  "})}});report(this, power);(function(){{return (function(){",
  "});break moat$e0}});report(this, power);(function(){moat$e0:{return (function(){",
  "});break moat$e0}});report(this, power);(function(){moat$e1:{return (function(){",
  "});break moat\\u0024e0}});report(this, power);(function(){moat\\u0024e0:{return (function(){",
  "})}});report(this, power);(class{static m(){{return (function(){",
  "})}});report(this, power);(()=>{{return (function(){",
  "})}});report(this, power);moat$e0:{if(0)break moat$e0;(function(){{(function(){",
  // Beside the inner function, in the outer one.
  "}), report(this, typeof power, new.target), (function () {",
  "}); function hoisted() { report(this, power) } hoisted(); (function () {",
  "}).call(), report((() => this)(), power), (function () {",
  "}, report(this, power), function () {",
  // Comments, lines and ends.
  "report(this, power) //",
  "report(this, power) /*",
  "report(power) <!-- report(this)",
  "\n--> report(this, power)",
  "/* */ --> report(this, power)",
  "#!report\nreport(this, power)",
  "report(power) //\rreport(this)",
  "report(power) //\u2028report(this)\u2029report(power)",
  "a\nof\n/(report(this, power))/g",
  "var x = 1; x++\n/report(this, power)/1",
  "`",
  "`${",
  "`${report(this, power)}",
  "'",
  '"',
  "/",
  "/[",
  "(",
  "[",
  "{",
  "\\",
  "report(this, power)\\",
  "`${`${report(power)}`}` + report`${this}`",
  // The global object, by sloppiness.
  "report(this)",
  "(function () { report(this, power) })()",
  "(() => report(this))()",
  "report((function () { return this })())",
  "report((0, function () { return this }).call(null))",
  "'use sloppy'; report((function () { return this })())",
  "function f() { report(f.caller, f.arguments, arguments.callee) } f()",
  "function f(a = 1) { 'use strict'; return this } report(f())",
  "with (this) report(power)",
  "with ({}) report((function () { return this })())",
  "report({ m() { return super.power } }.m(), { __proto__: null, m() { return super.constructor } }.m())",
  "report(({ get power() { return this } }).power.power)",
  "report(class { static p = this.power; static #q = power; static { report(this.power, power) } }.p)",
  "report(new (class { x = this?.power; y = (() => power)() })().y)",
  "class A { static { var power; report(this.constructor.power) } }",
  "undeclared = 1; report(power)",
  "power = 1; report(power)",
  "var power; report(power)",
  "delete power",
  "report(arguments[0], arguments.callee)",
  "arguments = [power]; report(arguments[0])",
  "report(new.target, power)",
  "new function () { report(this.power, new.target.power) }",
  "import.meta.power",
  "report(import.meta)",
  "import x from 'node:fs'; report(x)",
  "export default report(this)",
  "export { power }",
  "import('node:fs').then(report, () => {})",
  "import/**/('node:fs').then(report, () => {})",
  "im\\u0070ort('node:fs').then(report)",
  "import.source('node:fs').then(report, () => {})",
  "import.defer('node:fs').then(report, () => {})",
  "import defer * as fs from 'node:fs'; report(fs)",
  "import source fs from 'node:fs'; report(fs)",
  "eval('report(this, power)')",
  "eval?.('report(this, power)')",
  "(eval)('report(this, power)')",
  "(0, eval)('report(this, power)')",
  "\\u0065val('report(this, power)')",
  "typeof eval === 'function' && report(eval)",
  "report(ev\\u{61}l)",
  "var eval = report; eval(power)",
  "new Function('return this')().power && report(Function)",
  "report((() => {}).constructor === Function)",
  "report(globalThis, window, self, global)",
  "report(globalThi\\u0073)",
  "report(typeof globalThis, typeof power, typeof process, typeof require2)",
  "let power = power; report(power)",
  "{ function power() {} } report(power === undefined)",
  "report(() => power)",
  "label: report(power)",
  "try { null.x } catch ({ constructor: { constructor: F } }) { report(F === Function) }",
  "async function f() { await null; report(this, power) } f()",
  "function* g() { report(this, power) } g().next()",
  "for (const x of [power, this?.power]) report(x)",
  "report(...[power])",
  "report(Object, Reflect, Error)",
  "using x = { [Symbol.dispose]() { report(this.power) } }",
  "@report class B { }",
  "class C { @report x }",
  "#x in this",
  "report(#x)",
  "yield power",
  "await power",
  "let [a = power] = []; report(a)",
  "({ a: [globalThis.b] } = { a: [1] })",
  "[power] = [1]; report(power)",
  "report(__proto__, constructor, hasOwnProperty, toString, valueOf, isPrototypeOf)",
  "__proto__ = report; report(power)",
  "debugger; report(power)",
  "010; report(power)",
  "'\\01'; report(power)",
  "if (1) function f() { report(this) } f()",
];

/** What the texts reported, by text: all that must not have been theirs. */
export async function escapesOf(texts: readonly string[]): Promise<string[]> {
  const real = globalThis as unknown as Record<string, unknown>;
  const power = { power: "real" };
  const { eval: ownEval } = real;
  const escapes: string[] = [];
  real["power"] = power;
  // As the second wall leaves it; see `second-wall.ts`.
  delete real["eval"];
  const names = new Set<string>();
  for (
    let holder: object | null = globalThis;
    holder !== null;
    holder = Object.getPrototypeOf(holder) as object | null
  ) {
    for (const name of Object.getOwnPropertyNames(holder))
      if (/^[\w$]+$/.test(name) && !["undefined", "NaN", "Infinity"].includes(name)) names.add(name);
  }
  const forbidden = new Set<unknown>([
    globalThis,
    power,
    "real",
    process,
    ...[...names].map((name) => real[name]).filter((value) => Object(value) === value),
  ]);
  try {
    for (const text of texts) {
      const report = (...values: unknown[]): void => {
        for (const value of values) if (forbidden.has(value)) escapes.push(text);
      };
      const rewriting = { edits: [], parameters: new Set(["report"]), machinery: new Set<string>() };
      for (const kind of ["function", "function*", "async function"] as const) {
        const functor = makeQuickFunctor(
          text,
          rewriting,
          { inner: COMMONJS_NAMES, kind, ...(kind === "function*" && { prologue: "yield;" }) },
          names,
        );
        try {
          const outer = new Script(functor!.text, { lineOffset: -1 }).runInThisContext() as Function;
          const inner = Reflect.apply(outer, undefined, [report]) as Function;
          const begun = Reflect.apply(inner, kind === "function" ? {} : undefined, [
            {},
            undefined,
            {},
            "",
            "",
          ]) as Promise<unknown> & Generator;
          if (kind === "function*") for (let count = 0; count < 4; count++) begun.next();
          else void begun?.catch?.(() => {});
        } catch {
          // Refused, or it stumbled: what it reported counts.
        }
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    delete real["power"];
    real["eval"] = ownEval;
  }
  return escapes;
}
