import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

const MOAT = fileURLToPath(new URL("../../../cli/bin/moat.js", import.meta.url));
const GRANTS = { dep: { globals: ["FormData", "ReadableStream", "Headers", "Response", "crypto"] } };
let project: Project;
beforeAll(async () => {
  project = await makeProject({
    "package.json": `{ "name": "app", "dependencies": { "dep": "1" } }`,
    "mention.js": `console.log(require("dep").mention.length)`,
    "use.js": `console.log(require("dep").use())`,
    // Loaded before moat, by whoever starts node.
    "loads.cjs": `
      const { writeSync } = require("node:fs"), real = process;
      process.on("exit", () => writeSync(1, String(real.moduleLoadList.some((name) => name.includes("undici")))));`,
    "node_modules/dep/package.json": `{ "name": "dep", "version": "1.0.0" }`,
    "node_modules/dep/index.js": `
      exports.mention = function (body) { return body instanceof FormData || body instanceof ReadableStream };
      exports.use = () => {
        class Mine extends FormData {}
        const form = new FormData(), from = Response.json
        form.append("a", "b")
        return [form.get("a"), new Mine() instanceof FormData, typeof Headers, typeof from, crypto.getRandomValues(new Uint8Array(2)).length].join()
      };`,
  });
});
afterAll(() => project.remove());

const run = async (entry: string): Promise<string> => {
  await writeFile(join(project.folder, "moat.policy.json"), JSON.stringify(policyFor(entry, GRANTS)));
  const { stdout } = await promisify(execFile)(process.execPath, ["--require", "./loads.cjs", MOAT, "run", entry], {
    cwd: project.folder,
  });
  return stdout;
};

test("what a package's text mentions of Node's HTTP client is loaded when it is used", async () => {
  expect(await run("mention.js")).toBe("1\nfalse");
  expect(await run("use.js")).toBe("b,true,function,function,2\ntrue");
});
