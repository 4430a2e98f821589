import { Chalk } from "chalk";

const chalk = new Chalk({ level: 3 });
console.log(JSON.stringify(chalk.red.bold(`a ${chalk.bgHex("#00ff88").underline("b")} c`)));
