import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeWorld, type World } from "./fs-world.ts";

let world: World;
let guest: any;
const at = (name: string) => path.join(world.project, name);
beforeAll(() => {
  world = makeWorld();
  guest = world.fs({ fs: { read: ["."], write: ["."] } });
});
afterAll(() => world.remove());

/** Gives a buffer's memory away. */
const moved = ({ buffer }: Uint8Array) =>
  new Uint8Array(structuredClone(buffer as ArrayBuffer, { transfer: [buffer as ArrayBuffer] }));

const SIZE = 300_000;

/** A pipe, in which who reads waits, and who writes much. */
function makePipe(): { file: string; fd: number; drain(): string } {
  const file = at(`pipe${Math.random()}`);
  execFileSync("mkfifo", [file]);
  const fd: number = guest.openSync(file, "r+");
  const drain = () => {
    const all = Buffer.alloc(SIZE);
    for (let length = 0; length < SIZE;) length += fs.readSync(fd, all, length, SIZE - length, null);
    return [...new Set(all.toString("latin1"))].join("");
  };
  return { file, fd, drain };
}

type Reads = (fd: number, buffer: Uint8Array, file: string) => Promise<unknown>;
const openHandle = (file: string) => guest.promises.open(file, "r+");

test.each<[string, Reads]>([
  ["read", (fd, buffer) => promisify(guest.read)(fd, buffer, 0, 5, null)],
  ["read, with options", (fd, buffer) => promisify(guest.read)(fd, buffer, { length: 5 })],
  ["read, of options", (fd, buffer) => promisify(guest.read)(fd, { buffer })],
  ["readv", (fd, buffer) => promisify(guest.readv)(fd, [buffer], null)],
  ["a handle's read", async (_fd, buffer, file) => (await openHandle(file)).read(buffer)],
  ["a handle's readv", async (_fd, buffer, file) => (await openHandle(file)).readv([buffer])],
])("%s fills no memory that was given away", async (_name, read) => {
  const { fd, file } = makePipe();
  const given = new Uint8Array(5);
  const reading = read(fd, given, file);
  await new Promise((done) => setTimeout(done, 50));
  const mine = moved(given);
  fs.writeSync(fd, "12345");
  await reading;
  expect([given.length, ...mine]).toEqual([0, 0, 0, 0, 0, 0]);
});

test.each<[string, Reads]>([
  ["write", (fd, buffer) => promisify(guest.write)(fd, buffer)],
  ["write, with options", (fd, buffer) => promisify(guest.write)(fd, buffer, { offset: 0 })],
  ["writev", (fd, buffer) => promisify(guest.writev)(fd, [buffer])],
  ["writeFile", (fd, buffer) => promisify(guest.writeFile)(fd, buffer)],
  ["appendFile", (_fd, buffer, file) => promisify(guest.appendFile)(file, buffer)],
  ["writeFile in promises", (_fd, buffer, file) => guest.promises.writeFile(file, buffer)],
  ["writeFile, part by part", (_fd, buffer, file) => guest.promises.writeFile(file, [buffer])],
  ["a handle's write", async (_fd, buffer, file) => (await openHandle(file)).write(buffer)],
  ["a handle's writev", async (_fd, buffer, file) => (await openHandle(file)).writev([buffer])],
  ["a handle's writeFile", async (_fd, buffer, file) => (await openHandle(file)).writeFile(buffer)],
  ["a handle's appendFile", async (_fd, buffer, file) => (await openHandle(file)).appendFile(buffer)],
  [
    "a stream",
    (_fd, buffer, file) => new Promise((done) => guest.createWriteStream(file, { flags: "r+" }).write(buffer, done)),
  ],
])("%s takes nothing from memory that was given away", async (_name, write) => {
  const { fd, file, drain } = makePipe();
  const given = new Uint8Array(SIZE).fill(97);
  const writing = write(fd, given, file);
  await new Promise((done) => setTimeout(done, 50));
  moved(given).fill(98);
  expect(drain()).toBe("a");
  await writing;
});

