import { parse, tokenizer } from "acorn";

const text = "export const f = async (a = 1, ...rest) => { for await (const x of rest) yield_(x?.y ?? a); };";
const tree = parse(text, { ecmaVersion: "latest", sourceType: "module" });
console.log(JSON.stringify(tree).length, [...tokenizer(text, { ecmaVersion: "latest", sourceType: "module" })].length);
