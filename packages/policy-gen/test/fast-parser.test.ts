import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Parser, type Options } from "acorn";
import { expect, test, vi } from "vitest";
import { FastParser, PlainParser } from "../src/fast-parser.ts";
import { parseSource } from "../src/parse-source.ts";

/** What nobody asks a node for, or the walk adds. */
const LEFT_OUT: ReadonlySet<string> = new Set(["raw", "directive", "parent", "scope"]);

function comparable(key: string, value: unknown): unknown {
  if (LEFT_OUT.has(key) || value instanceof RegExp) return undefined;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const node = value as Record<string, unknown>;
  // acorn has the value of a regular expression besides its text.
  return Object.fromEntries(
    Object.keys(node)
      .toSorted()
      .flatMap((name) => (name === "value" && "regex" in node ? [] : [[name, node[name]]])),
  );
}

type AnyParser = new (options: Options, text: string) => { parse(): unknown };

/** The tree as JSON, or where and why there is none. */
function treeBy(parser: unknown, text: string, sourceType: "script" | "module"): string {
  try {
    const options: Options = {
      ecmaVersion: "latest",
      sourceType,
      allowHashBang: true,
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: sourceType === "module",
      allowSuperOutsideMethod: true,
    };
    return JSON.stringify(new (parser as AnyParser)(options, text).parse(), comparable);
  } catch (error) {
    if (error instanceof RangeError) return "too deep";
    if (!(error instanceof SyntaxError)) throw error;
    return `${error.message} ${(error as SyntaxError & { pos: number }).pos}`;
  }
}

const TEXTS = [
  "#!/usr/bin/env node\nf()",
  "\ufeffa\t=\u00a0b\r\n  /* c */ + // d\u2028 e // f",
  "<!-- x\na\n--> y\nb",
  "'use strict'; \"use \\x73trict\"; a",
  "'a\\\nb' + \"\u2028\" + '\\u{41}' + ''",
  "`a${`b${c}`}d` + f`x\\u{`",
  "v\\u0061r = 1; \\u{61}b; \u00e9t\u00e9 = \ud835\udc9c; a\u200db",
  "v\\u0061r x",
  "a / b / c; (a) / b; if (a) /b/g.test(c); x = /[/\\]]\\/(?<n>.)/dgimsuy; a++ / 2; ({}) / 1",
  "x = y => z; async x => await x; async (x, y) => {}; async(x, y); (x, y) => x, y; (async) => 1; async",
  "function* g() { yield; yield x; yield* y, z; f(yield, 1) } var yield_, of; for (of of of) ; for (const x of y) ; for (let in x) ;",
  "async function f() { for await (const x of y) await x, await (z); f(await x) } var await, async, get, set, let_, static_; f(await)",
  "f(a, b, 1, 's', 2n, 1_000, .5, 0x1F, 1e3); f(a); f('s'); f(1)\nx = a;y = 1;z = 's';",
  "a?.b?.[c]?.(d)`e`; a?.5:1; new a.b(c).d; new a; new (f())(); new.target",
  "class A extends f(B) { #x = 1; static #y() {} get a() { return #x in this } static { this.b = arguments_ } ['c']() {} async *d() {} }",
  "({ a, b: c, 'd': e, [f]: g, get h() { return 1 }, async i() {}, *j() {}, ...k, if: 1, class: 2, function: 3, __proto__: null })",
  "var { a, b: [c = 1, ...d], ...e } = f, [g, , h] = i; ({ a, b = 1 } = c); [a.b, c] = d",
  "a.if.class.function.of.yield / 1; label: for (;;) { break label; continue label }",
  "switch (a) { case b, c: default: d } do ; while (0) a",
  "import a, { b as c, 'd e' as f } from 'g' with { type: 'json' }; export { a as default, c as 'h' }; export * as i from 'j'; import('k'); import.meta.url",
  "export default function () {}; export const a = 1, b = 2; await x; export class C {}",
  "return\na",
  // What is no JavaScript.
  "'a",
  "'a\nb'",
  "/a",
  "/a\n/",
  "/* a",
  "`a",
  "f(",
  "a b",
  "@a",
  "1a",
  "var if",
  "f(if)",
  "'\\u{110000}'",
  "yield = 1; function* g() { var yield }",
  "arguments",
  "class A { a = arguments }",
  "'use strict'; var eval, static, let",
  "let let",
  "enum",
  "await 1",
  "a\\",
  "#a",
  "({ a = 1 })",
  "(a, b) = 1",
  "async (x\n) => 1",
  "x\n=> 1",
];

test.each(["script", "module"] as const)("trees and errors are acorn's: %s", (sourceType) => {
  for (const text of TEXTS) expect(treeBy(FastParser, text, sourceType), text).toBe(treeBy(Parser, text, sourceType));
});

test("so are those of moat's own texts", () => {
  const folder = fileURLToPath(new URL("../dist/", import.meta.url));
  const names = readdirSync(folder).filter((name) => name.endsWith(".cjs"));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const text = readFileSync(join(folder, name), "utf8");
    expect(treeBy(FastParser, text, "script") === treeBy(Parser, text, "script"), name).toBe(true);
  }
});

test("what is too deep for it is tried by acorn, which takes less stack, and told of", () => {
  const asked: unknown[] = [];
  const parse = vi.spyOn(Parser.prototype, "parse").mockImplementation(function (this: object) {
    asked.push(this.constructor);
    throw new RangeError();
  });
  let told = 0;
  expect(parseSource("f()", "commonjs", () => told++).ok).toBe(true);
  expect({ asked, told }).toEqual({ asked: [FastParser, PlainParser], told: 1 });
  parse.mockRestore();
  expect(parseSource(`${"f(".repeat(20_000)}${")".repeat(20_000)}`, "commonjs", () => told++).ok).toBe(false);
  expect(told).toBe(2);
});

test.each(["let a; var a", "function f() {} let f", "x = /(/", "x = /a/zz", "export { a }"])(
  "what another parser would have to take is taken at once: %s",
  (text) => {
    expect(treeBy(Parser, text, "module")).not.toMatch(/^\{/);
    expect(treeBy(FastParser, text, "module")).toMatch(/^\{"body"/);
  },
);
