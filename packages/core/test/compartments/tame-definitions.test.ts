/** In a file of its own: it changes the intrinsics of the realm that runs it. */
import { expect, it } from "vitest";
import { hardenNodeClass } from "../../src/endowments/harden-node.ts";
import { tameDefinitions } from "../../src/compartments/tame-definitions.ts";

tameDefinitions();
Object.freeze(Math);

it("a polyfill of what the language has is left out without failing", () => {
  const native = Math.max;
  expect(Object.defineProperty(Math, "max", { value: () => 0 })).toBe(Math);
  expect(Object.defineProperties(Math, { max: { value: () => 0 } })).toBe(Math);
  expect(Math.max).toBe(native);
});

it("hidden data on a frozen constructor is left out without failing, a method is not", () => {
  const Frozen = Object.freeze(class {}) as unknown as Record<string, unknown>;
  expect(Object.defineProperty(Frozen, "cache", { value: {}, enumerable: false })).toBe(Frozen);
  expect(Object.defineProperty(Frozen, "text", { value: "", enumerable: false })).toBe(Frozen);
  expect(["cache", "text"].filter((name) => name in Frozen)).toEqual([]);
  expect(() => Object.defineProperty(Frozen, "method", { value: () => 0 })).toThrow(TypeError);
  expect(() => Object.defineProperty(Frozen, "shown", { value: {}, enumerable: true })).toThrow(TypeError);
});

it("what a polyfill adds to the language is left out without failing", () => {
  expect(Object.defineProperty(Math, "sum", { value: () => 0, writable: true, configurable: true })).toBe(Math);
  expect(Object.defineProperties(Math, { sum: { value: () => 0 }, late: { get: () => 0 } })).toBe(Math);
  expect([...Object.getOwnPropertyNames(Math)].filter((name) => name === "sum" || name === "late")).toEqual([]);
});

it("what the language does not have can't be added to be seen, and other objects fail as ever", () => {
  expect(() => Object.defineProperty(Math, "sum", { value: () => 0, enumerable: true })).toThrow(TypeError);
  expect(() => (Math as unknown as { __defineGetter__: Function }).__defineGetter__("sum", () => 0)).toThrow(TypeError);
  expect(() => Object.defineProperty(Object.freeze({ a: 1 }), "a", { value: 2 })).toThrow(TypeError);
  expect(Object.defineProperties({}, { a: { value: 1, enumerable: true } })).toEqual({ a: 1 });
});

it("a class of Node's keeps the methods that a tracer would wrap, without failing", () => {
  class Response {
    end(): string {
      return "native";
    }
  }
  class Heir extends Response {}
  hardenNodeClass(Heir);
  expect(Object.defineProperty(Heir.prototype, "end", { value: () => "wrapped" })).toBe(Heir.prototype);
  expect(new Heir().end()).toBe("native");
  expect(() => Object.defineProperty(Heir.prototype, "traced", { value: () => 0 })).toThrow(TypeError);
});
