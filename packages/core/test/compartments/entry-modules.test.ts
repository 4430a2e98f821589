import fs, { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeEntryModules, withAllSources, withoutOutputs } from "../../src/compartments/entry-modules.ts";
import { makeDisk } from "../../src/packages/disk.ts";
import { makeResolver } from "../../src/packages/resolver.ts";

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

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "moat-entry-modules-")));
afterAll(() => rmSync(scratch, { recursive: true }));

test.each([
  ["lists its own folder", "models/index.js", "require(path.join(__dirname, file))", "models/a.js"],
  ["joins one", "index.js", 'require(path.join(__dirname, "routes", name))', "routes/a.js"],
  ["has it in a template", "index.js", "for (const f of names) require(`${root}/routes/${f}`)", "routes/deep/a.js"],
  ["has a pattern", "index.js", 'for (const f of glob("./jobs/*.js")) import(f)', "jobs/a.mjs"],
  ["names it to a package that loads", "index.js", 'require("loader")({ dir: "plugins" })', "plugins/a.js"],
  ["names it to a module that loads", "index.js", 'require("./load")(join(root, "plugins"))', "plugins/a.js"],
])("modules of a folder are the entry's, new ones too, where it %s", (_why, entry, text, module) => {
  const project = mkdtempSync(join(scratch, "p"));
  const write = (path: string, content: string): string => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
    return join(project, path);
  };
  write("package.json", "{}");
  write("load.js", "module.exports = (x) => require(x)");
  write("node_modules/loader/package.json", "{}");
  const loader = dirname(write("node_modules/loader/index.js", ""));
  write("data/a.js", "");
  const existing = write(module, "");
  const modules = makeEntryModules(
    makeResolver(makeDisk(fs), { roots: [project] }),
    [write(entry, text)],
    (location) => location === project,
    { project, cwd: project },
    (location) => location === loader,
  );
  expect(modules.has(existing)).toBe(true);
  expect(modules.has(join(dirname(existing), "new.js"))).toBe(true);
  expect(modules.has(join(dirname(existing), "new.txt"))).toBe(false);
  expect(modules.has(join(project, "data", "a.js"))).toBe(false);
});

test("what a text looks for and does not find is the entry's, in whatever letters, but among outputs", () => {
  const project = mkdtempSync(join(scratch, "a"));
  const text = `try { require("./local") } catch {} try { require("./dist/main") } catch {} import("#later"); const file = "lib/found.js"; require(file); "./data"`;
  for (const [path, content] of [
    ["package.json", JSON.stringify({ imports: { "#later": "./later.mjs" } })],
    ["index.js", text],
    ["settings.json", "{}"],
  ] as const)
    writeFileSync(join(project, path), content);
  const modules = makeEntryModules(
    makeResolver(makeDisk(fs), { roots: [project] }),
    [join(project, "index.js")],
    () => true,
    { project, cwd: project },
  );
  const has = (name: string): boolean => modules.has(join(project, name));
  const held = "local local.js LOCAL.js local.json local/index.js later.mjs Later.mjs lib/found.js data data.js".split(
    " ",
  );
  const open = "dist/main dist/main.js local.txt lib/found.json data.json data.txt other.js local.d/a.js".split(" ");
  expect([held.filter((name) => !has(name)), open.filter(has)]).toEqual([[], []]);
  expect(modules.has(join(project, "local"), true)).toBe(false);
});

const LIST = "for (const f of readdirSync(join(__dirname, 'routes')))";

test.each([
  ["lists it, and takes all", `${LIST} require(join(__dirname, "routes", f))`, true],
  ["leaves out one", `${LIST} if (f !== "index.js") require("./routes/" + f)`, true],
  ["looks at endings", `${LIST} if (f.endsWith(".js")) require("./routes/" + f)`, false],
  ["looks at their last letters", `${LIST} if (f.slice(-3) === ".js") require("./routes/" + f)`, false],
  ["has a pattern of endings", `${LIST} if (/\\.(c|m)?js$/.test(f)) require("./routes/" + f)`, false],
  ["has a glob", 'for (const f of glob("routes/*.js")) require(f)', false],
  ["computes names", 'require(join(__dirname, "routes", name))', false],
])("whatever Node takes for a script is a module of a folder where the application %s", (_how, text, takesAll) => {
  const project = mkdtempSync(join(scratch, "e"));
  mkdirSync(join(project, "routes"));
  for (const [path, content] of [
    ["package.json", "{}"],
    ["routes/a.js", ""],
    ["index.js", text],
  ] as const)
    writeFileSync(join(project, path), content);
  const modules = makeEntryModules(
    makeResolver(makeDisk(fs), { roots: [project] }),
    [join(project, "index.js")],
    () => true,
    { project, cwd: project },
  );
  const has = (name: string): boolean => modules.has(join(project, "routes", name));
  expect(["new", "new.JS", "new.node", "deep/new"].filter((name) => !has(name))).toEqual([]);
  expect(["new.txt", "new.jsx"].map(has)).toEqual([takesAll, takesAll]);
  expect([has("new.json"), modules.has(join(project, "routes", "folder"), true)]).toEqual([false, false]);
});

test("where a package says what names mean, every source of the project is one, and data and outputs are none", () => {
  const all = withAllSources({ has: () => false }, project, (path) => !path.includes("node_modules"));
  const found = ["src/a.ts", "b.coffee", "new.js", "data.json", "dist/a.js", "node_modules/x/a.js"].filter((path) =>
    all.has(join(project, path)),
  );
  expect(found).toEqual(["src/a.ts", "b.coffee", "new.js"]);
});
