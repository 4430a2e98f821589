import { dirname, join, resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { folderOf, inFolder, relativeTo } from "../../src/packages/folder-of.ts";

const segment = fc.constantFrom("a", "b.js", "@s", "..", ".", "", ".pnpm", "x y", "ü", "c-d_e");
const folder = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join("/")}`);
const specifier = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join("/"));

test("relativeTo is resolve", () => {
  fc.assert(
    fc.property(folder, specifier, (at, text) => void expect(relativeTo(at, text)).toBe(resolve(at, text))),
    { numRuns: 1_000 },
  );
});

test("folderOf is dirname", () => {
  fc.assert(
    fc.property(
      folder.map((path) => resolve(path)),
      (path) => void expect(folderOf(path)).toBe(dirname(path)),
    ),
  );
});

test("inFolder is join, for a name", () => {
  fc.assert(
    fc.property(
      folder.map((path) => resolve(path)),
      (path) => void expect(inFolder(path, "@s/name")).toBe(join(path, "@s/name")),
    ),
  );
});
