import { Script } from "node:vm";
import { expect, test } from "vitest";
import { leavePace, optimisedLate, paceFlag, startedLate } from "../src/optimise-late.ts";

/** V8's code caches carry a hash of its flags: another one, and none of them is taken. */
const flagHash = (): string => new Script("0").createCachedData().toString("hex", 12, 16);

test.each([
  ["optimisedLate", optimisedLate],
  ["startedLate", startedLate],
])("V8's flags are others while %s runs, and as before afterwards, whatever happens", (_name, late) => {
  const before = flagHash();
  expect(late(flagHash)).not.toBe(before);
  expect(flagHash()).toBe(before);
  expect(() =>
    late(() => {
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(flagHash()).toBe(before);
});

test("an unknown V8, and flags that the user chose, are left alone", () => {
  expect(paceFlag("99.1", "")).toBeUndefined();
  expect(paceFlag("11.3", "--no-opt")).toBeUndefined();
  expect(paceFlag("13.6", "--max-old-space-size=9 --no-turbofan")).toBeUndefined();
  expect(paceFlag("13.6", "--no-maglev")).toBeUndefined();
  expect(paceFlag("11.3", "--max-old-space-size=9 --enable-source-maps")).toBeDefined();
});

test("once others run in the process, V8 is left alone", () => {
  const before = flagHash();
  leavePace();
  expect(optimisedLate(flagHash)).toBe(before);
  expect(startedLate(flagHash)).toBe(before);
});
