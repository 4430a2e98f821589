/** V8 notes some 1,500 shapes that begin with `{}`, for the whole process; what moat makes of computed names is to take none. */
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { expect, test } from "vitest";
import { fillNamespace, makeSyntheticRecord } from "../../src/compartments/module-record.ts";
import { functionFor, methodFor } from "../../src/endowments/facade.ts";
import { powerless } from "../../src/endowments/shared-prototype.ts";

const MANY = 3_000;
let runs = 0;

/** Whether two objects that begin as `{}` and get the same new property have one shape: V8's own answer. */
function sharesNewShapes(): boolean {
  setFlagsFromString("--allow-natives-syntax");
  try {
    const text = `(function (key) {
      const one = {}, other = {};
      one[key] = other[key] = 1;
      return %HaveSameMap(one, other);
    })`;
    return new Script(text).runInThisContext()(`new${(runs += 1)}`);
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
}

const MAKERS: readonly (readonly [what: string, make: (name: string) => unknown])[] = [
  ["methodFor", (name) => [0, 1, 2, 3].map((length) => methodFor(name + length, length, () => undefined))],
  ["functionFor", (name) => [0, 1, 2, 3].map((length) => functionFor(name + length, length, () => undefined))],
  ["powerless", powerless],
  [
    "fillNamespace",
    (name) => {
      const namespace = {};
      fillNamespace(namespace, makeSyntheticRecord({ url: name, names: new Set([name]), read: () => undefined }));
      return namespace;
    },
  ],
];

test.each(MAKERS)("%s leaves V8 room for the program's shapes", (_what, make) => {
  const kept: unknown[] = [];
  for (let number = 0; number < MANY; number += 1) kept.push(make(`name${number}of${runs}_`));
  expect(sharesNewShapes()).toBe(true);
  expect(kept).toHaveLength(MANY);
});

test("what begins with {} does take it", () => {
  const kept: unknown[] = [];
  for (let number = 0; number < MANY; number += 1) kept.push({ [`taken${number}`]: number });
  expect(sharesNewShapes()).toBe(false);
  expect(kept).toHaveLength(MANY);
});
