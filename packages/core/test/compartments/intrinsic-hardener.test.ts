import { expect, test } from "vitest";
import { makeIntrinsicHardener } from "../../src/compartments/intrinsic-hardener.ts";

const { isFrozen } = Object;

test("hardening freezes what properties, accessors and prototypes lead to", () => {
  const symbol = Symbol("hidden");
  const parts = {
    value: {},
    get: () => 1,
    set: (_value: unknown) => {},
    prototype: { inherited: {} },
    static: {},
    method: { of: {} },
  };
  class Root {
    static part = parts.static;
    method(): void {}
  }
  Object.defineProperty(Root.prototype.method, symbol, { value: parts.method, enumerable: false });
  Object.defineProperty(Root.prototype, "value", { value: parts.value, writable: true });
  Object.defineProperty(Root.prototype, symbol, { get: parts.get, set: parts.set, configurable: true });
  Object.setPrototypeOf(Root.prototype, parts.prototype);
  const { harden } = makeIntrinsicHardener();
  expect(harden(Root)).toBe(Root);
  const reached = [
    Root,
    Root.prototype,
    Root.prototype.method,
    ...Object.values(parts),
    parts.prototype.inherited,
    parts.method.of,
  ];
  expect(reached.map(isFrozen)).toEqual(reached.map(() => true));
  expect([Object.isExtensible(Object.prototype), isFrozen(Array.prototype) || isFrozen(Function.prototype)]).toEqual([
    false,
    true,
  ]);
});

test("what ended half-way is hardened again", () => {
  let fails = true;
  const last = {};
  const root = new Proxy(
    { last },
    {
      ownKeys(target) {
        if (fails) throw new RangeError("no room");
        return Reflect.ownKeys(target);
      },
    },
  );
  const { hardenAll } = makeIntrinsicHardener();
  hardenAll([{}]);
  // Once frozen, so the second walk has to come by it again.
  expect(() => hardenAll([root])).toThrow(RangeError);
  fails = false;
  hardenAll([root]);
  expect(isFrozen(last)).toBe(true);
});
