import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isNamedIn } from "../../src/compartments/named-in-text.ts";

const folder = mkdtempSync(join(tmpdir(), "moat-named-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [`const a = require("a");`, true],
  ["require ( `a` )", true],
  [`require.resolve('a')`, true],
  [`import a from "a"`, true],
  [`import{a}from"a"`, true],
  [`import "a"`, true],
  [`await import("a")`, true],
  [`export * from "a"`, true],
  [`for (const name of ["a", "b"]) require(name)`, false],
  [`log("a"); require("a/b"); require("c" + "a")`, false],
  [`require("b")`, false],
])("%s", (text, expected) => {
  const file = join(folder, "a.js");
  writeFileSync(file, text);
  expect(isNamedIn(file, "a")).toBe(expected);
});

test("a file that is gone names nothing", () => expect(isNamedIn(join(folder, "none.js"), "a")).toBe(false));
