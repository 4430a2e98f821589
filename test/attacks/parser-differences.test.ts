import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

// Each file is one hostile module: it is refused, or finds nothing.
const FILES: Readonly<Record<string, string>> = {
  "a variable called of, then a line that divides":
    "var of = 1, g = 1, b = 1, r;\nb\nof\n/(r=globalThis)/g\nmodule.exports = r && r.Buffer && 'canary'",
  "the wrapper closed inside of what acorn takes for a regular expression": `var of = 1, b = 1;\nb\nof\n/"("}}}); this.Buffer && (Buffer.poolSize = 4242); (function(){moat$e0:{return function(){ ")"/1`,
  "sloppy this beside the inner function": `var of = 1, b = 1, g = 1;\nb\nof\n/"("}, (console.log(this === undefined ? "" : "canary-" + "3f9c1d")), function () { ")" /g`,
  "a parameter's default beside a variable of the body": `module.exports = (function (a = globalThis) { var globalThis; return a })().Buffer && "canary-" + "3f9c1d"`,
  "a catch pattern beside a name of its block": `let r; try { throw {} } catch ({ a = globalThis }) { let globalThis; r = a } module.exports = r.Buffer && "canary-" + "3f9c1d"`,
  "import.source": `module.exports = import.source("/x.wasm").then(() => "canary-" + "3f9c1d", (e) => e.message)`,
  "import.defer": `module.exports = import.defer("node:fs").then(() => "canary-" + "3f9c1d", (e) => e.message)`,
  "new import.meta": `module.exports = Function("return import.meta")() && "canary-" + "3f9c1d"`,
  "import() in evaluated text": `module.exports = Promise.any([eval("import('node:fs')"), Function("return import('node:fs')")(), (async () => {}).constructor("return import('node:fs')")()]).then((fs) => fs.readFileSync(SECRET_FILE, "utf8"), (e) => "rejected")`,
  "a function's parameters that close it": `module.exports = Function("a){}}), globalThis.Buffer && (canary = 1), (function(", "")`,
  "a comment over the parameters' end": `module.exports = Function("/*", "*/){ return typeof Buffer === 'undefined' ? 0 : 'canary-' + '3f9c1d'")()`,
  "a name in evaluated text": `var f = new Function("o", "with (o) { return globalThis }"); module.exports = f({}).Buffer && "canary-" + "3f9c1d"`,
};

test("what two parsers read otherwise hides nothing", async () => {
  const names = Object.keys(FILES);
  const damage = await attack({
    techniques: Object.fromEntries(names.map((name, index) => [name, `return await require("./f${index}.js")`])),
    files: Object.fromEntries(names.map((name, index) => [`node_modules/hostile/f${index}.js`, FILES[name]!])),
    aftermath: `assert(Buffer.poolSize !== 4242, "the pool's size")`,
  });
  expect(damage).toMatchObject(NOTHING);
});
