import { readFileSync } from "node:fs";
import { area } from "../lib/index";
console.log(area({ kind: "circle", size: readFileSync(__filename).length }));
