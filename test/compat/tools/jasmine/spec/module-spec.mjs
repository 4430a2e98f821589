import ms from "ms";
describe("module", () => it("adds", async () => expect(ms("1s")).toBe(1000)));
