const { test } = require("uvu");
const assert = require("uvu/assert");
test("adds", () => assert.is(require("ms")("1s"), 1000));
test.run();
