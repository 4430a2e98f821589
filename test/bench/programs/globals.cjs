// A loop whose every step reads global names, inside a package.
const { report, measure } = require("bench-report");
const loop = require("bench-globals");

loop(100_000);
report(measure("loop", () => loop(1_000_000)));
