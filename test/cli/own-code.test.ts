import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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
  project = makeProject({
    "package.json": '{"name":"app"}',
    "index.js": "console.log('hello')",
    "node_modules/x/package.json": "{}",
  });
  project.moat("policy", "--write", "index.js");
});
afterEach(() => project.dispose());

const userFolder = (): string => path.join(project.folder, "../.cache/moat");
const folder = (): string => path.join(project.folder, "node_modules/.cache/moat/own-code");
const codeOf = (file: string): string | undefined =>
  readdirSync(folder())
    .map((name) => path.join(folder(), name))
    .find((code) => (JSON.parse(identityOf(code)) as unknown[]).at(-1) === file);
/** What the command loads first. */
const kept = (): string => codeOf(MAIN)!;
const secret = (): Buffer => readFileSync(path.join(userFolder(), "key"));
const run = (): unknown => project.moat("run", "index.js");
const HELLO = { code: 0, stdout: "hello\n", stderr: "" };
const FORGED = { stdout: "forged\n" };

function identityOf(file: string): string {
  const bytes = readFileSync(file);
  return (JSON.parse(bytes.toString("utf8", 44, 44 + bytes.readUInt32LE(32))) as { identity: string }).identity;
}

const LENGTH = statSync(MAIN).size + WRAPPER.join("").length;

const WRITTEN_AT = Math.floor(statSync(MAIN).mtimeMs / 1000);

