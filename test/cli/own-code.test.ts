import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPreparedStore } from "../../packages/core/src/prepared/prepared-store.ts";
import { WRAPPER } from "../../packages/core/src/own-code/own-code.ts";
import { makeProject, type Project } from "./project-fixture.ts";

const MAIN = fileURLToPath(new URL("../../packages/cli/dist/moat-pack.cjs", import.meta.url));

let project: Project;
beforeEach(() => {
  project = makeProject({ "package.json": '{"name":"app"}', "index.js": "console.log('hello')", "node_modules/x/package.json": "{}" });
  project.moat("policy", "--write", "index.js");
});
afterEach(() => project.dispose());

const userFolder = (): string => path.join(project.folder, "../.cache/moat");
const folder = (): string => path.join(project.folder, "node_modules/.cache/moat/own-code");
/** What the command loads first. */
const kept = (): string => readdirSync(folder()).map((name) => path.join(folder(), name)).find((file) => (JSON.parse(identityOf(file)) as unknown[]).at(-1) === MAIN)!;
const secret = (): Buffer => readFileSync(path.join(userFolder(), "key"));
const run = (): unknown => project.moat("run", "index.js");
const HELLO = { code: 0, stdout: "hello\n", stderr: "" };
const FORGED = { stdout: "forged\n" };

function identityOf(file: string): string {
  const bytes = readFileSync(file);
  return (JSON.parse(bytes.toString("utf8", 44, 44 + bytes.readUInt32LE(32))) as { identity: string }).identity;
}

/** Code of another text of the same length, which V8 by itself takes for that of the file. */
function plant(source = readFileSync(MAIN), identity = identityOf(kept()), file = kept(), by = secret()): void {
  const forged = `${WRAPPER[0]}${'console.log("forged");process.exit();'.padEnd(source.length)}${WRAPPER[1]}`;
  const code = new Script(forged).createCachedData();
  openPreparedStore(file, by, identity).replace(new Map([[MAIN, { source, facts: null, text: "", code }]]));
}

test("moat's own compiled code is kept, and used by the next run", () => {
  expect(run()).toEqual(HELLO);
  const before = readFileSync(kept());
  expect(run()).toEqual(HELLO);
  expect(readFileSync(kept()).equals(before)).toBe(true);
  plant();
  // That it is used at all: whoever can write here can be the user.
  expect(run()).toMatchObject(FORGED);
});

test("code is used for the bytes that it was made from, by the moat and the Node that made it", () => {
  run();
  const identity = identityOf(kept());
  const other = readFileSync(MAIN);
  other[other.length - 2]! ^= 1;
  plant(other);
  expect(run()).toEqual(HELLO);
  plant(undefined, `${identity} `);
  expect(run()).toEqual(HELLO);
});

test("a torn file is none", () => {
  run();
  plant();
  const bytes = readFileSync(kept());
  for (const length of [0, 5, 100, bytes.length - 1]) {
    writeFileSync(kept(), bytes.subarray(0, length));
    expect(run()).toEqual(HELLO);
  }
});

test("what others can write is not used", () => {
  run();
  plant();
  chmodSync(kept(), 0o620);
  expect(run()).toEqual(HELLO);
  plant();
  chmodSync(kept(), 0o600);
  expect(run()).toMatchObject(FORGED);
  chmodSync(path.join(userFolder(), "key"), 0o620);
  expect(run()).toEqual(HELLO);
});

test("a forged file is none: it does not hold the user's secret", () => {
  run();
  const file = kept();
  plant(undefined, undefined, file, Buffer.alloc(32));
  expect(run()).toEqual(HELLO);
  plant(undefined, undefined, file, secret());
  expect(run()).toMatchObject(FORGED);
});

test("a run leaves nothing in the home", () => {
  const before = readdirSync(path.dirname(userFolder()), { recursive: true });
  run();
  expect(readdirSync(path.dirname(userFolder()), { recursive: true })).toEqual(before);
});

test("a link is not followed", () => {
  run();
  plant();
  renameSync(kept(), path.join(project.folder, "mine.bin"));
  run();
  const file = kept();
  renameSync(file, `${file}.old`);
  symlinkSync(path.join(project.folder, "mine.bin"), file);
  expect(run()).toEqual(HELLO);
});

test("where the user has written no policy, a run makes no secret", () => {
  renameSync(userFolder(), `${userFolder()}-gone`);
  expect(run()).toEqual(HELLO);
  expect(existsSync(userFolder())).toBe(false);
});
