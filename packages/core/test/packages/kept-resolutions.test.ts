import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeDisk, placesOnDisk } from "../../src/packages/disk.ts";
import type { FileReader } from "../../src/packages/file-reader.ts";
import { openKeptResolutions, type ResolutionRecord } from "../../src/packages/kept-resolutions.ts";
import { makeResolver, type ResolutionMode, type Resolver } from "../../src/packages/resolver.ts";

let project: string;
const at = (path: string): string => join(project, path);
const write = (path: string, text = ""): void => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
};

beforeEach(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), "moat-kept-")));
  write("package.json", "{}");
  write("index.js");
  write("node_modules/a/package.json", '{"main":"m1.js"}');
  write("node_modules/a/m1.js");
  write("node_modules/a/m2.js");
  write("node_modules/a/lib/x/index.js");
  write("node_modules/a/lib/y.js");
  write("node_modules/a/node_modules/own/index.js");
  write("node_modules/b/package.json", '{"main":"m1.js","type":"commonjs"}');
  write("node_modules/b/m1.js");
  write("node_modules/b/m2.js");
  write("node_modules/e/package.json", '{"exports":{".":"./1.js"}}');
  write("node_modules/e/1.js");
  write("node_modules/e/2.js");
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const ASKED: [ResolutionMode, string, string][] = [
  ["require", "node_modules/a/lib", "./x"],
  ["require", "node_modules/a/lib", "./y"],
  ["require", "node_modules/a/lib", "b"],
  ["require", "node_modules/a/lib", "e"],
  ["import", "node_modules/a/lib", "e"],
  ["import", "node_modules/a", "./lib/y.js"],
  ["require", "node_modules/a", "."],
];

/** One run of a program: asks, and says what is kept of it. */
function run(before: ResolutionRecord | undefined, asked = ASKED, { late = 10_000, roots = [project] } = {}) {
  const kept = openKeptResolutions(before, placesOnDisk);
  const calls = { count: 0 };
  const resolver = makeResolver(counting(makeDisk(), calls), { roots, kept: () => kept });
  const found = asked.map((request) => ask(resolver, ...request));
  const record = kept.record(Date.now() + late);
  return { found, calls: calls.count, record: record && (JSON.parse(JSON.stringify(record)) as ResolutionRecord) };
}

