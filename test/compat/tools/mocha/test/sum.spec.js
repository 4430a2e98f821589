const assert = require("node:assert");
const sinon = require("sinon");
const { sum } = require("../src/sum.js");
describe("sum", function () {
  it("adds", () => assert.strictEqual(sum(1, 2), 3));
  it("has hooks", function () { assert.ok(globalThis.setUp && this.fromHook); });
  it("spies", () => { const spy = sinon.spy(); sum(1, 2, spy); sinon.assert.calledOnceWithExactly(spy, 3); });
  it("fails", () => assert.deepStrictEqual({ a: sum(1, 1) }, { a: 3 }));
});
