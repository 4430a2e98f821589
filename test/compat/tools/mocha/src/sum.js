const ms = require("ms");
exports.sum = (a, b, then) => { const result = a + b + (ms("0s") ?? 0); then?.(result); return result; };
