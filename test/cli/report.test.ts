/** `moat report`: where the file goes, that it is written whole or not at all, and what it is compared with. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeProject, SMALL_PROJECT, type Project } from "./project-fixture.ts";

let project: Project;
const at = (name: string): string => path.join(project.folder, name);
beforeEach(() => {
  project = makeProject({
    ...SMALL_PROJECT,
    "node_modules/dep/index.js": `module.exports = () => require("fs").readFileSync("x");`,
  });
  expect(project.moat("policy", "--write", "index.js").code).toBe(0);
});
afterEach(() => project.dispose());

test("without a commit: the tree without changes, in the project's folder, the same bytes each time", () => {
  expect(project.moat("report")).toEqual({
    code: 0,
    stdout: "moat-report.html is written: 1 package.\n",
    stderr: "",
  });
  const page = readFileSync(at("moat-report.html"), "utf8");
  expect(page).toContain("read files in the project");
  expect(page).toContain("Compared with nothing");
  expect(page).not.toContain("Changed since");
  expect(page.endsWith("</html>\n")).toBe(true);
  expect(project.moat("report", "--out", "again.html").stdout).toContain("again.html is written");
  expect(readFileSync(at("again.html"), "utf8")).toBe(page);
});

test("a commit that was asked for has to be there", () => {
  const { code, stderr } = project.moat("report", "--base", "nowhere");
  expect({ code, exists: existsSync(at("moat-report.html")) }).toEqual({ code: 2, exists: false });
  expect(stderr).toContain("git reads nothing in");
});

test("what is no file is not written to, and nothing is left behind", () => {
  mkdirSync(at("folder"));
  symlinkSync("index.js", at("link.html"));
  const code = readFileSync(at("index.js"), "utf8");
  for (const out of ["folder", "link.html", "not/there.html"]) {
    expect(project.moat("report", "--out", out)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("can't write"),
    });
  }
  expect(readFileSync(at("index.js"), "utf8")).toBe(code);
  expect(readdirSync(project.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("where nothing can be analysed, the committed files are reported on, and the page says so", () => {
  project.write({ "index.js": null });
  expect(project.moat("report")).toMatchObject({ code: 0 });
  const page = readFileSync(at("moat-report.html"), "utf8");
  expect(page).toContain("could not be analysed");
  expect(page).toContain("read files in the project");
});

test("arguments that it does not have are refused", () => {
  for (const args of [["dep"], ["--json"], ["--out"]])
    expect(project.moat("report", ...args), args.join(" ")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("moat report"),
    });
});
