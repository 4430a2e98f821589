import { describe, expect, it } from "vitest";
import { coverageOfSource } from "../../src/endowments/reflective/inspector.ts";
import { makeSourcePositions } from "../../src/loader/source-positions.ts";
import { prepareModule } from "../../src/loader/transform-module.ts";
import { prepareCommonJs } from "../../src/loader/transform-text.ts";

const names = { bindable: new Set(["console"]), realGlobal: new Set<string>() };

const sources: Array<{ why: string; source: string; module?: boolean }> = [
  {
    why: "imports on one line",
    source: 'import { a, b } from "x"; a("here"); b(a("there"));\nb("below");',
    module: true,
  },
  { why: "exports", source: 'export const one = 1; export default function two() { return "here" }', module: true },
  {
    why: "exports below",
    source:
      'const zero = 0;\nexport function one() { return "here" }\n  export const two = "there"; export { zero };\nzero("below");',
    module: true,
  },
  {
    why: "sloppy this and free names",
    source: 'this.x = free; other = "here"; (function () { this.y = "there" })();\nfree("below")',
  },
  { why: "computed keys", source: 'var o = {}, k = "k"; o[k] = "here"; o[f()] = "there";' },
  { why: "windows line ends", source: 'a();\r\nb["x"](this);"here"\r\nfoo(this, "there")' },
  { why: "nothing rewritten", source: 'console.log("here");' },
];

describe("positions in the source", () => {
  it.each(sources)("$why", ({ source, module }) => {
    const functor = module ? prepareModule(source, names) : prepareCommonJs(source, names);
    const positions = makeSourcePositions(functor.text, functor.positions);
    for (const mark of ['"here"', '"there"', '"below"']) {
      const inSource = source.indexOf(mark);
      if (inSource === -1) continue;
      const inText = functor.text.indexOf(mark);
      expect(positions.offsetOf(inText)).toBe(inSource);
      const line = source.slice(0, inSource).split(/\r?\n/).length;
      const column = (text: string, at: number): number =>
        at - Math.max(text.lastIndexOf("\n", at), text.lastIndexOf("\r", at));
      expect(positions.columnOf(line, column(functor.text, inText))).toBe(column(source, inSource));
    }
    expect(positions.offsetOf(0)).toBe(0);
    expect(positions.offsetOf(functor.text.length)).toBe(source.length);
  });

  it("leaves out of coverage what moat has put there", () => {
    const source = "function f(o) { o.x = 1; }";
    const functor = prepareCommonJs(source, names);
    const at = (text: string) => functor.text.indexOf(text);
    const whole = { startOffset: at("function f"), endOffset: functor.text.lastIndexOf("}\n});") + 1 };
    const handler = {
      startOffset: at("catch(") + "catch(moat$c)".length,
      endOffset: at("}catch(") + functor.text.slice(at("}catch(")).indexOf("} }") + 1,
    };
    const { functions } = coverageOfSource(
      { url: "file:///f.js", functions: [{ ranges: [whole, handler] }] },
      makeSourcePositions(functor.text, functor.positions),
    );
    expect(functions).toEqual([{ ranges: [{ startOffset: 0, endOffset: source.length }] }]);
  });

  it("tells coverage of the source, without the wrappers", () => {
    const source = "function f() { return this }\nf();";
    const functor = prepareCommonJs(source, names);
    const start = functor.text.indexOf("function f");
    const end = functor.text.indexOf("}\nf();") + 1;
    const range = (startOffset: number, endOffset: number) => [{ startOffset, endOffset }];
    const all = functor.text.length;
    const coverage = {
      url: "file:///f.js",
      functions: [
        { ranges: range(0, all) },
        { ranges: range(1, all - 1) },
        { ranges: range(20, all - 2) },
        { ranges: range(start, end) },
      ],
    };
    const { functions } = coverageOfSource(coverage, makeSourcePositions(functor.text, functor.positions));
    expect(functions).toEqual([{ ranges: range(0, source.length) }, { ranges: range(0, source.indexOf("\n")) }]);
  });
});
