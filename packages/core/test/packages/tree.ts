import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll } from "vitest";
import { makeDisk } from "../../src/packages/disk.ts";
import { makeResolver, type ResolutionMode, type Resolver } from "../../src/packages/resolver.ts";

/** A file's text, a manifest or other JSON as an object, or a link relative to the tree. */
export type Entry = string | { link: string } | Record<string, unknown>;

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Writes a tree into a new folder and returns its real path. */
export const makeTree = (entries: Record<string, Entry>): string => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "moat-packages-")));
  made.push(root);
  for (const [path, entry] of Object.entries(entries)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    if (typeof entry === "string") writeFileSync(full, entry);
    else if (typeof entry["link"] === "string") {
      symlinkSync(relative(dirname(full), join(root, entry["link"])), full, "junction");
    } else writeFileSync(full, JSON.stringify(entry));
  }
  return root;
};

export const resolverFor = (root: string): Resolver => makeResolver(makeDisk(), { roots: [root] });

/** A specifier, the file that asks (relative to the tree), and how. */
export type Case = readonly [specifier: string, referrer: string, mode: ResolutionMode];

const ORACLE = `
import { createRequire } from "node:module";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
const [root, ...cases] = JSON.parse(readFileSync(0, "utf8"));
const fail = (code) => { throw Object.assign(new Error(code), { code }); };
const ask = ([specifier, referrer, mode]) => {
  const file = root + "/" + referrer;
  if (mode === "require") return createRequire(file).resolve(specifier);
  const url = import.meta.resolve(specifier, pathToFileURL(file).href);
  if (!url.startsWith("file:")) return url;
  const path = fileURLToPath(url);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) fail("ERR_MODULE_NOT_FOUND");
  if (found.isDirectory()) fail("ERR_UNSUPPORTED_DIR_IMPORT");
  return realpathSync(path);
};
console.log(JSON.stringify(cases.map((item) => {
  try { return ask(item).replace(/^node:/, ""); } catch (error) {
    const message = item[2] === "require" ? error.message : undefined;
    return { code: error.code, message, requireStack: error.requireStack };
  }
})));
`;

/** What Node itself answers: a path, a builtin's name, or the error's facts. */
export const askNode = (root: string, cases: readonly Case[]): unknown[] =>
  JSON.parse(
    execFileSync(
      process.execPath,
      ["--no-warnings", "--experimental-import-meta-resolve", "--input-type=module", "-e", ORACLE],
      { input: JSON.stringify([root, ...cases]), encoding: "utf8" },
    ),
  );

/** What moat's resolver answers, in the same shape. */
export const askMoat = (root: string, cases: readonly Case[]): unknown[] => {
  const resolver = resolverFor(root);
  return cases.map(([specifier, referrer, mode]) => {
    try {
      return resolver.resolve(specifier, join(root, referrer), mode, { pathOnly: true }).path;
    } catch (error) {
      const { code, message, requireStack } = error as Error & Record<string, unknown>;
      const facts = { code, message: mode === "require" ? message : undefined, requireStack };
      return JSON.parse(JSON.stringify(facts));
    }
  });
};
