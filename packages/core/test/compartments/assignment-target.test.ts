import { describe, expect, it } from "vitest";
import { makeCompartment } from "../../src/compartments/compartment.ts";
import { prepareModule } from "../../src/loader/transform-module.ts";
import { prepareCommonJs } from "../../src/loader/transform-text.ts";

class Origin {}
const frozen = Object.freeze(
  Object.create(null, {
    constructor: { value: Origin },
    [Symbol.iterator]: { value: () => "inherited" },
    plain: { value: 1 },
  }),
) as object;

/** As lockdown leaves them. */
const intrinsics = {
  Object: Object.freeze(function Object() {}),
  String: Object.freeze(class String {}),
};
Object.freeze(intrinsics.String.prototype);

function run(source: string): any {
  const guestGlobal = {
    Symbol,
    Object: intrinsics.Object,
    String: intrinsics.String,
    frozen,
    heir: () => Object.create(frozen) as object,
  };
  const compartment = makeCompartment({
    globalThis: guestGlobal,
    realGlobalNames: new Set(),
    importModule: () => Promise.reject(new Error("no import")),
  });
  const inner = compartment.instantiate(prepareCommonJs(source, compartment.names), "file.js");
  const module = { exports: {} };
  inner(module.exports, undefined, module, "file.js", "/");
  return module.exports;
}

const writes: Array<{ why: string; source: string; expected: unknown }> = [
  { why: "a name", source: "var o = heir(); o.constructor = 7; exports.got = o.constructor", expected: 7 },
  { why: "a variable", source: "var o = heir(), k = 'constructor'; o[k] = 7; exports.got = o[k]", expected: 7 },
  {
    why: "a text in parts, as TypeScript 4 has it",
    source: "var o; exports.got = (o = heir(), o['' + 'constructor'] = 7, o).constructor",
    expected: 7,
  },
  {
    why: "an element",
    source: "var o = heir(), k = ['constructor']; o[k[0]] = 7; exports.got = o.constructor",
    expected: 7,
  },
  {
    why: "a call",
    source:
      "var o = heir(), n = 0; function k() { n++; return 'constructor' } o[k()] = 7; exports.got = [o.constructor, n]",
    expected: [7, 1],
  },
  {
    why: "an object in parentheses",
    source: "var o = heir(), k = 'constructor'; (o /* [ */)[k] = 7; exports.got = o[k]",
    expected: 7,
  },
  {
    why: "nested",
    source: "var o = heir(), p = {}, k = 'constructor'; p[o[k] = 'q'] = 7; exports.got = [o[k], p.q]",
    expected: ["q", 7],
  },
  {
    why: "a well-known symbol",
    source: "var o = heir(); o[Symbol.iterator] = 7; exports.got = o[Symbol.iterator]",
    expected: 7,
  },
  {
    why: "a symbol in a variable",
    source: "var o = heir(), k = Symbol.iterator; o[k] = 7; exports.got = o[k]",
    expected: 7,
  },
  {
    why: "reads before it writes",
    source: "var o = heir(), k = 'constructor'; o[k] ||= 7; exports.got = o[k].name",
    expected: "Origin",
  },
  {
    why: "in strict code",
    source: "'use strict'; const o = heir(), k = 'constructor'; o[k] = 7; exports.got = o[k]",
    expected: 7,
  },
  {
    why: "a counter is left alone",
    source: "var a = []; for (var i = 0; i < 3; i++) a[i] = i; exports.got = a",
    expected: [0, 1, 2],
  },
  {
    why: "an intrinsic that sloppy code extends",
    source:
      "var k = 'own'; Object[k] = 7; Object.own = 7; String.prototype.own = 7; exports.got = [Object.own, 'x'.own]",
    expected: [undefined, undefined],
  },
  {
    why: "silent in sloppy code",
    source: "var f = function f() {}, k = 'name'; f[k] = 7; exports.got = f.name",
    expected: "f",
  },
];

describe("assignments to what frozen prototypes have", () => {
  it.each(writes)("$why", ({ source, expected }) => {
    expect(run(source).got).toEqual(expected);
    expect((frozen as { constructor: unknown }).constructor).toBe(Origin);
  });

  it("fails in strict code where the object itself is frozen", () => {
    expect(() => run("'use strict'; const k = 'constructor'; frozen[k] = 7")).toThrow(TypeError);
  });

  it("keeps an imported key where it is read", () => {
    const { text } = prepareModule('import { key } from "keys"; export const o = {}; o[key] = 1;', {
      bindable: new Set(["Symbol"]),
      realGlobal: new Set(),
    });
    expect(text).toContain("moat$at(o,moat$k=(moat$i0.key))[moat$k] = 1;");
  });

  it("gives a script's value", () => {
    const compartment = makeCompartment({
      globalThis: { frozen, heir: () => Object.create(frozen) as object },
      realGlobalNames: new Set(),
      importModule: () => Promise.reject(new Error("no import")),
    });
    expect(compartment.evaluate("var o = heir(), k = 'constructor'; o[k] = 7")).toBe(7);
  });
});
