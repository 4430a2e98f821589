import { randomBytes } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keyOf, openPreparedStore } from "../../packages/core/src/prepared/prepared-store.ts";
import { WRAPPER } from "../../packages/core/src/own-code/own-code.ts";
import { makeProject, type Project } from "./project-fixture.ts";

const MAIN = fileURLToPath(new URL("../../packages/cli/dist/main.cjs", import.meta.url));

let project: Project;
beforeEach(() => {
  project = makeProject({ "package.json": '{"name":"app"}', "index.js": "console.log('hello')", "node_modules/x/package.json": "{}" });
  project.moat("policy", "--write", "index.js");
});
afterEach(() => project.dispose());

const folder = (): string => path.join(project.folder, "../.cache/moat");
const store = (): string => path.join(project.folder, "node_modules/.cache/moat");
const kept = (): string => path.join(store(), readdirSync(store()).find((name) => /^moat-.*\.bin$/.test(name))!);
const run = (): unknown => project.moat("run", "index.js");
const HELLO = { code: 0, stdout: "hello\n", stderr: "" };

/** Code of another text of the same length, which V8 by itself takes for that of the file. */
function plant(key: Buffer): void {
  const source = readFileSync(MAIN);
  const forged = `${WRAPPER[0]}${'console.log("forged");'.padEnd(source.length)}${WRAPPER[1]}`;
  const code = new Script(forged).createCachedData();
  openPreparedStore(kept(), key).replace(new Map([[keyOf(source, "own"), { facts: MAIN, text: "", code }]]));
}

test("moat's own compiled code is kept, and used by the next run", () => {
  expect(run()).toEqual(HELLO);
  const before = readFileSync(kept());
  expect(run()).toEqual(HELLO);
  expect(readFileSync(kept()).equals(before)).toBe(true);
});

test("forged code is executed only with the user's key, and one byte that changed is enough to make it none", () => {
  run();
  const key = readFileSync(path.join(folder(), "key"));
  plant(randomBytes(32));
  expect(run()).toEqual(HELLO);
  // The same with the right key: it is the HMAC that stops it.
  plant(key);
  expect(run()).toMatchObject({ stdout: "forged\n" });
  const bytes = readFileSync(kept());
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(kept(), bytes);
  expect(run()).toEqual(HELLO);
});

test("without a key nothing is kept, and a key that others can write is none", () => {
  run();
  plant(readFileSync(path.join(folder(), "key")));
  chmodSync(path.join(folder(), "key"), 0o622);
  expect(run()).toEqual(HELLO);
});
