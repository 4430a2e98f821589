import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { expect, test } from "vitest";
import { makePropertiesFast } from "../../src/endowments/fast-properties.ts";

/** V8's own answer. */
function hasFastProperties(object: object): boolean {
  setFlagsFromString("--allow-natives-syntax");
  try {
    return new Script("(function (object) { return %HasFastProperties(object); })").runInThisContext()(object);
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
}

test("what V8 keeps as a table becomes fast, frozen or not, also the first time that it is asked for", () => {
  for (const finish of [Object.freeze, Object.seal, <T>(object: T) => object]) {
    const object: Record<string, unknown> = {};
    for (const name of ["a", "b", "c"]) object[name] = () => name;
    delete object["a"];
    finish(object);
    expect(hasFastProperties(object)).toBe(false);
    makePropertiesFast(object);
    expect(hasFastProperties(object)).toBe(true);
  }
  // As moat's accessors come to be.
  for (const name of ["trim", "at"]) {
    const value: unknown = Reflect.get(String.prototype, name);
    Object.defineProperty(String.prototype, name, { get: () => value, set() {}, configurable: true });
  }
  makePropertiesFast(String.prototype);
  expect(hasFastProperties(String.prototype)).toBe(true);
});
