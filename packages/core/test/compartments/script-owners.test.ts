import { expect, test } from "vitest";
import type { Principal } from "../../src/endowments/principal.ts";
import { nameForEvaluated, noteScriptOwner, ownerOfScript } from "../../src/compartments/script-owners.ts";

const principal = (name: string): Principal => ({
  name,
  location: `/x/${name}`,
  trusted: false,
  policy: {},
  denies: () => true,
});
const [a, b] = [principal("a"), principal("b")];

test("a name stands for the one who uses it, and for nobody once two do", () => {
  noteScriptOwner("/x/a/index.js", a);
  noteScriptOwner("/x/a/index.js", a);
  expect(ownerOfScript("/x/a/index.js")).toBe(a);
  noteScriptOwner("/x/a/index.js", b);
  expect(ownerOfScript("/x/a/index.js")).toBe(undefined);
  noteScriptOwner("/x/a/index.js", a);
  expect(ownerOfScript("/x/a/index.js")).toBe(undefined);
  expect(ownerOfScript("/x/unknown.js")).toBe(undefined);
});

test("text without an owner takes a name away, and gives none", () => {
  noteScriptOwner("moat:function", undefined);
  noteScriptOwner("moat:function", a);
  expect(ownerOfScript("moat:function")).toBe(undefined);
});

test("evaluated text does not take the name of another's file", () => {
  noteScriptOwner("/x/b/index.js", b);
  expect(nameForEvaluated("/x/b/index.js", b)).toBe("/x/b/index.js");
  expect(nameForEvaluated("/x/b/free.js", a)).toBe("/x/b/free.js");
  const renamed = nameForEvaluated("/x/b/index.js", a);
  noteScriptOwner(renamed, a);
  expect(ownerOfScript(renamed)).toBe(a);
  expect(ownerOfScript("/x/b/index.js")).toBe(b);
});
