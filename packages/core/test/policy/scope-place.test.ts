import { expect, test } from "vitest";
import { placeOfScope } from "../../src/policy/scope-place.ts";

const folders = { project: "/p", cwd: "/p/in", tmp: "/tmp", home: "/home/u" };

test.each([
  [".", "/p", "the project"],
  ["./a/b", "/p/a/b", "below it"],
  ["<package>", "/p/node_modules/dep", "the package"],
  ["<package>/a", "/p/node_modules/dep/a", "below it"],
  ["<cwd>", "/p/in", "where the program was started"],
  ["<tmp>/a", "/tmp/a", "below a token"],
  ["<home>/.config/x", "/home/u/.config/x", "the same"],
  ["/etc//hosts", "/etc/hosts", "absolute"],
  ["./a/../../x", undefined, "it would leave the project"],
  ["<tmp>/../etc", undefined, "it would leave its base"],
  ["<tmp>x", undefined, "a token ends at a separator"],
  ["<nonsense>", undefined, "no token"],
  ["a", undefined, "no scope"],
])("%s means %s: %s", (scope, place) => {
  expect(placeOfScope(scope, "/p/node_modules/dep", folders)).toBe(place);
});

test("everything lies below the root of the disk", () => {
  expect(placeOfScope("./a", "/x", { ...folders, project: "/" })).toBe("/a");
});
