// A package reads and stats a file of the project, again and again.
const path = require("node:path");
const { report, measure, measureAsync } = require("bench-report");
const files = require("bench-files");

const file = path.join(__dirname, "small.txt");
(async () => {
  let bytes =
    files.readSync(file, 500) + files.statSync(file, 500) + files.lookUp(file, 300) + files.list(__dirname, 200);
  bytes += measure("readSync", () => files.readSync(file, 5000));
  bytes += measure("statSync", () => files.statSync(file, 10000));
  bytes += measure("lookUp", () => files.lookUp(file, 3000));
  bytes += measure("list", () => files.list(__dirname, 2000));
  await files.read(file, 200);
  bytes += await measureAsync("read", () => files.read(file, 2000));
  await files.stat(file, 200);
  bytes += await measureAsync("stat", () => files.stat(file, 4000));
  report(bytes);
})();
