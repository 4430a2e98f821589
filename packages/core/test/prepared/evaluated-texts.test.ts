import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareEvaluated } from "../../src/compartments/prepare-evaluated.ts";
import type { Functor } from "../../src/loader/functor.ts";
import type { NameSets } from "../../src/loader/name-sets.ts";
import { prepareScript } from "../../src/loader/transform-text.ts";
import { openPreparedModules, type PreparedModules } from "../../src/prepared/prepared-modules.ts";
import { makeSecret, SECRET_BYTES } from "../../src/prepared/store-location.ts";

const NAMES: NameSets = { bindable: new Set(["Object"]), realGlobal: new Set(["Object", "process"]) };
const LARGE = `"${"x".repeat(50_000)}".length`;

let folder: string;
let run: () => PreparedModules;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "moat-evaluated-")));
  makeSecret(join(folder, "moat"), randomBytes(SECRET_BYTES));
  run = () => openPreparedModules({ folder: join(folder, "moat/app"), userFolder: join(folder, "moat") }, "test")!;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Evaluates in one run of a program; says whether the text was prepared anew. */
function evaluate(
  kept: PreparedModules,
  source: string,
  { how = "script", names = NAMES } = {},
): { anew: boolean; value: unknown } {
  let anew = false;
  const functor: Functor = prepareEvaluated(source, how, names, kept, () => {
    anew = true;
    return prepareScript(source, names);
  });
  const { code } = functor;
  const script = new Script(functor.text, { ...(code?.data && { cachedData: code.data }) });
  expect(script.cachedDataRejected ?? false).toBe(false);
  code?.compiled(script);
  return { anew, value: (script.runInThisContext() as (...args: unknown[]) => () => unknown)()() };
}

test("a large text is prepared once, and means the same from the store", () => {
  const first = run();
  expect(evaluate(first, LARGE)).toEqual({ anew: true, value: 50_000 });
  expect(evaluate(first, LARGE)).toEqual({ anew: false, value: 50_000 });
  first.save();
  expect(evaluate(run(), LARGE)).toEqual({ anew: false, value: 50_000 });
});

test("who saves is told when there is something to save, and not by a run that knows all", () => {
  const told: string[] = [];
  const first = run();
  first.whenAdded(() => told.push("first"));
  evaluate(first, LARGE);
  expect(told).toContain("first");
  first.save();
  const second = run();
  second.whenAdded(() => told.push("second"));
  evaluate(second, LARGE);
  expect(told).not.toContain("second");
  evaluate(second, `${LARGE} + 1`);
  expect(told).toContain("second");
});

test("small texts are kept too, more of them, and take no large one's place", () => {
  const first = run();
  expect(evaluate(first, "1 + 1")).toEqual({ anew: true, value: 2 });
  expect(evaluate(first, "1 + 1")).toEqual({ anew: false, value: 2 });
  for (let count = 0; count < 300; count++) evaluate(first, `1 + ${count}`);
  evaluate(first, LARGE);
  first.save();
  const second = run();
  expect(evaluate(second, LARGE)).toEqual({ anew: false, value: 50_000 });
  const known = Array.from({ length: 300 }, (_, count) => evaluate(second, `1 + ${count}`)).filter(({ anew }) => !anew);
  expect(known).toHaveLength(256);
});

test("another way of evaluating, other names and live names are other keys", () => {
  const kept = run();
  evaluate(kept, LARGE);
  expect(evaluate(kept, LARGE, { how: "function" }).anew).toBe(true);
  expect(evaluate(kept, LARGE, { names: { ...NAMES, bindable: new Set(["Object", "fetch"]) } }).anew).toBe(true);
  expect(
    evaluate(kept, LARGE, { names: { ...NAMES, bindable: new Set(["Object"]), live: new Set(["fetch"]) } }).anew,
  ).toBe(true);
});

test("texts that differ in a lone surrogate are not taken for each other", () => {
  const kept = run();
  const text = (unit: string): string => `${LARGE};"${unit}".charCodeAt(0)`;
  expect(evaluate(kept, text("\ud800")).value).toBe(0xd800);
  expect(evaluate(kept, text("\ud801"))).toEqual({ anew: true, value: 0xd801 });
});

test("a program that evaluates another text each time does not fill the store", () => {
  const first = run();
  for (let count = 0; count < 70; count++) evaluate(first, `${LARGE};${count}`);
  first.save();
  const second = run();
  const known = Array.from({ length: 70 }, (_, count) => evaluate(second, `${LARGE};${count}`)).filter(
    ({ anew }) => !anew,
  );
  expect(known).toHaveLength(64);
});

test("a full store is not written again for evaluated texts alone", () => {
  const first = run();
  for (let count = 0; count < 64; count++) evaluate(first, `${LARGE};${count}`);
  first.save();
  const [name] = readdirSync(join(folder, "moat/app"));
  const before = statSync(join(folder, "moat/app", name!)).ino;
  const second = run();
  evaluate(second, `${LARGE};64`);
  second.save();
  expect(statSync(join(folder, "moat/app", name!)).ino).toBe(before);
  const third = run();
  evaluate(third, `${LARGE};65`);
  third.keep("a module", Buffer.from("1"), {}, "1");
  third.save();
  expect(evaluate(run(), `${LARGE};65`).anew).toBe(false);
});
