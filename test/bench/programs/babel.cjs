const { readFileSync } = require("node:fs");
const path = require("node:path");
const { report, measure } = require("bench-report");

const babel = measure("load", () => {
  require("@babel/preset-env");
  return require("@babel/core");
});
const text = readFileSync(path.join(__dirname, "files.cjs"), "utf8");
const presets = [[require("@babel/preset-env"), { targets: "ie 11" }]];
const transform = () => babel.transformSync(text, { configFile: false, babelrc: false, presets }).code;
report(measure("transform", transform));
