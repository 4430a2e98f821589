import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { printPolicy } from "@moat/core/model";
import { generatePolicy } from "../src/index.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const scratch = mkdtempSync(join(tmpdir(), "moat-policy-gen-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A copy with `_node_modules` under its real name, which version control ignores. */
function project(name: string): string {
  const folder = join(scratch, name);
  cpSync(join(fixtures, name, "project"), folder, { recursive: true });
  const folders = readdirSync(folder, { recursive: true, encoding: "utf8" });
  // The deepest first.
  for (const path of folders.filter((path) => basename(path) === "_node_modules").sort((a, b) => b.length - a.length))
    renameSync(join(folder, path), join(folder, dirname(path), "node_modules"));
  return folder;
}

/** Fixtures in which something can't be analysed, and what is said about it. */
const UNANALYZED: Readonly<Record<string, readonly (readonly [line: number, reason: RegExp])[]>> = {
  "brought-addon": [
    [1, /^native addon$/],
    [1, /^computed specifier \*$/],
  ],
  "computed-by-project": [[1, /^computed specifier \*$/]],
  "computed-process-env": [[5, /environment used as a whole/]],
  "described-commands": [[2, /^command that is not constant$/]],
  "fills-environment": [
    [3, /environment used as a whole/],
    [1, /environment used as a whole/],
  ],
  "evaluated-specs": [[1, /^native addon$/]],
  "files-of-the-importer": [
    [1, /^computed specifier \*$/],
    [3, /^computed specifier \*$/],
  ],
  "files-of-a-folder": [[1, /^computed specifier \.\/kinds\/\*$/]],
  "folders-of-the-project": [
    [2, /^computed specifier \*$/],
    [3, /^computed specifier \*$/],
    [3, /^computed specifier \*$/],
    [1, /^computed specifier \*$/],
  ],
  "exported-subpaths": [
    [5, /^computed specifier \*$/],
    [5, /^native addon$/],
  ],
  "generated-package": [
    [2, /^process\.dlopen$/],
    [2, /^native addon$/],
  ],
  "builders-by-name": [
    [1, /^computed specifier \*$/],
    [2, /^computed specifier \*$/],
  ],
  "loads-its-importer": [[4, /^computed specifier \*$/]],
  "sought-in-the-project": [
    [1, /^computed specifier \*$/],
    [3, /^computed specifier \*$/],
    [5, /^computed specifier .\/scripts\/\*$/],
    [1, /^command that is not constant$/],
  ],
  "specs-that-are-imported": [[1, /^computed specifier \*$/]],
  "copy-of-the-project": [[2, /^computed specifier \*$/]],
  "imports-project-modules": [
    [1, /^computed specifier \*$/],
    [3, /^computed specifier \*$/],
    [1, /^computed name of a global$/],
    [2, /^computed specifier \*$/],
    [3, /^computed name of a global$/],
  ],
  "window-for-tests": [[4, /^computed name of a global$/]],
  "keys-named-elsewhere": [
    [4, /environment used as a whole/],
    [1, /computed environment key/],
  ],
  "loads-project-modules": [
    [2, /^computed specifier \*$/],
    [1, /^computed specifier \*$/],
    [1, /^computed specifier \*$/],
    [1, /^computed specifier \*$/],
  ],
  "looked-up-globals": [[3, /^computed name of a global$/]],
  "named-programs": [
    [1, /^command that is not constant$/],
    [1, /^command that is not constant$/],
    [1, /^command that is not constant$/],
  ],
  "named-transport": [
    [2, /^computed require\.resolve$/],
    [1, /^computed specifier \*$/],
  ],
  "own-transport": [
    [2, /^computed require\.resolve$/],
    [1, /^computed specifier \*$/],
  ],
  "out-of-sight": [
    [1, /^computed specifier \*$/],
    [1, /^native addon$/],
    [1, /^computed specifier \*\.node$/],
  ],
  "optional-peers": [[1, /^computed specifier \*$/]],
  "named-by-project": [[1, /^computed specifier \*$/]],
  "create-require": [[13, /^require used as a value$/]],
  "environment-readers": [
    [1, /environment used as a whole/],
    [2, /computed environment key/],
    [1, /environment used as a whole/],
    [1, /environment used as a whole/],
    [2, /environment used as a whole/],
  ],
  "variables-in-configurations": [
    [1, /^computed environment key$/],
    [1, /^computed environment key$/],
  ],
  "unseen-variables": [
    [1, /environment used as a whole/],
    [1, /^unseen: which environment variables the program means/],
  ],
  "proxy-variables": [
    [2, /environment used as a whole/],
    [1, /computed environment key/],
    [1, /environment used as a whole/],
  ],
  "variables-named-by-project": [[1, /^computed environment key$/]],
  "filled-in-configurations": [
    [2, /^computed specifier \*$/],
    [3, /^computed require\.resolve$/],
  ],
  "named-in-configurations": [
    [1, /^computed specifier \*$/],
    [1, /^require\.resolve used as a value$/],
  ],
  "names-that-begin": [
    [2, /^computed specifier driver-\*$/],
    [3, /^computed specifier \*$/],
  ],
  "names-of-a-tool": [[2, /^computed specifier \*$/]],
  "two-tools": [
    [1, /^computed specifier \*$/],
    [1, /^computed specifier \*$/],
  ],
  "plugins-by-name": [
    [1, /^computed specifier \*$/],
    [1, /^computed specifier \*$/],
    [1, /^computed specifier \*$/],
    [1, /^computed specifier \*$/],
    [1, /^computed specifier \*$/],
  ],
  "platform-addon": [
    [1, /^native addon$/],
    [1, /^computed specifier @two\/\*\/lib\/two\.node$/],
    [1, /^native addon$/],
  ],
  "platform-program": [
    [3, /^command that is not constant$/],
    [3, /^computed require\.resolve$/],
  ],
  "specs-of-a-runner": [[1, /^computed specifier file:\/\/\*$/]],
  "shared-require-of-a-bundle": [[3, /^require used as a value$/]],
  "broken-manifest": [
    [1, /^syntax: the package\.json of broken is no JSON$/],
    [1, /^syntax: the package\.json of broken is no JSON$/],
  ],
  "unreadable-syntax": [[2, /^syntax: /]],
};

