import { expect, test } from "vitest";
import { makeCompartment } from "../../src/compartments/compartment.ts";

function compartmentWith(globals: Record<PropertyKey, unknown>) {
  return makeCompartment({
    globalThis: globals,
    realGlobalNames: new Set(),
    importModule: () => Promise.reject(new Error("no import")),
  });
}

test("a text that is evaluated again is a function of its own, with the values of then", () => {
  const seen: unknown[] = [];
  const { compileFunction, evaluate, globalThis: own } = compartmentWith({ see: (value: unknown) => seen.push(value) });
  const [first, second] = [0, 1].map(() => compileFunction(["n"], "see(n); return () => see"));
  expect(second).not.toBe(first);
  expect(second!.prototype).not.toBe(first!.prototype);
  const before: unknown = own["see"];
  own["see"] = (value: unknown) => seen.push([value]);
  const third = compileFunction(["n"], "see(n); return () => see");
  for (const [at, each] of [first, second, third].entries()) each!(at);
  expect(seen).toEqual([0, 1, [2]]);
  expect([first!(0)(), third(0)()]).toEqual([before, own["see"]]);

  const count = "typeof count === 'undefined' ? count = 1 : ++count";
  expect([1, 2, 3].map(() => evaluate(count, undefined, "eval"))).toEqual([1, 2, 3]);
  const list = () => evaluate("[]", undefined, "eval");
  expect(list()).not.toBe(list());
});

test("what differs in how it is evaluated, or by whom, is another text", () => {
  const [one, other] = [1, 2].map((value) => compartmentWith({ value }));
  const text = "value";
  expect([one!.evaluate(text), other!.evaluate(text), one!.compileFunction([], `return ${text}`)()]).toEqual([1, 2, 1]);
  const inName = (fileName: string) => one!.compileFunction([], "throw new Error('told')", { fileName });
  for (const name of ["first.js", "second.js", "first.js"]) {
    expect(() => inName(name)()).toThrow(expect.objectContaining({ stack: expect.stringContaining(name) }));
  }
  const kinds = (["function", "async", "generator"] as const).map((kind) =>
    one!.compileFunction([], "return 1", { kind }),
  );
  expect(kinds.map((made) => made.constructor.name)).toEqual(["Function", "AsyncFunction", "GeneratorFunction"]);
});

test("in a context, what its object has put before the intrinsics counts from then on, and no longer than it is there", () => {
  const context: Record<string, unknown> = {};
  const { evaluate } = makeCompartment({
    globalThis: context,
    intrinsics: { JSON, Map },
    realGlobalNames: new Set(),
    importModule: () => Promise.reject(new Error("no import")),
  });
  const seen = () => evaluate("typeof JSON + typeof Map");
  expect([seen(), seen()]).toEqual(["objectfunction", "objectfunction"]);
  context["JSON"] = "own";
  expect(seen()).toBe("stringfunction");
  context["Map"] = 1;
  expect(seen()).toBe("stringnumber");
  delete context["JSON"];
  expect(seen()).toBe("objectnumber");
});

test("many texts, long ones and wrong ones: each is itself", () => {
  const { compileFunction } = compartmentWith({});
  for (let round = 0; round < 2; round++) {
    for (let number = 0; number < 200; number++) expect(compileFunction([], `return ${number}`)()).toBe(number);
    expect(compileFunction([], `${" ".repeat(20_000)}return ${round}`)()).toBe(round);
    expect(() => compileFunction([], "return return")).toThrow(SyntaxError);
  }
});
