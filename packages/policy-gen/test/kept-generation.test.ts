import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeEach, expect, test } from "vitest";
import { generatePolicy } from "../src/generate-policy.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "moat-kept-")));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
let project: string;
let cacheDir: string;

/** A project whose one package reads files; older than what a file system can't tell apart. */
beforeEach(async () => {
  project = join(base, `project-${(count += 1)}`);
  cacheDir = join(base, `cache-${count}`);
  write("package.json", JSON.stringify({ name: "app", dependencies: { reader: "1.0.0" } }));
  write("index.js", 'require("reader")');
  write("node_modules/reader/package.json", JSON.stringify({ name: "reader", version: "1.0.0" }));
  write("node_modules/reader/index.js", 'require("./lib"); require("fs").readFileSync("a.txt")');
  write("node_modules/reader/lib.js", "module.exports = process.env.AAAA");
  await pause(150);
});

/** What a package got, and how many files were looked at for it: none where the analysis was kept. */
async function generate(): Promise<{ builtins: unknown; env: unknown; looked: number }> {
  let looked = 0;
  const { policy, graph } = await generatePolicy({
    projectDir: project,
    entries: ["./index.js"],
    cacheDir,
    onProgress: () => (looked += 1),
  });
  expect(graph.root.location).toBe(project);
  return { builtins: policy.packages["reader"]?.builtins, env: policy.packages["reader"]?.env, looked };
}

test("an analysis is kept, with its evidence, and used while nothing has changed", async () => {
  const first = await generatePolicy({ projectDir: project, entries: ["./index.js"], cacheDir });
  expect(await generate()).toMatchObject({ looked: 0, env: ["AAAA"] });
  const again = await generatePolicy({ projectDir: project, entries: ["./index.js"], cacheDir });
  expect({ ...again, graph: 0 }).toEqual({ ...first, graph: 0 });
  expect([...again.graph.byName.keys()]).toEqual([...first.graph.byName.keys()]);
});

test("writing the policy's own file does not count as a change", async () => {
  await generate();
  write("moat.policy.json", "{}");
  expect((await generate()).looked).toBe(0);
});

test.each([
  [
    "a text of the same length, with its old date",
    () => replaceText("node_modules/reader/lib.js", "module.exports = process.env.BBBB"),
    { env: ["BBBB"] },
  ],
  [
    "a file renamed over another one",
    () => renameOver("node_modules/reader/lib.js", "module.exports = process.env.BBBB"),
    { env: ["BBBB"] },
  ],
  [
    "a file that comes before what a specifier led to",
    () => write("node_modules/reader/lib", "module.exports = process.env.CCCC"),
    { env: ["CCCC"] },
  ],
  [
    "a manifest",
    () => write("node_modules/reader/package.json", '{"name":"reader","version":"1.0.0","main":"lib.js"}'),
    { env: ["AAAA"], builtins: undefined },
  ],
  ["the entry", () => write("index.js", "module.exports = 1"), { env: undefined }],
  ["a file that is gone", () => unlinkSync(join(project, "node_modules/reader/lib.js")), { env: undefined }],
  [
    "a package that is gone",
    () => rmSync(join(project, "node_modules/reader"), { recursive: true }),
    { builtins: undefined },
  ],
  ["a package that became a link to another folder", linkElsewhere, { env: ["DDDD"] }],
  [
    "a package that was moved, with a link to it in its place",
    () => moveAndLink("node_modules/reader", "node_modules/.store/reader"),
    { env: ["AAAA"] },
  ],
  [
    "a node_modules that was moved, with a link to it in its place",
    () => moveAndLink("node_modules", "modules"),
    { env: ["AAAA"] },
  ],
  ["a file that became a link to another one", linkFile, { env: ["EEEE"] }],
])("not after a change: %s", async (_what, change, expected) => {
  await generate();
  expect((await generate()).looked).toBe(0);
  change();
  const after = await generate();
  expect(after.looked).toBeGreaterThan(0);
  expect(after).toMatchObject(expected);
});

test("nor where something changed too lately to be told from what comes next", async () => {
  write("node_modules/reader/lib.js", "module.exports = process.env.FFFF");
  await generate();
  expect((await generate()).looked).toBeGreaterThan(0);
});

test("nor for other entries, and a torn file is none", async () => {
  await generate();
  write("other.js", "");
  let looked = 0;
  await generatePolicy({ projectDir: project, entries: ["./other.js"], cacheDir, onProgress: () => (looked += 1) });
  expect(looked).toBe(1);
  for (const name of readdirSync(cacheDir)) {
    if (!name.startsWith("generation-")) continue;
    const text = readFileSync(join(cacheDir, name), "utf8");
    writeFileSync(join(cacheDir, name), text.slice(0, text.length / 2));
  }
  expect((await generate()).looked).toBeGreaterThan(0);
});

test("what is known of one project's files serves another one's", async () => {
  const options = { projectDir: project, entries: ["./index.js"], otherCaches: join(base, `others-${count}`) };
  const first = await generatePolicy({ ...options, cacheDir: join(options.otherCaches, "a") });
  const [facts] = readdirSync(join(options.otherCaches, "a")).filter((name) => name.startsWith("facts-"));
  const path = join(options.otherCaches, "a", facts!);
  writeFileSync(path, readFileSync(path, "utf8").replaceAll("AAAA", "KNOWN"));
  const second = await generatePolicy({ ...options, cacheDir: join(options.otherCaches, "b") });
  expect(first.policy.packages["reader"]?.env).toEqual(["AAAA"]);
  expect(second.policy.packages["reader"]?.env).toEqual(["KNOWN"]);
  expect(readFileSync(join(options.otherCaches, "b", facts!), "utf8")).toContain("KNOWN");
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

function replaceText(path: string, text: string): void {
  const { atime, mtime, size } = statSync(join(project, path));
  expect(size).toBe(text.length);
  write(path, text);
  utimesSync(join(project, path), atime, mtime);
}

function renameOver(path: string, text: string): void {
  const { atime, mtime } = statSync(join(project, path));
  write("new.js", text);
  utimesSync(join(project, "new.js"), atime, mtime);
  linkSync(join(project, "new.js"), join(project, "newer.js"));
  renameSync(join(project, "newer.js"), join(project, path));
  unlinkSync(join(project, "new.js"));
}

function linkElsewhere(): void {
  rmSync(join(project, "node_modules/reader"), { recursive: true });
  write("node_modules/.store/node_modules/reader/package.json", '{"name":"reader"}');
  write("node_modules/.store/node_modules/reader/index.js", "module.exports = process.env.DDDD");
  symlinkSync(".store/node_modules/reader", join(project, "node_modules/reader"));
}

function moveAndLink(from: string, to: string): void {
  mkdirSync(dirname(join(project, to)), { recursive: true });
  renameSync(join(project, from), join(project, to));
  symlinkSync(join(project, to), join(project, from));
}

function linkFile(): void {
  write("node_modules/reader/real.js", "module.exports = process.env.EEEE");
  rmSync(join(project, "node_modules/reader/lib.js"));
  symlinkSync("real.js", join(project, "node_modules/reader/lib.js"));
}
