import fc from "fast-check";
import { test } from "vitest";
import { endpointProperty } from "./endpoint-property.ts";
import { runs } from "./runs.ts";

test("a host is what it is in every spelling", () => {
  fc.assert(endpointProperty, runs(5000));
});
