import { join } from "node:path";
import { expect, test } from "vitest";
import { withoutOutputs } from "../../src/compartments/entry-modules.ts";

const project = join("/", "project");
const sources = withoutOutputs({ has: () => true }, project);

test.each([
  ["dist/server.js", false],
  ["packages/a/build/x.js", false],
  ["dist-ssr/entry.js", false],
  ["out-tsc/a.js", false],
  ["build.prod/a.js", false],
  ["src/dist.js", true],
  ["build-tools/release.js", true],
  ["build_scripts/a.js", true],
  ["build-scripts-out/a.js", false],
  ["../dist/a.js", true],
])("%s is a source, and no output: %s", (path, isSource) => {
  expect(sources.has(join(project, path))).toBe(isSource);
});
