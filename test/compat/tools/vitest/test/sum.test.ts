import { expect, test, vi } from "vitest";
import { sum } from "../src/sum";
vi.mock("ms", () => ({ default: () => 10 }));
test("mocked", () => expect(sum(1, 1)).toBe(12));
test("even", () => (expect(sum(1, 1)) as any).toBeEven());
test("inline", () => expect({ a: 1 }).toMatchInlineSnapshot(`
  {
    "a": 1,
  }
`));
test("fails", () => expect(sum(1, 1)).toBe(3));
