import { parseDocument, stringify } from "yaml";

const document = parseDocument("# top\na: [1, 2, {b: c}]\nd: >-\n  folded\n  text\n");
document.set("e", new Map([["f", true]]));
console.log(String(document), stringify({ list: Array.from({ length: 20 }, (_, n) => ({ n, name: `x${n}` })) }).length);
