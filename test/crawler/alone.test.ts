import { expect, test } from "vitest";
import { crawlAlone } from "./alone.mjs";

test("a package that has a single builtin or global reaches nothing that others' packages share and it can change", async () => {
  const found = await crawlAlone();
  expect(Object.keys(found).length).toBeGreaterThan(100);
  expect(Object.fromEntries(Object.entries(found).filter(([, lines]) => lines.length > 0))).toEqual({});
}, 300_000);
