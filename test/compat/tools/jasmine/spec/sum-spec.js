const ms = require("ms");
describe("sum", () => {
  it("is even", () => expect(ms("2s")).toBeEven());
  it("has a clock", () => { jasmine.clock().install(); const f = jasmine.createSpy(); setTimeout(f, 100); jasmine.clock().tick(100); expect(f).toHaveBeenCalled(); jasmine.clock().uninstall(); });
  it("fails", () => expect(ms("1s")).toBe(1));
});
