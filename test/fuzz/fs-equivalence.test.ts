import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { makeFsEquivalence } from "./fs-equivalence-property.ts";
import { runs } from "./runs.ts";

const { property, counts, remove } = makeFsEquivalence();
afterAll(remove);

test("a package that may do all does as plain Node does", async () => {
  await fc.assert(property, runs(400));
  expect(counts.answered).toBeGreaterThan(400);
  expect(counts.failed).toBeGreaterThan(400);
});
