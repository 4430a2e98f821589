/** What few modules do, and Node takes. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "./run-both.ts";

let project: Project;
beforeAll(async () => {
  project = await makeProject({
    "index.mjs": `
      import { createRequire } from "module";
      import { dirname } from "path";
      import { fileURLToPath } from "url";
      const here = dirname(fileURLToPath(import /*::(_)*/
        .meta.url));
      const urls = [here + "/", here + "/nothing.js", "file://" + here + "/", new URL(".", import.meta.url)];
      console.log(urls.map((url) => createRequire(url)("./x.cjs")).join(), import/**/.meta.url === import. meta.url, new Error().stack.split("\\n")[1].match(/:\\d+:\\d+/)[0]);`,
    "x.cjs": "module.exports = 'x'",
  });
});
afterAll(() => project.remove());

test("import.meta with something inside, and createRequire of a folder", async () => {
  const { stdout } = await project.node("index.mjs");
  expect(stdout).toContain("x,x,x,x true");
  expect((await project.moat("index.mjs")).stdout).toBe(stdout);
});
