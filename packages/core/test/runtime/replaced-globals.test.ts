import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "./run-both.ts";

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
