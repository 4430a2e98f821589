import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { errorCodes, errorPage, type MoatErrorCode } from "../../src/errors/codes.ts";

const repository = path.resolve(import.meta.dirname, "../../../..");
const codes = Object.keys(errorCodes) as MoatErrorCode[];

/** Every code that the text of some package throws. */
function thrownCodes(): Map<string, string> {
  const thrown = new Map<string, string>();
  for (const name of ["core", "policy-gen", "cli"]) {
    const folder = path.join(repository, "packages", name, "src");
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts")) continue;
      for (const [, code] of readFileSync(path.join(folder, file), "utf8").matchAll(
        /MoatError\(\s*"(MOAT_[A-Z0-9_]+)"/gu,
      ))
        thrown.set(code!, `${name}/src/${file}`);
    }
  }
  return thrown;
}

describe("errorCodes", () => {
  test("has every code that is thrown", () => {
    const thrown = thrownCodes();
    expect(thrown.size).toBeGreaterThan(4);
    expect([...thrown].filter(([code]) => !Object.hasOwn(errorCodes, code))).toEqual([]);
  });

  test.each(codes)("%s has a page that says what happened and what to do", (code) => {
    const page = readFileSync(path.join(repository, errorPage(code)), "utf8");
    expect(page.startsWith(`# ${code}\n\n${errorCodes[code].title}.\n`)).toBe(true);
    for (const heading of ["What happened", "What to do"])
      expect(page).toMatch(new RegExp(`^## ${heading}\\n\\n\\S`, "mu"));
  });

  test("there is no page for a code that is gone", () => {
    expect(readdirSync(path.join(repository, "docs/errors")).toSorted()).toEqual(
      codes.map((code) => `${code}.md`).toSorted(),
    );
  });

  test("is sorted", () => {
    expect(codes).toEqual(codes.toSorted());
  });
});
