import { describe, expect, test } from "vitest";
import { makeCompartment } from "../../src/compartments/compartment.ts";

function globalAfter(text: string, kind: "script" | "eval"): Record<string, unknown> {
  const holder: Record<string, unknown> = {};
  const compartment = makeCompartment({
    globalThis: holder,
    realGlobalNames: new Set(),
    importModule: () => Promise.reject(new Error("no import")),
  });
  compartment.evaluate(text, "x.js", kind);
  return holder;
}

describe("what a text declares at its top", () => {
  test("a script declares it for other scripts, strict or not", () => {
    expect(
      Object.keys(globalAfter('"use strict"; function f() {} var x = 1; const { y } = { y: 2 }', "script")),
    ).toEqual(["f", "x", "y"]);
    expect(globalAfter("var x = 1; let y = 2", "script")).toEqual({ x: 1, y: 2 });
  });

  test("an evaluated text declares variables and functions, and none where it is strict", () => {
    expect(globalAfter("var x = 1; let y = 2; class Z {}", "eval")).toEqual({ x: 1 });
    expect(globalAfter('"use strict"; function f() {} var x = 1', "eval")).toEqual({});
  });

  test("functions are there before the first statement, and what the script puts in their place stays", () => {
    const { seen } = globalAfter("var self = this; self.seen = typeof self.f; function f() {}", "script");
    expect(seen).toBe("function");
    expect(globalAfter("function f() { return 1 } var self = this; self.f = 2", "script")["f"]).toBe(2);
    expect(globalAfter("function f() {} f = 3", "script")["f"]).toBe(3);
    expect(globalAfter("function f() {} var f = 4", "script")["f"]).toBe(4);
  });
});
