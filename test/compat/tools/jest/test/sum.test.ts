import { never, sum } from "../src/sum";
test("adds", () => expect(sum(1, 1)).toBe(2));
test("even", () => (expect(sum(2, 2)) as any).toBeEven());
test("throws", () => expect(never).toThrow("never"));
test("snapshot", () => expect({ a: sum(1, 2) }).toMatchSnapshot());
