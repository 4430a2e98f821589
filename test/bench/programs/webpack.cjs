// Bundles a few files of the project; what comes out stays in memory.
const path = require("node:path");
const { report, measure, measureAsync } = require("bench-report");

const webpack = measure("load", () => require("webpack"));
const compiler = webpack({
  mode: "none",
  cache: false,
  context: __dirname,
  entry: "./bundled.cjs",
  output: { path: path.join(__dirname, "out") },
});
const written = new Map();
const done = (callback, ...values) => setImmediate(callback, null, ...values);
compiler.outputFileSystem = {
  mkdir: (folder, options, callback) => done(callback ?? options),
  stat: (file, callback) => setImmediate(callback, Object.assign(new Error("not there"), { code: "ENOENT" })),
  readFile: (file, callback) => setImmediate(callback, Object.assign(new Error("not there"), { code: "ENOENT" })),
  writeFile: (file, content, callback) => done(callback, written.set(path.basename(file), String(content))),
};
(async () => {
  const bundle = () =>
    new Promise((resolve, reject) => compiler.run((error, stats) => (error ? reject(error) : resolve(stats))));
  const stats = await measureAsync("bundle", bundle);
  report(`${stats.hasErrors()} ${[...written].map(([name, text]) => `${name} ${text.length}`)}`);
})();
