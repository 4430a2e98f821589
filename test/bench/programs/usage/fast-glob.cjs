const glob = require("fast-glob");

console.log(glob.sync("*.{cjs,json}", { cwd: __dirname, ignore: ["moat.*"] }).sort());
glob("**/fast-*", { cwd: __dirname, onlyFiles: true }).then((files) => console.log(files.length));