test("calls that work on buffers answer and fail as Node's", async () => {
  fs.writeFileSync(at("text"), "0123456789");
  const view = () => Buffer.alloc(6, "-");
  const answers = async (own: any): Promise<unknown[]> => {
    const found: unknown[] = [];
    const tell = async (name: string, call: () => unknown) => {
      try {
        found.push([name, await call()]);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        found.push([name, code, message.split("\n")[0]]);
      }
    };
    const fd: number = own.openSync(at("text"), "r+");
    const handle = await own.promises.open(at("text"), "r+");
    const called = (name: string, args: unknown[]) =>
      new Promise((done, failed) => {
        own[name](fd, ...args, (error: unknown, bytes: unknown, shown: unknown) =>
          error ? failed(error) : done([bytes, shown === args[0] || shown === (args[0] as any)?.buffer, String(shown)]),
        );
      });
    const of = async (name: string, args: unknown[]) => {
      const result = await handle[name](...args);
      const shown = result.buffer ?? result.buffers;
      return [Object.keys(result), result.bytesRead ?? result.bytesWritten, shown === args[0], String(shown)];
    };
    const reads = (): unknown[][] => [
      [view(), 1, 3, 2],
      [view(), 0, 6, 0],
      [view(), 2, 4, 0n],
      [view(), { offset: 2, length: 3, position: 1 }],
      [view(), { position: 4 }],
      [view(), null, undefined, 0],
      [view(), null],
      [view(), 2, 0, 0],
      [view(), 7, 1, 0],
      [view(), -1, 1, 0],
      [view(), 1.5, 1, 0],
      [view(), "1", 1, 0],
      [view(), 1, 6, 0],
      [view(), 1, -1, 0],
      [view(), 1, 3, "x"],
      [{ buffer: view(), offset: 1, length: 2, position: 3 }],
      [{ buffer: view(), position: 0 }],
      [new Uint16Array(3), 1, 3, 0],
      [new DataView(new ArrayBuffer(4)), 0, 4, 0],
    ];
    for (const args of reads()) await tell("read", () => called("read", args));
    for (const args of [...reads(), [view(), 5]]) await tell("handle.read", () => of("read", args));
    await tell("read", () => called("read", [{ position: 2, length: 3 }]));
    await tell("read", () => called("read", ["x", 0, 1, 0]));
    for (const [name, run] of [
      ["", (kind: string, args: unknown[]) => called(kind, args)],
      ["handle.", (kind: string, args: unknown[]) => of(kind, args)],
    ] as const) {
      await tell(`${name}readv`, () => run("readv", [[view(), Buffer.alloc(2), Buffer.alloc(9)], 1]));
      await tell(`${name}readv`, () => run("readv", [["x"], 1]));
      await tell(`${name}readv`, () => run("readv", ["x", 1]));
      await tell(`${name}writev`, () => run("writev", [[Buffer.from("ab"), Buffer.from("c")], 1]));
      await tell(`${name}writev`, () => run("writev", [[3], 1]));
      await tell(`${name}writev`, () => run("writev", [[], 1]));
    }
    const writes = (): unknown[][] => [
      [Buffer.from("xyz"), 1, 2, 0],
      [Buffer.from("xyz"), { offset: 2, position: 4 }],
      [Buffer.from("uvw"), 0, undefined, 7],
      [Buffer.from("k"), null, null, 3],
      [Buffer.from("xyz"), 4, 1, 0],
      [Buffer.from("xyz"), 1, 3, 0],
      [Buffer.from("xyz"), "1", 3, 0],
      [Buffer.from("xyz"), 0, -1, 0],
      ["text", 2, "latin1"],
      [5],
      [Buffer.alloc(0), 0, 0, 0],
    ];
    for (const args of writes()) await tell("write", () => called("write", args));
    for (const args of writes()) await tell("handle.write", () => of("write", args));
    found.push(fs.readFileSync(at("text"), "latin1"));
    for (const data of [Buffer.from("one"), "two", ["thr", Buffer.from("ee")], new Map(), 5, null, new String("six")]) {
      fs.writeFileSync(at("other"), "");
      for (const [name, write] of [
        ["writeFile", () => promisify(own.writeFile)(at("other"), data)],
        ["promises.writeFile", () => own.promises.writeFile(at("other"), data)],
        ["promises.appendFile", () => own.promises.appendFile(at("other"), data)],
      ] as const) {
        await tell(name, write);
        found.push(fs.readFileSync(at("other"), "latin1"));
      }
    }
    await handle.close();
    own.closeSync(fd);
    return found;
  };
  const expected = await answers(fs);
  expect(expected.length).toBeGreaterThan(80);
  fs.writeFileSync(at("text"), "0123456789");
  expect(await answers(guest)).toEqual(expected);
});

test.each(["readvSync", "writevSync"])("%s looks at each buffer once, before Node has any of them", (name) => {
  fs.writeFileSync(at("text"), "0123456789");
  const fd: number = guest.openSync(at("text"), "r+");
  const given = new Uint8Array(5).fill(97);
  let mine: Uint8Array | undefined;
  const list: unknown[] = [given, given];
  Object.defineProperty(list, 1, { get: () => ((mine ??= moved(given).fill(98)), new Uint8Array(2)) });
  guest[name](fd, list, 0);
  guest.closeSync(fd);
  expect([given.length, ...mine!]).toEqual([0, 98, 98, 98, 98, 98]);
  expect(fs.readFileSync(at("text"), "latin1")).not.toContain("b");
});

test("what a stream of a file gives is in memory of its own, also by the stream's options, and a stream's own read is shown none that was used", async () => {
  const secret = at("secret.txt");
  fs.writeFileSync(secret, "s".repeat(200_000));
  const short = at("short.txt");
  fs.writeFileSync(short, "short");
  const chunksOf = async (file: string, options = {}): Promise<Buffer[]> => {
    const chunks: Buffer[] = [];
    for await (const chunk of guest.createReadStream(file, options)) chunks.push(chunk);
    return chunks;
  };
  for (let round = 0; round < 4; round++) {
    const all = await Promise.all([chunksOf(secret), chunksOf(secret), chunksOf(secret, { highWaterMark: 100_000 })]);
    for (const chunks of all) expect(Buffer.concat(chunks).equals(fs.readFileSync(secret))).toBe(true);
    const shorts = await Promise.all([chunksOf(short), chunksOf(short, { start: 1, end: 2, highWaterMark: 3 })]);
    expect(shorts.map((chunks) => Buffer.concat(chunks).toString())).toEqual(["short", "ho"]);
    for (const chunk of [...all, ...shorts].flat()) {
      expect([Buffer.isBuffer(chunk), chunk.buffer.byteLength]).toEqual([true, chunk.length]);
    }
    expect(new Set([...all, ...shorts].flat().map(({ buffer }) => buffer)).size).toBe(
      [...all, ...shorts].flat().length,
    );
  }
  const shown: Buffer[] = [];
  const read = (fd: number, buffer: Buffer, offset: number, length: number, position: unknown, done: Function) => {
    shown.push(Buffer.from(new Uint8Array(buffer.buffer)));
    guest.read(fd, buffer, offset, length, position, done);
  };
  expect(Buffer.concat(await chunksOf(short, { fs: { ...guest, read } })).toString()).toBe("short");
  expect(shown.length).toBeGreaterThan(0);
  for (const bytes of shown) expect(bytes.every((byte) => byte === 0)).toBe(true);
});
