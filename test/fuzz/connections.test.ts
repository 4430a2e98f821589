import fc from "fast-check";
import { expect, test } from "vitest";
import { makeConnectionProperty } from "./connection-property.ts";
import { runs } from "./runs.ts";

test("no connection leads elsewhere than to what was checked", async () => {
  const { property, counts } = makeConnectionProperty();
  await fc.assert(property, runs(1000));
  // The cases are about something.
  expect(counts.sent).toBeGreaterThan(20);
  expect(counts.asked).toBeGreaterThan(20);
});
