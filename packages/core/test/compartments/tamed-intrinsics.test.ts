/** In a file of its own: it changes the intrinsics of the realm that runs it. */
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { tameFunctionText } from "../../src/compartments/function-text.ts";
import { makeCompartment } from "../../src/compartments/compartment.ts";
import { rememberSource, sourceOf } from "../../src/compartments/loaded-sources.ts";
import { enableOverrides } from "../../src/compartments/override-mistake.ts";
import { prepareCommonJs } from "../../src/loader/transform-text.ts";

const folder = mkdtempSync(join(tmpdir(), "moat-text-"));
afterAll(() => rmSync(folder, { recursive: true }));

tameFunctionText(sourceOf);
enableOverrides();

it("a function's text is that of the file, and compiles again where its names mean something else", () => {
  const file = join(folder, "generator.js");
  const source = "\ufeffvar before = this;\nexports.make = function () { return AST_Node + (this === undefined); };\n";
  writeFileSync(file, source);
  const compartment = makeCompartment({
    globalThis: {},
    realGlobalNames: new Set(),
    importModule: async () => undefined,
  });
  const functor = prepareCommonJs(source, compartment.names);
  rememberSource(file, functor);
  const exports = {} as { make: Function };
  compartment.instantiate(functor, file)(exports, undefined, { exports }, file, folder);
  expect(functor.text).toContain("moat$");
  expect(exports.make.toString()).toBe("function () { return AST_Node + (this === undefined); }");
  const again = compartment.compileFunction(["AST_Node"], `return (${exports.make.toString()}).call(1)`);
  expect(again("node ")).toBe("node false");
});

it("a text is looked for once, and again once another file has come", () => {
  const names = makeCompartment({
    globalThis: {},
    realGlobalNames: new Set(),
    importModule: async () => undefined,
  }).names;
  const rewrittenOf = (name: string) => {
    const file = join(folder, `${name}.js`);
    const source = `exports.${name} = function () { return missing_${name} };\n`;
    writeFileSync(file, source);
    const functor = prepareCommonJs(source, names);
    const piece = functor.text.slice(functor.text.indexOf("function () { return"), functor.text.indexOf("};") + 1);
    return { piece, load: () => rememberSource(file, functor), change: () => writeFileSync(file, "") };
  };
  const [first, second] = [rewrittenOf("first"), rewrittenOf("second")];
  expect(first.piece).toContain("moat$");
  first.load();
  expect([sourceOf(first.piece), sourceOf(second.piece)]).toEqual(["function () { return missing_first }", undefined]);
  first.change();
  expect(sourceOf(first.piece)).toBe("function () { return missing_first }");
  second.load();
  expect(sourceOf(second.piece)).toBe("function () { return missing_second }");
});

it("what moat replaced looks native, what is no function still throws", () => {
  for (const one of [Object.getOwnPropertyDescriptor, Function.prototype.toString]) {
    expect(Function.prototype.toString.call(one)).toBe(`function ${one.name}() { [native code] }`);
  }
  expect(() => Function.prototype.toString.call({})).toThrow(TypeError);
});

it("an override-tolerant accessor shows as the data that Node has there, and copies as such", () => {
  const shown = Object.getOwnPropertyDescriptor(Error.prototype, "message");
  expect(shown).toEqual({ value: "", writable: true, enumerable: false, configurable: true });
  expect(Reflect.getOwnPropertyDescriptor(Error.prototype, "message")).toEqual(shown);
  expect(Object.getOwnPropertyDescriptors(Error.prototype).message).toEqual(shown);
  const copy: { message?: string } = Object.defineProperty({}, "message", shown!);
  copy.message = "own";
  expect([copy.message, new Error().message]).toEqual(["own", ""]);
  const own = {
    get there() {
      return 1;
    },
  };
  expect(Object.getOwnPropertyDescriptor(own, "there")!.get).toBeTypeOf("function");
});
