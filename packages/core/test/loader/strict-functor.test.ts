import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { parseGuest } from "../../src/loader/parse.ts";
import { prepareModule } from "../../src/loader/transform-module.ts";
import type { NameSets } from "../../src/loader/name-sets.ts";
import { prepareCommonJs, prepareFunction, prepareScript } from "../../src/loader/transform-text.ts";
import { verifyFunctor } from "../../src/loader/verify-functor.ts";

const names: NameSets = {
  bindable: new Set(["Object", "Array", "globalThis", "console", "Function"]),
  realGlobal: new Set(["Object", "Array", "globalThis", "Buffer", "toString", "constructor"]),
};
const SHAPE = { inner: ["exports", "require", "module", "__filename", "__dirname"], kind: "function" } as const;
const HOLE = "'hostile text goes here'";

/** A sound functor into which V8 gets another text than was checked: what a difference between the parsers would do. */
function unverified(hostile: string): string {
  const { text } = prepareCommonJs(HOLE, names);
  return text.replace(HOLE, () => hostile);
}

function allParameters(text: string): string[] {
  return /^\(function\(([^)]*)\)/.exec(text)![1]!.split(",");
}

describe("V8 itself holds the functor", () => {
  test("every name of the real global object is a parameter, used or not", () => {
    const { text } = prepareCommonJs("1", names);
    for (const name of names.realGlobal) expect(allParameters(text)).toContain(name);
  });

  const breakOuts = [
    "}};marker();(function(){return function(){",
    "}}});marker();(function(){{return function(){",
    "}};break moat$e0}});marker();(function(){moat$e1:{return function(){",
    "}}});marker();(class{static m(){{return function(){}}",
    "}}});marker();(()=>{{return function(){",
  ];
  for (const hostile of breakOuts) {
    test(`text that closes its wrapper never runs: ${hostile}`, () => {
      let ran = false;
      const marked = Object.assign(globalThis, { marker: () => (ran = true) }) as { marker?: unknown };
      expect(() => new Script(unverified(hostile)).runInThisContext() as unknown).toThrow(SyntaxError);
      delete marked.marker;
      expect(ran).toBe(false);
    });
  }

  test("a text that holds the label, escaped or not, meets another one", () => {
    for (const written of ["moat$e0", "moat\\u0024e0", "moat\\u{24}e0", "moat$\\u{000065}0"]) {
      expect(prepareCommonJs(`var x = /${written}/`, names).text).toMatch(/;break moat\$e1\}\}\)$/);
    }
  });

  test("code beside the inner function is strict and sees no global object", () => {
    const outer = new Script(
      unverified("}, moat.found = [this, typeof Buffer, typeof globalThis], function () {"),
    ).runInThisContext() as Function;
    const found = {} as { found?: unknown[] };
    Object.assign(globalThis, { moat: found });
    outer.call(undefined);
    delete (globalThis as { moat?: unknown }).moat;
    expect(found.found).toEqual([undefined, "undefined", "undefined"]);
  });
});

describe("acorn and V8 must read the same", () => {
  const divided = [
    "a\nof\n/(x)/g",
    "a?.of\n/(x)/g",
    "function* g() { o?.yield\n/(x)/g }",
    "a\nof // c\n/* d */ /(x)/g",
    "a\nof\n<!-- c\n/(x)/g",
  ];
  for (const text of divided) {
    test(`a slash that divides for V8 alone is refused: ${JSON.stringify(text)}`, () => {
      expect(() => prepareCommonJs(text, names)).toThrow(/write a semicolon|Unexpected/);
    });
  }
  const fine = [
    "x = a ? b : {}\n/ 2 / g",
    "var f = () => {}\n/x/.test('x')",
    "if (a) {}\n/x/.test('x')",
    "a;\n/x/.test('x')",
    "x = {}\n/ 2 / g",
    "f()\n/ 2 / g",
  ];
  for (const text of fine) {
    test(`fine: ${JSON.stringify(text)}`, () => expect(() => prepareCommonJs(text, names)).not.toThrow());
  }
});

describe("names that are not declared where they stand are the compartment's", () => {
  const cases = [
    "(function (a = globalThis) { var globalThis; return a })()",
    "(function (a = () => globalThis) { function globalThis() {} return a() })()",
    "((a = globalThis) => { var globalThis; return a })()",
    "(({ [globalThis.x]: a, b = globalThis }) => { var globalThis; return b })({})",
    "(() => { try { throw {} } catch ({ a = globalThis }) { let globalThis; return a } })()",
    "(() => { try { throw [] } catch ([a = globalThis]) { class globalThis {} return a } })()",
  ];
  for (const source of cases) {
    test(source, () => {
      const { text, parameters } = prepareCommonJs(`module.exports = ${source}`, names);
      expect(parameters).toContain("globalThis");
      const guest = { guest: true };
      const module = { exports: undefined as unknown };
      const outer = new Script(text).runInThisContext() as (...values: unknown[]) => Function;
      outer(...parameters.map((name) => (name === "globalThis" ? guest : (globalThis as never)[name])))(
        {},
        undefined,
        module,
      );
      expect(module.exports).toBe(guest);
    });
  }
});

