import { Buffer } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPreparedStore, type StoredModule } from "../../src/prepared/prepared-store.ts";

const SECRET = Buffer.alloc(32, "secret");
const module = (text: string, code = ""): StoredModule => ({
  source: Buffer.from(`source of ${text}`, "utf16le"),
  facts: { of: text.length },
  text,
  code: Buffer.from(code),
});
const MODULES = new Map([
  ["ascii", module("let a", "code of a")],
  ["latin", module("let ä = 'ÿ'", "")],
  ["wide", module("let π = '→'", "code of π")],
  ["empty", module("")],
  ["astral", module("'😀\ud800'", "x")],
  ["ascii again", module("let b".repeat(1_000), "code of b")],
]);

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "moat-store-"));
  file = join(folder, "program.bin");
  openPreparedStore(file, SECRET, "moat 1").replace(MODULES, ["a list of names"]);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const plain = ({ source, code, ...rest }: StoredModule): StoredModule => ({
  ...rest,
  source: Buffer.from(source),
  code: Buffer.from(code),
});

test("what was kept is found, whatever the width of its characters", () => {
  const store = openPreparedStore(file, SECRET, "moat 1");
  for (const [name, kept] of MODULES) expect(plain(store.find(name, kept.source)!)).toEqual(kept);
  expect(Array.from(store.entries(), ([name, found]) => [name, plain(found)])).toEqual([...MODULES]);
  expect(store.names).toEqual([...MODULES.keys()]);
  expect(store.texts).toEqual(["a list of names"]);
});

test("a module is not found for other bytes, or under another name", () => {
  const store = openPreparedStore(file, SECRET, "moat 1");
  const { source } = MODULES.get("ascii")!;
  const changed = Buffer.from(source);
  changed[0]! ^= 1;
  expect(store.find("ascii", changed)).toBeUndefined();
  expect(store.find("ascii", source.subarray(1))).toBeUndefined();
  expect(store.find("another", source)).toBeUndefined();
});

test("a file without the user's secret is none", () => {
  expect(openPreparedStore(file, Buffer.alloc(32, "other"), "moat 1").names).toEqual([]);
  expect(openPreparedStore(file, SECRET, "moat 1").names).toHaveLength(MODULES.size);
});

test("a torn file is none, nor is that of another moat", () => {
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length += 397) {
    writeFileSync(file, whole.subarray(0, length));
    expect(openPreparedStore(file, SECRET, "moat 1").names).toEqual([]);
  }
  writeFileSync(file, whole);
  expect(openPreparedStore(file, SECRET, "moat 2").names).toEqual([]);
  expect(openPreparedStore(file, SECRET, "moat 1").names).toHaveLength(MODULES.size);
});

test("what is there more than once is written once", () => {
  const { source, facts, text } = module("let a = 1;\n".repeat(1_000));
  const twins = ["x", "y", "z"].map((name): [string, StoredModule] => [
    name,
    { source: Buffer.from(source), facts, text, code: Buffer.from(`code of ${name}`) },
  ]);
  const store = (): ReturnType<typeof openPreparedStore> => openPreparedStore(file, SECRET, "moat 1");
  store().replace(new Map(twins.slice(0, 1)));
  const alone = readFileSync(file).length;
  store().replace(new Map(twins));
  expect(readFileSync(file).length).toBeLessThan(alone + 1_000);
  for (const [name, kept] of twins) expect(plain(store().find(name, source)!)).toEqual(kept);
});

test("a text that was made from two sources is found for both", () => {
  const other = { ...MODULES.get("ascii")!, source: Buffer.from("other") };
  openPreparedStore(file, SECRET, "moat 1").replace(new Map([...MODULES, ["other", other]]));
  const store = openPreparedStore(file, SECRET, "moat 1");
  expect(plain(store.find("other", other.source)!)).toEqual(other);
  expect(store.find("ascii", other.source)).toBeUndefined();
});
