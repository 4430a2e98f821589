import test from "ava";
import ms from "ms";
test("adds", (t) => t.is(ms("1s"), 1000));
test("deep", async (t) => { await Promise.resolve(); t.deepEqual({ a: [ms("1s")] }, { a: [1000] }); });
