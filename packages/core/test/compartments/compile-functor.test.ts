import { expect, test } from "vitest";
import { judgedByV8 } from "../../src/compartments/compile-functor.ts";
import { prepareCommonJsQuickly } from "../../src/loader/transform-text.ts";
import { makeCompartment } from "../../src/compartments/compartment.ts";

test("what only looks like a comment that names a map is taken, and refused where V8 finds that comment", () => {
  const { names } = makeCompartment({
    owner: undefined,
    globalThis: {},
    realGlobalNames: new Set(),
    importModule: () => Promise.reject(new Error("no import")),
  });
  const functor = prepareCommonJsQuickly("exports.marks = /\\/\\/# sourceMappingURL=(.*)/", names)!;
  expect(judgedByV8(functor, "a.js")).toMatchObject({ text: functor.text, compiled: { fileName: "a.js" } });
  // As if V8 read the text otherwise than moat.
  const read = { ...functor, text: functor.text.replace("\n", "\n//# sourceMappingURL=b.map\n") };
  expect(judgedByV8(read, "b.js")).toBe(undefined);
});
