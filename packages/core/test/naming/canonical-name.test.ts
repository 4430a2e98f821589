import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  assertCanonicalName,
  isCanonicalName,
  isFirstParty,
  joinName,
  memberName,
  splitName,
} from "../../src/naming/canonical-name.ts";
import { compareNames } from "../../src/naming/compare-names.ts";

describe("isCanonicalName", () => {
  test.each([
    ".",
    "express",
    "express>debug",
    "@babel/core",
    "a>@babel/core>b",
    "./packages/a",
    "./packages/a>lodash",
    "./.config/x",
    "./_a",
    "lodash.merge",
    "constructor",
    "JSONStream",
    "a_b",
    "%5F_proto__",
    "./packages/%C3%A4",
  ])("takes %s", (name) => {
    expect(isCanonicalName(name)).toBe(true);
  });

  test.each([
    ["", "empty"],
    ["__proto__", "names the prototype of a table"],
    ["a>__proto__", "names the prototype of a table"],
    [".>a", "the root is left out of paths"],
    ["./", "no folder"],
    ["./a/../b", "leaves its folder"],
    ["../a", "outside the project"],
    ["./a//b", "an empty step"],
    ["a>", "an empty step"],
    [">a", "an empty step"],
    ["a>./b", "a dependency never looks first-party"],
    [".a", "a dependency never looks first-party"],
    ["a/b", "only scopes have a /"],
    ["@a", "a scope without a name"],
    ["@a/b/c", "two steps below a scope"],
    ["a b", "a space is encoded"],
    ["a\nb", "a line end is encoded"],
    ["ä", "what is not ASCII is encoded"],
    ["%61", "a second spelling of a"],
    ["%3e", "lower-case hex is a second spelling"],
    ["%C3", "not UTF-8"],
    ["%", "not an encoding"],
    ["a%2Fb", "an encoded separator"],
    ["*", "would look like a wildcard"],
    ["/abs", "a path"],
    ["C:\\x", "a path"],
  ])("refuses %j: %s", (name) => {
    expect(isCanonicalName(name)).toBe(false);
    expect(() => assertCanonicalName(name)).toThrow(expect.objectContaining({ code: "MOAT_NAME_INVALID" }));
  });
});

test("an ordinary name is the name of what it spells", () => {
  const step = fc.stringMatching(/^(?:@[A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/u);
  fc.assert(
    fc.property(step, step, (a, b) => {
      expect(joinName(joinName(".", a), b)).toBe(`${a}>${b}`);
      expect(isCanonicalName(`${a}>${b}`)).toBe(true);
    }),
  );
});

describe("joinName", () => {
  test("joins below the root, a member and a dependency", () => {
    expect(joinName(".", "express")).toBe("express");
    expect(joinName("express", "debug")).toBe("express>debug");
    expect(joinName("./packages/a", "@babel/core")).toBe("./packages/a>@babel/core");
  });

  test.each([
    ["a>b", "a%3Eb"],
    [".hidden", "%2Ehidden"],
    ["__proto__", "%5F_proto__"],
    ["\u001b[2J", "%1B%5B2J"],
    ["аxios", "%D0%B0xios"],
    ["@scope/.x", "@scope/%2Ex"],
    ["a%3Eb", "a%253Eb"],
  ])("encodes %j", (dependency, name) => {
    expect(joinName(".", dependency)).toBe(name);
    expect(isCanonicalName(name)).toBe(true);
  });

  test.each(["", ".", "..", "a/b", "@a/b/c", "@a/", "@a/..", "../x", "/x", "a\ud800"])("refuses %j", (dependency) => {
    expect(() => joinName(".", dependency)).toThrow(expect.objectContaining({ code: "MOAT_NAME_INVALID" }));
  });

  test("two folders never share a name, and no dependency is first-party", () => {
    const folder = fc
      .string({
        unit: fc.constantFrom("a", ">", ".", "_", "%", "3", "E", "@", " ", "ä", "\\", "*", "\u202e", "😀"),
        minLength: 1,
        maxLength: 6,
      })
      .filter((name) => name !== "." && name !== "..");
    fc.assert(
      fc.property(folder, folder, folder, (parent, a, b) => {
        const above = joinName(".", parent);
        const name = joinName(above, a);
        expect(isCanonicalName(name)).toBe(true);
        expect(isFirstParty(name) || isFirstParty(joinName(".", a))).toBe(false);
        expect(name === joinName(above, b)).toBe(a === b);
        expect(splitName(name)).toHaveLength(2);
        expect(name).toMatch(/^[\x21-\x7e]+$/u);
      }),
    );
  });
});

test("memberName names a folder of the project and nothing outside", () => {
  expect(memberName("packages/a")).toBe("./packages/a");
  expect(memberName("./packages/a/")).toBe("./packages/a");
  expect(isFirstParty(memberName("packages/a>b"))).toBe(true);
  expect(isCanonicalName(memberName("packages/a>b"))).toBe(true);
  for (const folder of ["..", "../x", "a/../../x", "", "."])
    expect(() => memberName(folder)).toThrow(/workspace member/u);
});

test("isFirstParty is the root and members, not what they depend on", () => {
  expect([".", "./packages/a", "./packages/a>b", "a"].map(isFirstParty)).toEqual([true, true, false, false]);
});

describe("compareNames", () => {
  test("fewest steps, then shortest, then by code unit", () => {
    expect(["a>b", "bb", "b", "a>a>a", ".", "B", "aa"].toSorted(compareNames)).toEqual([
      ".",
      "B",
      "b",
      "aa",
      "bb",
      "a>b",
      "a>a>a",
    ]);
  });

  test("is a total order", () => {
    const name = fc.constantFrom(".", "a", "b", "ab", "a>b", "b>a", "./p/a", "./p/a>b");
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(compareNames(a, b))).toBe(-Math.sign(compareNames(b, a)) + 0);
        expect(compareNames(a, b) === 0).toBe(a === b);
        if (compareNames(a, b) <= 0 && compareNames(b, c) <= 0) expect(compareNames(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