describe("refused", () => {
  const refused: readonly (readonly [string, string, "commonjs" | "module" | "script" | "function"])[] = [
    ["a body that closes its wrapper", "}}); evil(); (function () {", "commonjs"],
    ["import.source()", "import.source('x')", "commonjs"],
    ["import.defer()", "import.defer('x')", "module"],
    ["import source", "import source x from 'x'", "module"],
    ["import.meta in CommonJS", "import.meta", "commonjs"],
    ["import.meta in evaluated text", "import.meta", "script"],
    ["moat's prefix", "var moat$g", "commonjs"],
    ["moat's prefix, escaped", "moat\\u0024g", "commonjs"],
    ["moat's prefix as an import's name, used", "import { a as moat$g } from 'x'; moat$g", "module"],
    ["moat's prefix as a parameter", "(moat$import) => import('x')", "module"],
    ["moat's prefix in a pattern", "({ a: moat$t } = {})", "commonjs"],
    ["super outside of a method", "super.x", "commonjs"],
    ["a function text that is two", "(function a() {}, function b() {})", "function"],
    ["a function text with something behind it", "(function a() {})()", "function"],
    ["brackets nested too deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "commonjs"],
    ["templates nested too deep", `${"`${".repeat(50_000)}${"}`".repeat(50_000)}`, "commonjs"],
    ["HTML comments in modules", "let a = 1, b = 1; a<!--b", "module"],
  ];
  for (const [why, text, kind] of refused) {
    test(why, () => {
      const prepare = {
        commonjs: prepareCommonJs,
        module: prepareModule,
        script: prepareScript,
        function: prepareFunction,
      }[kind];
      expect(() => prepare(text, names)).toThrow(SyntaxError);
    });
  }

  const unsound: readonly (readonly [string, (text: string) => string])[] = [
    ["import() left", (text) => text.replace(HOLE, "import('x')")],
    ["a direct eval left", (text) => text.replace(HOLE, "eval('x')")],
    ["a source's name", (text) => text.replace(HOLE, "1 //# sourceURL=node:fs")],
    ["a source's name after a no-break space", (text) => text.replace(HOLE, "1 //#\u00a0sourceURL=node:fs")],
    ["a wrapper that is closed early", (text) => text.replace(HOLE, "}}});(function(){{return function(){")],
    ["an inner function that is not strict", (text) => text.replace(/"use strict";\n/, "\n")],
    ["an outer function that is not strict", (text) => text.replace('"use strict";moat$e0', "moat$e0")],
    ["a missing parameter", (text) => text.replace("Buffer,", "")],
    ["more behind the wrapper", (text) => `${text};evil()`],
    ["another label", (text) => text.replace(/break moat\$e0/, "break moat$e1")],
  ];
  for (const [why, spoil] of unsound) {
    test(`by the second look: ${why}`, () => {
      const { text } = prepareCommonJs(HOLE, names);
      const parameters = allParameters(text);
      expect(() => verifyFunctor(text, parameters, SHAPE, names.realGlobal)).not.toThrow();
      const spoilt = spoil(text);
      expect(spoilt).not.toBe(text);
      expect(() => verifyFunctor(spoilt, parameters, SHAPE, names.realGlobal)).toThrow(SyntaxError);
    });
  }
});

describe("held without being refused", () => {
  test("70,000 names", () => {
    const source = `var ${Array.from({ length: 70_000 }, (_, index) => `n${index}`).join(",")};`;
    expect(() => new Script(prepareCommonJs(source, names).text)).not.toThrow();
  });

  test("comments that name a source are broken, whatever white space they use", () => {
    for (const space of [" ", "\t", "\u00a0", "\u3000", "\ufeff", "\v"]) {
      expect(parseGuest(`1 //#${space}sourceURL=x`, "script").magicComments).toHaveLength(1);
      expect(prepareCommonJs(`1 //@${space}sourceURL=x`, names).text).not.toContain(`//@${space}sourceURL`);
    }
  });

  test("text that only looks like what is rewritten stays as it is", () => {
    const source =
      "var s = \"import('x') eval('y') <!-- --> moat$g\", t = `import(1) ${s}`, r = /import(x)eval(y)<!--/; /* import('z') eval('w') */";
    expect(prepareCommonJs(source, names).text).toContain(source);
  });

  test("names that are nowhere are looked up, those of the real global never", () => {
    const { text, parameters } = prepareCommonJs("Buffer; nowhere; typeof Buffer; Buffer = 1", names);
    expect(parameters).not.toContain("Buffer");
    expect(text).toContain('moat$free("nowhere")');
    expect(text.slice(text.indexOf("\n"))).not.toMatch(/[^.]\bBuffer\b(?!")/);
  });
});
