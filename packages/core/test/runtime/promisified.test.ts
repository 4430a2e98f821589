import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "./run-both.ts";

let project: Project;
beforeAll(async () => {
  project = await makeProject({
    "index.js": `
      const { promisify } = require("util");
      const { pipeline, finished, Readable, PassThrough } = require("stream");
      const known = [pipeline, finished, setTimeout, setImmediate, require("fs").exists, require("child_process").exec];
      const own = function (done) { done(null, 7) };
      const marked = Object.freeze(Object.assign(() => {}, { [promisify.custom]: Object.freeze(() => "frozen") }));
      const said = known.map((one) => [typeof promisify(one), promisify(one) === one[promisify.custom]]);
      promisify(pipeline)(Readable.from(["text"]), new PassThrough()).then(async () => {
        try { promisify("no function") } catch (error) { said.push(error.code) }
        console.log(JSON.stringify([said, await promisify(own)(), promisify(marked) === marked[promisify.custom]]));
      });`,
  });
});
afterAll(() => project.remove());

test("what Node gives promises itself is promisified, though it is frozen", async () => {
  expect(JSON.parse((await project.moat("index.js")).stdout)).toEqual([
    [...Array.from({ length: 6 }, () => ["function", true]), "ERR_INVALID_ARG_TYPE"],
    7,
    true,
  ]);
});
