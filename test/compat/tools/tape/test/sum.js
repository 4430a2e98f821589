const test = require("tape");
test("adds", (t) => { t.equal(require("ms")("1s"), 1000); t.deepEqual({ a: 1 }, { a: 1 }); t.end(); });
test("fails", (t) => { t.plan(1); t.equal(1, 2); });
