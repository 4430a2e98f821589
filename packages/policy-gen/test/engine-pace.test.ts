import { Script } from "node:vm";
import { afterEach, expect, test } from "vitest";
import { makeEnginePace } from "../src/engine-pace.ts";

/** V8's code caches carry a hash of its flags: another one, and none of them is taken. */
const flagHash = (): string => new Script("0").createCachedData().toString("hex", 12, 16);

const pace = makeEnginePace();
afterEach(() => pace.end());

test("flags are changed while texts are parsed, and back afterwards", () => {
  const before = flagHash();
  pace.next();
  expect(flagHash()).not.toBe(before);
  pace.end();
  expect(flagHash()).toBe(before);
});

test("with many texts V8 optimises as ever", () => {
  const before = flagHash();
  for (let count = 0; count < 2_000; count += 1) pace.next();
  expect(flagHash()).toBe(before);
});
