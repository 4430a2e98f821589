import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPreparedModules, type PreparedModules } from "../../src/prepared/prepared-modules.ts";
import { makeSecret, SECRET_BYTES } from "../../src/prepared/store-location.ts";

const SOURCE = Buffer.from("exports.a = 1;");

let folder: string;
let kept: PreparedModules;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "moat-twins-")));
  makeSecret(join(folder, "moat"), randomBytes(SECRET_BYTES));
  kept = openPreparedModules({ folder: join(folder, "moat/app"), userFolder: join(folder, "moat") }, "test")!;
  kept.keep("commonjs1:/a/index.js", SOURCE, { of: "a" }, "prepared");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("the same bytes, to be prepared in the same way, are prepared once", () => {
  expect(kept.findTwin("commonjs1:", ".js", Buffer.from(SOURCE))).toMatchObject({
    facts: { of: "a" },
    text: "prepared",
  });
});

test.each([
  ["other names", "commonjs2:", ".js", SOURCE],
  ["a name that only begins so", "commonjs11:", ".js", SOURCE],
  ["another kind of file", "commonjs1:", ".ts", SOURCE],
  ["other bytes of the same length", "commonjs1:", ".js", Buffer.from("exports.a = 2;")],
  ["more bytes", "commonjs1:", ".js", Buffer.from("exports.a = 1; ")],
])("%s are no twin", (_what, beginning, end, source) => {
  expect(kept.findTwin(beginning, end, source)).toBeUndefined();
});
