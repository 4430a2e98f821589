const yargs = require("yargs/yargs");

const parsed = yargs(["build", "--level", "3", "-v", "--files", "a", "b"])
  .option("level", { type: "number" })
  .option("files", { array: true })
  .boolean("v")
  .exitProcess(false)
  .help(false)
  .version(false)
  .parse();
console.log(parsed._, parsed.level, parsed.v, parsed.files);
