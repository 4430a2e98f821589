import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { makeFsProperty } from "./fs-property.ts";
import { runs } from "./runs.ts";

const property = makeFsProperty();
afterAll(() => property.remove());

test("no path leads out of its scopes", () => {
  fc.assert(property.sync, runs(1500));
  // The cases are about something: calls succeed, and files change.
  expect(property.counts.answered).toBeGreaterThan(30);
  expect(property.counts.changed).toBeGreaterThan(20);
});

test("nor in streams, promises and callbacks", async () => {
  await fc.assert(property.async, runs(400));
});
