import { expect } from "chai";
import sum from "../src/sum.js";
describe("as a module", () => {
  it("adds later", async () => { await new Promise((resolve) => setTimeout(resolve, 5)); expect(sum.sum(2, 2)).to.equal(4); });
  it.skip("is skipped", () => {});
});