describe("fixtures", () => {
  test.each(readdirSync(fixtures))("%s", async (name) => {
    const folder = project(name);
    const entriesFile = join(fixtures, name, "entries.json");
    const entries: string[] = existsSync(entriesFile) ? JSON.parse(readFileSync(entriesFile, "utf8")) : ["./index.js"];
    const options = { projectDir: folder, entries };
    const { policy, evidence, findings } = await generatePolicy(options);
    const expected = JSON.parse(readFileSync(join(fixtures, name, "expected.json"), "utf8"));
    expect(JSON.parse(JSON.stringify(policy.packages))).toEqual(expected);
    for (const { file, line, snippet } of evidence) {
      // What the project's code hands over is found in the project: `.: index.js`.
      expect(file).not.toMatch(/^(?:\/|\.(?!: ))/);
      expect(line).toBeGreaterThan(0);
      expect(snippet).not.toBe("");
    }
    const notes = (UNANALYZED[name] ?? []).map(([line, reason]) => [line, expect.stringMatching(reason)]);
    expect(findings.map(({ line, reason }) => [line, reason])).toEqual(notes);
    const again = await generatePolicy({ ...options, cacheDir: join(scratch, "cache") });
    const cached = await generatePolicy({ ...options, cacheDir: join(scratch, "cache") });
    expect(printPolicy(again.policy)).toBe(printPolicy(policy));
    expect(cached.evidence).toEqual(evidence);
  });
});
