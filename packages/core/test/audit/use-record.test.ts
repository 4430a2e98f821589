import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openUseRecord, readLearned } from "../../src/audit/use-record.ts";

const folder = mkdtempSync(join(tmpdir(), "moat-uses-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a package that makes up targets leaves no other's uses unseen, in this run and the next", () => {
  const file = join(folder, "learned.jsonl");
  const record = openUseRecord(file);
  for (let i = 0; i < 50_010; i += 1) record.add({ principal: "a", capability: "env", target: `K${i}` });
  record.add({ principal: "b", capability: "env", target: "TOKEN" });
  openUseRecord(file).add({ principal: "b", capability: "env", target: "OTHER" });
  const { uses } = readLearned(file);
  expect(uses.filter(({ principal }) => principal === "a")).toHaveLength(20_000);
  expect(uses.flatMap(({ principal, target }) => (principal === "b" ? [target] : []))).toEqual(["TOKEN", "OTHER"]);
});
