import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { makeLaunchProperty } from "./launch-property.ts";
import { runs } from "./runs.ts";

const { property, counts, remove } = makeLaunchProperty();
afterAll(remove);

test("no child or worker is another one than was checked", () => {
  fc.assert(property, runs(1500));
  // The cases are about something.
  expect(counts.started).toBeGreaterThan(30);
});
