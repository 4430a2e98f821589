import { expect, test } from "vitest";
import {
  computedNamesIn,
  loadsOtherwise,
  quotedNamesIn,
  scriptNamesIn,
  specifiersIn,
} from "../../src/compartments/modules-in-text.ts";

test.each([
  [`require("./a"); require.resolve('./b')`, ["./a", "./b"]],
  [`import "./a"; import x from "./b"; export * from './c'`, ["./a", "./b", "./c"]],
  ["import(`./a`); await import ( './b' )", ["./a", "./b"]],
  [`// require("./in-a-comment")`, ["./in-a-comment"]],
  [
    `const nodeRequire = createRequire(file); nodeRequire("./a"); require_("./b"); require?.("./c")`,
    ["./a", "./b", "./c"],
  ],
  [`required("./a"); const from = 1`, []],
])("specifiers of %s", (text, specifiers) => expect(specifiersIn(text)).toEqual(specifiers));

test.each([
  [`require(path.join(__dirname, "lib", "a"))`, ["./lib", "./lib/a", "./a"]],
  [`require(join(env["ROOT"], "lib", "a"))`, ["./ROOT", "./ROOT/lib", "./ROOT/lib/a", "./lib", "./lib/a", "./a"]],
  [`require(__dirname + "/lib/a.js")`, ["./lib/a.js"]],
  ["import(`${here}/lib/a.js`)", ["./lib/a.js"]],
  [`require("./a")`, []],
  [`require(name)`, []],
])("computed specifiers of %s", (text, specifiers) => expect([...computedNamesIn(text)]).toEqual(specifiers));

test.each([
  [`const file = "./lib/a.js"`, ["./lib/a.js"]],
  ["const file = `${__dirname}/lib/a`", ["/lib/a"]],
  [`const parts = ["lib",\n  'a.js']`, ["lib", "lib/a.js", "a.js"]],
  [`__dirname + "/lib" + "/a.js"`, ["/lib", "/lib//a.js", "/a.js"]],
  [`don't; f('./a'), "no name", "..", "/"`, ["./a"]],
  [`"a"; "b"`, ["a", "b"]],
])("what may be names in %s", (text, names) => expect([...quotedNamesIn(text)].toSorted()).toEqual(names.toSorted()));

test.each([
  [`const load = require;`, true],
  [`lazy(require)`, true],
  [`require?.(name)`, true],
  [`createRequire(__filename)`, true],
  [`eval("require")`, true],
  [`new vm.Script(text).runInThisContext()`, true],
  [`require("./a"); require.resolve("./b"); module.require("./c")`, false],
  [`import a from "./a"; import("./b")`, false],
])("%s may load by other ways: %s", (text, does) => expect(loadsOtherwise(text)).toBe(does));

test.each([
  [`new Worker(new URL("./by-url.mjs", import.meta.url))`, ["./by-url.mjs"]],
  [`require("child_process").exec("node jobs/a.cjs --fast; node b.ts")`, ["jobs/a.cjs", "b.ts"]],
  [`new Piscina({ filename: path.join(__dirname, 'worker.js') })`, ["worker.js"]],
  [`new Worker(\n  join(\n    __dirname,\n    "deep",\n    'worker.js',\n  ))`, ["deep/worker.js"]],
  [`new Worker(join(env["ROOT"], "deep", "worker.js"))`, ["deep/worker.js"]],
  [`cluster.fork("jobs/child")`, ["jobs/child.js", "jobs/child/index.js"]],
  [`cluster; fork("a"${" ".repeat(185)}, x, join("jobs", "child"))`, ["jobs/child.js"]],
  ["child_process.fork(`${__dirname}/jobs/child`)", ["jobs/child.js"]],
  [`child_process.exec("node jobs/child")`, ["jobs/child.js"]],
])("names of scripts in %s", (text, names) => expect([...scriptNamesIn(text)]).toEqual(expect.arrayContaining(names)));

test.each([
  ["which starts none", `console.log("a.js"); join("b", "c")`],
  ["which names none", `new Worker(path); x.json; y.jsx.map`],
])("no names of scripts in a text %s", (_why, text) => expect([...scriptNamesIn(text)]).toEqual([]));

test("texts of a megabyte that name nothing are read once through", () => {
  const before = performance.now();
  for (const part of [
    "a",
    "a.",
    "./",
    "require(",
    "from ",
    "import (",
    "require(x,",
    "`",
    '"a",',
    '"',
    "fork(",
    "exec: ",
    "'\n",
    "../",
    '"../',
    '"a"\n',
    "require ",
  ])
    for (const read of [specifiersIn, computedNamesIn, scriptNamesIn, quotedNamesIn])
      void [...read(`new Worker ${part.repeat(1e6 / part.length)}`)];
  // Some milliseconds each; what looks at a part of them from each place takes minutes.
  expect(performance.now() - before).toBeLessThan(10_000);
});
