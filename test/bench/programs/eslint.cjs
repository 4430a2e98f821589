const { readFileSync } = require("node:fs");
const path = require("node:path");
const { report, measure, measureAsync } = require("bench-report");

const { ESLint } = measure("load", () => require("eslint"));
const js = require("@eslint/js");
(async () => {
  const eslint = new ESLint({ cwd: __dirname, overrideConfigFile: true, overrideConfig: [js.configs.recommended] });
  const text = readFileSync(path.join(__dirname, "files.cjs"), "utf8");
  const results = await measureAsync("lint", () => eslint.lintText(text, { filePath: path.join(__dirname, "x.js") }));
  report(results.flatMap((result) => result.messages.map((message) => message.ruleId)).join());
})();
