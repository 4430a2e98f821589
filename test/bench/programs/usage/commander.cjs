const { Command } = require("commander");

const program = new Command()
  .name("tool")
  .option("-n, --number <n>", "a number", Number, 1)
  .option("--no-colour", "without colour");
program.command("add <file...>").action((files, _, { parent }) => console.log(files, parent.opts()));
program.parse(["add", "a.txt", "b.txt", "-n", "4", "--no-colour"], { from: "user" });
console.log(program.helpInformation().split("\n").length);