/** Code of another text of the same length, which V8 by itself takes for that of the file. */
function plant(length = LENGTH, identity = identityOf(kept()), file = kept(), by = secret()): void {
  const forged = `${WRAPPER[0]}${'console.log("forged");process.exit();'.padEnd(LENGTH - WRAPPER.join("").length)}${WRAPPER[1]}`;
  const code = new Script(forged).createCachedData();
  openPreparedStore(file, by, identity).replace(
    new Map([[MAIN, { source: Buffer.from(`${length} ${WRITTEN_AT}`), facts: null, text: "", code }]]),
  );
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

test("code that a run has kept which failed, or another program's, is kept anew with what this one needs", () => {
  const core = fileURLToPath(new URL("../../packages/core/dist/moat-pack.cjs", import.meta.url));
  const bytes = (): Buffer => readFileSync(codeOf(core)!);
  rmSync(path.join(userFolder(), "own-code"), { recursive: true, force: true });
  expect(project.moat("run", "nowhere.js")).toMatchObject({ code: 2 });
  const [first, failed] = [bytes().length, bytes()];
  project.moat("run", "nowhere.js");
  expect(bytes().equals(failed)).toBe(true);
  expect(run()).toEqual(HELLO);
  const second = bytes();
  expect(second.length).toBeGreaterThan(2 * first);
  expect(run()).toEqual(HELLO);
  expect(bytes().equals(second)).toBe(true);
  project.write({
    "other.js": "setTimeout(() => console.log(new URL('a:b').href, process.env.HOME !== '', Buffer.from('c')))",
  });
  project.moat("policy", "--write", "other.js");
  expect(project.moat("run", "other.js")).toMatchObject({ code: 0 });
  expect(bytes().length).toBeGreaterThan(second.length);
});

test("a project's first run finds what another one has kept, and keeps its own", () => {
  run();
  project.moat("policy", "--write", "index.js");
  const name = path.basename(kept());
  const shared = path.join(userFolder(), "own-code", name);
  expect(readFileSync(shared).equals(readFileSync(kept()))).toBe(true);
  rmSync(folder(), { recursive: true });
  expect(run()).toEqual(HELLO);
  expect(path.basename(kept())).toBe(name);
  plant(undefined, identityOf(shared), shared);
  expect(run()).toEqual(HELLO);
  rmSync(folder(), { recursive: true });
  // That it is used at all.
  expect(run()).toMatchObject(FORGED);
});

test("code is used for the file that it was made from, by the moat and the Node that made it", () => {
  run();
  const identity = identityOf(kept());
  plant(LENGTH + 1);
  expect(run()).toEqual(HELLO);
  plant(undefined, `${identity} `);
  expect(run()).toEqual(HELLO);
});

/** A copy of moat's packages, which can be changed. */
function copyMoat(): { file(name: string): string; start(): unknown } {
  const moat = path.join(project.folder, "../moat");
  for (const name of ["core", "cli"]) {
    const from = fileURLToPath(new URL(`../../packages/${name}`, import.meta.url));
    for (const part of ["package.json", "dist", ...(name === "cli" ? ["bin"] : [])])
      cpSync(path.join(from, part), path.join(moat, name, part), { recursive: true });
  }
  const start = (): unknown => {
    const env = { PATH: process.env["PATH"], HOME: path.join(project.folder, "..") };
    const { status, stdout } = spawnSync(process.execPath, [path.join(moat, "cli/bin/moat.js"), "run", "index.js"], {
      cwd: project.folder,
      env,
      encoding: "utf8",
    });
    return [status, stdout];
  };
  return { file: (name) => path.join(moat, name), start };
}

test("of a file that another build wrote, nothing is kept", () => {
  const { file, start } = copyMoat();
  const pack = file("core/dist/moat-pack.cjs");
  const text = readFileSync(pack, "utf8");
  writeFileSync(
    pack,
    text.replace(/^\/\*./, (head) => (head.endsWith("A") ? "/*B" : "/*A")),
  );
  expect(start()).toEqual([0, "hello\n"]);
  expect(codeOf(file("cli/dist/moat-pack.cjs"))).toBeDefined();
  expect(codeOf(pack)).toBeUndefined();
  writeFileSync(pack, text);
  expect(start()).toEqual([0, "hello\n"]);
  expect(codeOf(pack)).toBeDefined();
});

test("a file that somebody has patched is compiled anew, as long as it was", () => {
  const { file, start } = copyMoat();
  const pack = file("cli/dist/moat-pack.cjs");
  utimesSync(pack, 1_000_000_000, 1_000_000_000);
  for (let each = 0; each < 2; each++) expect(start()).toEqual([0, "hello\n"]);
  const text = readFileSync(pack, "utf8");
  writeFileSync(pack, text.replaceAll('"use strict";', "throw 7     ;"));
  expect(statSync(pack).size).toBe(Buffer.byteLength(text));
  expect(start()).toEqual([1, ""]);
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

test("who has written no policy keeps code as well, with a secret of their own", () => {
  renameSync(userFolder(), `${userFolder()}-gone`);
  expect(run()).toEqual(HELLO);
  expect(secret()).toHaveLength(32);
  expect(statSync(path.join(userFolder(), "key")).mode & 0o777).toBe(0o600);
  plant();
  expect(run()).toMatchObject(FORGED);
});

test("a home without a cache gets none by a run", () => {
  const cache = path.dirname(userFolder());
  renameSync(cache, `${cache}-gone`);
  expect(run()).toEqual(HELLO);
  expect(existsSync(cache)).toBe(false);
});

test("what a thread has prepared is kept before it is terminated", () => {
  const worker = `const { Worker } = require("worker_threads");
const worker = new Worker(__dirname + "/thread.js");
worker.once("message", () => setTimeout(() => worker.terminate(), 2_000));`;
  project.write({
    "index.js": worker,
    "thread.js": `require("./module.js"); require("worker_threads").parentPort.postMessage(1); setInterval(() => {}, 1000);`,
    "module.js": `module.exports = 1;`,
  });
  project.moat("policy", "--write", "index.js");
  const stores = (): number => readdirSync(path.dirname(folder())).filter((name) => name.endsWith(".bin")).length;
  const before = existsSync(folder()) ? stores() : 0;
  expect(project.moat("run", "index.js")).toMatchObject({ code: 0, stderr: "" });
  // The program's, and the thread's.
  expect(stores()).toBe(before + 2);
});
