import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
beforeAll(async () => {
  project = await makeProject({
    "index.js": `
      const use = require("./use.js"), before = Date;
      globalThis.fetch = function () { return "my fetch" };
      global.setTimeout = () => "my timer";
      Date = class extends before { static now() { return 7 } };
      console.log(JSON.stringify(use()));`,
    "use.js": `
      let at = 0
      module.exports = () => [fetch(), setTimeout(), Date.now(), new Date() instanceof Date, typeof Date, typeof setImmediate, (() => { at
        Date.now() })()]`,
  });
});
afterAll(() => project.remove());

test("the project's modules see globals that are replaced after they were loaded", async () => {
  const { stdout } = await project.node("index.js");
  expect(JSON.parse(stdout).slice(0, 4)).toEqual(["my fetch", "my timer", 7, true]);
  expect((await project.moat("index.js")).stdout).toBe(stdout);
});

test("what the application puts in place of console.log takes what packages print, but by what they kept from before", async () => {
  const both = await makeProject({
    "index.js": `
      const reports = require("reports"), taken = [], { log } = console;
      console.log = (...args) => taken.push(args.join());
      reports.now("a"); reports.kept("b");
      console.log = log;
      reports.now("c"); reports.kept("d");
      console.log(taken.join(), Object.keys(console).includes("log"), reports.own());`,
    "node_modules/reports/package.json": '{"name":"reports","version":"1.0.0"}',
    "node_modules/reports/index.js": `
      exports.kept = console.log; exports.now = (text) => console.log(text);
      exports.own = () => { console.log = () => "mine"; return console.log(); };`,
  });
  try {
    const { stdout } = await both.node("index.js");
    const moat = await both.moat("index.js", policyFor("index.js", { reports: { globals: ["console"] } }));
    expect(moat.stdout, moat.stderr).toBe(stdout);
    expect(stdout).toContain("b\n");
  } finally {
    await both.remove();
  }
});

test("a text that a package has evaluated sees what the package puts in place of its globals afterwards (Vitest's mock clocks)", async () => {
  const both = await makeProject({
    "index.js": `console.log(JSON.stringify(require("runner")()));`,
    "node_modules/runner/package.json": '{"name":"runner","version":"1.0.0"}',
    "node_modules/runner/index.js": `
      const text = "() => [fetch(), setTimeout(), Date.now(), typeof setImmediate]";
      const specs = [require("vm").runInThisContext(text), eval(text), new Function("return " + text)()];
      module.exports = () => {
        globalThis.fetch = () => "my fetch"; globalThis.setTimeout = () => "my timer"; globalThis.Date = { now: () => 7 };
        return specs.map((spec) => spec());
      };`,
  });
  try {
    const { stdout } = await both.node("index.js");
    expect(stdout).toContain('["my fetch","my timer",7,"function"]');
    const globals = ["fetch", "setImmediate", "setTimeout"];
    const builtins = { vm: ["runInThisContext"] };
    const moat = await both.moat("index.js", policyFor("index.js", { runner: { globals, builtins } }));
    expect(moat.stdout, moat.stderr).toBe(stdout);
  } finally {
    await both.remove();
  }
});
