import { expect, test } from "vitest";
import { crawlAlone } from "./alone.mjs";

test("a package that has a single builtin or global reaches nothing that others' packages share and it can change", async () => {
  const found = await crawlAlone();
  expect(Object.keys(found).length).toBeGreaterThan(100);
  expect(Object.fromEntries(Object.entries(found).filter(([, lines]) => lines.length > 0))).toEqual({});
}, 300_000);

// All of them take minutes: `node test/crawler/alone.mjs "$(which node)" "" "little stack"`.
test.each(["little stack", "no files"] as const)(
  "nor where what it did first failed for want of it: %s",
  async (want) => {
    const found = await crawlAlone({ only: /^(?:os|net|http2)$/, want });
    expect(found).toEqual({ os: [], net: [], http2: [] });
  },
  100_000,
);