function ask(resolver: Resolver, mode: ResolutionMode, folder: string, specifier: string): unknown {
  try {
    return { ...resolver.resolveFrom(specifier, at(folder), mode) };
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

const afresh = (asked = ASKED, roots = [project]): unknown[] =>
  asked.map((request) => ask(makeResolver(makeDisk(), { roots }), ...request));

function counting(reader: FileReader, calls: { count: number }): FileReader {
  const counted =
    <T>(method: (path: string) => T) =>
    (path: string): T => {
      calls.count++;
      return method(path);
    };
  return {
    stat: counted(reader.stat),
    realpath: counted(reader.realpath),
    readText: counted(reader.readText),
    list: counted(reader.list),
  };
}

test("what nothing has changed for is found without looking for it", () => {
  const first = run(undefined);
  expect(first.found).toEqual(afresh());
  const second = run(first.record);
  expect(second.found).toEqual(first.found);
  expect(second.calls).toBe(0);
  expect(second.record).toBeUndefined();
});

const CHANGES: { name: string; change: () => void }[] = [
  { name: "a file comes before the folder that was found", change: () => write("node_modules/a/lib/x.js") },
  { name: "the importer gets a copy of its own", change: () => write("node_modules/a/lib/node_modules/b/index.js") },
  {
    name: "a nearer node_modules, which was there, gets a copy",
    change: () => write("node_modules/a/node_modules/b/index.js"),
  },
  {
    name: "main changes in place",
    change: () => write("node_modules/b/package.json", '{"main":"m2.js","type":"commonjs"}'),
  },
  { name: "exports change in place", change: () => write("node_modules/e/package.json", '{"exports":{".":"./2.js"}}') },
  {
    name: "type changes in place",
    change: () => write("node_modules/b/package.json", '{"main":"m1.js","type":"module"}'),
  },
  {
    name: "a manifest comes up between the file and its package",
    change: () => write("node_modules/a/lib/package.json", '{"type":"module"}'),
  },
  {
    name: "the importer gets the name of what it asks for",
    change: () => write("node_modules/a/package.json", '{"name":"e","exports":"./m2.js"}'),
  },
  { name: "what was found is gone", change: () => unlinkSync(at("node_modules/a/lib/y.js")) },
  {
    name: "what was found is a link elsewhere",
    change() {
      unlinkSync(at("node_modules/a/lib/y.js"));
      symlinkSync(at("node_modules/b/m1.js"), at("node_modules/a/lib/y.js"));
    },
  },
  {
    name: "a package is a link elsewhere",
    change() {
      cpSync(at("node_modules/b"), at("elsewhere"), { recursive: true });
      rmSync(at("node_modules/b"), { recursive: true });
      symlinkSync(at("elsewhere"), at("node_modules/b"));
    },
  },
  {
    name: "a folder above is a link to the very same files",
    change() {
      renameSync(at("node_modules"), at("moved"));
      symlinkSync(at("moved"), at("node_modules"));
    },
  },
  {
    name: "a package was installed anew with another main",
    change() {
      rmSync(at("node_modules/b"), { recursive: true });
      write("node_modules/b/package.json", '{"main":"m2.js"}');
      write("node_modules/b/m1.js");
      write("node_modules/b/m2.js");
    },
  },
];

describe("nothing stale is used:", () => {
  test.each(CHANGES)("$name", async ({ change }) => {
    const { record, found } = run(undefined);
    // The clock of the file system goes on.
    await sleep(20);
    change();
    const expected = afresh();
    expect(expected).not.toEqual(found);
    const second = run(record);
    expect(second.found).toEqual(expected);
    // And what has changed is kept anew.
    const third = run(second.record ?? record);
    expect(third.found).toEqual(expected);
  });
});

test("a failed look-up is never kept, so a file that is made later is found", () => {
  const asked: typeof ASKED = [["require", "node_modules/a/lib", "./made"]];
  const first = run(undefined, asked);
  expect(first.found).toEqual(["MODULE_NOT_FOUND"]);
  expect(first.record).toBeUndefined();
  write("node_modules/a/lib/made.js");
  expect(run(first.record, asked).found).toEqual(afresh(asked));
});

test("what links lead to is looked up each time, and remembered as such", () => {
  write("node_modules/.pnpm/c@1/node_modules/c/index.js");
  write("node_modules/.pnpm/d@1/node_modules/d/index.js");
  symlinkSync(at("node_modules/.pnpm/d@1/node_modules/d"), at("node_modules/.pnpm/c@1/node_modules/d"));
  const asked: typeof ASKED = [["require", "node_modules/.pnpm/c@1/node_modules/c", "d"]];
  const first = run(undefined, asked);
  expect(first.found).toEqual(afresh(asked));
  const second = run(first.record, asked);
  expect(second.calls).toBeGreaterThan(0);
  expect(second.record).toBeUndefined();
});

test("a link that leads nowhere may lead somewhere later", () => {
  symlinkSync(at("later.js"), at("node_modules/a/lib/x.js"));
  const asked: typeof ASKED = [["require", "node_modules/a/lib", "./x"]];
  const { record } = run(undefined, asked);
  write("later.js");
  expect(run(record, asked).found).toEqual(afresh(asked));
});

test("what is younger than the clocks of file systems are exact is not kept", () => {
  expect(run(undefined, ASKED, { late: 0 }).record).toBeUndefined();
});

test("what changes during a run is not kept: the look was before, the state would be after", async () => {
  await sleep(20);
  const begun = Date.now();
  const before = { look: (path: string) => aged(placesOnDisk.look(path), begun) };
  const kept = openKeptResolutions(undefined, before);
  const resolver = makeResolver(makeDisk(), { roots: [project], kept: () => kept });
  for (const request of ASKED) ask(resolver, ...request);
  await sleep(20);
  write("node_modules/a/lib/x.js");
  const record = kept.record(begun)!;
  const rows = new Map(record.from).get(`require${at("node_modules/a")}`);
  expect(rows?.map(([specifier]) => specifier)).toEqual(["."]);
  expect(run(record).found).toEqual(afresh());
});

/** As if what lay there before had been there for long. */
const aged = (found: ReturnType<typeof placesOnDisk.look>, since: number): typeof found =>
  typeof found === "object" && found.changedAt < since ? { ...found, changedAt: 0 } : found;

test("what the project asks for, and what tools put into node_modules, is looked up each time", () => {
  write("node_modules/.cache/tool/x.js");
  expect(
    run(undefined, [
      ["require", ".", "a"],
      ["require", "node_modules/.cache/tool", "./x"],
    ]).record,
  ).toBeUndefined();
});

test("whose a file is, is never taken from what was kept", () => {
  const { record } = run(undefined);
  const roots = [project, at("node_modules/a/lib")];
  const { found } = run(record, ASKED, { roots });
  expect(found).toEqual(afresh(ASKED, roots));
  expect(found).not.toEqual(afresh());
});

test("names that objects have anyway are specifiers like others", () => {
  const asked: typeof ASKED = ["constructor", "__proto__", "toString"].map((specifier) => [
    "require",
    "node_modules/a",
    specifier,
  ]);
  const { record } = run(undefined);
  expect(run(record, asked).found).toEqual(["MODULE_NOT_FOUND", "MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);
});

test("answers for other ways through the program stay", () => {
  const [one, other] = [ASKED.slice(0, 3), ASKED.slice(3)];
  const first = run(undefined, one);
  const second = run(first.record, other);
  expect(run(second.record).calls).toBe(0);
  expect(readFileSync(at("node_modules/e/package.json"), "utf8")).toContain("1.js");
});
