import fs from "node:fs";
export const name = () => fs.readFileSync("./package.json", "utf8").length;
