import { expect, it } from "vitest";
import { makeFieldDefiner } from "../../src/endowments/define-field.ts";

/** More shapes than V8 remembers at one place: from there on it takes another way. */
const SHAPES = 40;
const ROUNDS = 20_000;

it("defines and never assigns, also where V8 knows a setter for many shapes of objects", () => {
  const define = makeFieldDefiner("statusCode");
  let depth = 0;
  const prototypes = Array.from({ length: SHAPES }, (_, shape) => {
    const prototype = {};
    for (let index = 0; index < shape; index += 1) Object.assign(prototype, { [`p${index}`]: index });
    return Object.defineProperty(prototype, "statusCode", {
      get: () => undefined,
      set(this: object, value: unknown) {
        if (++depth > 1) throw new Error("the definition called the setter");
        define(this, value);
        depth = 0;
      },
    });
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const object = Object.create(prototypes[round % SHAPES]!) as { statusCode: number };
    object.statusCode = round;
    if (object.statusCode !== round) expect.fail("it defined nothing");
  }
});

it("defines again after a definition that failed, and takes nothing from another key's", () => {
  const [name, size] = [makeFieldDefiner("name"), makeFieldDefiner("size")];
  const target: Record<string, unknown> = {};
  expect(() => name(Object.freeze({}), "lost")).toThrow(TypeError);
  size(target, 1);
  name(target, undefined);
  expect(Object.getOwnPropertyDescriptors(target)).toEqual({
    size: { value: 1, writable: true, enumerable: true, configurable: true },
    name: { value: undefined, writable: true, enumerable: true, configurable: true },
  });
});
