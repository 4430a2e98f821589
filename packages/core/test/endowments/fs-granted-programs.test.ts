/** What a package may see of a program that it may start (`commands`), besides what `fs` grants it. */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorld, type World } from "./fs-world.ts";

const { PATH } = process.env;
let world: World;
let bin: string;
let tool: string;
let guest: any;
beforeAll(() => {
  world = makeWorld();
  bin = path.join(world.root, "bin");
  tool = path.join(bin, "tool");
  const shadow = path.join(world.project, "node_modules/.bin");
  for (const folder of [bin, shadow]) {
    fs.mkdirSync(folder);
    for (const name of ["tool", "other"]) fs.writeFileSync(path.join(folder, name), "#!/bin/sh\n", { mode: 0o755 });
  }
  fs.symlinkSync("tool", path.join(bin, "alias"));
  fs.symlinkSync(tool, path.join(world.project, "tool"));
  fs.symlinkSync(process.execPath, path.join(world.project, "own-node"));
  process.env["PATH"] = [shadow, bin, "", "."].join(path.delimiter);
  guest = world.fs({ commands: ["tool", "alias", "missing"], fs: { read: ["./src"], write: ["./src"] } });
});
afterAll(() => {
  process.env["PATH"] = PATH;
  world.remove();
});

const LOOKS: Readonly<Record<string, (what: unknown) => unknown>> = {
  statSync: (what) => guest.statSync(what).isFile(),
  lstatSync: (what) => guest.lstatSync(what).isFile(),
  accessSync: (what) => guest.accessSync(what, fs.constants.X_OK) === undefined,
  existsSync: (what) => guest.existsSync(what) || Promise.reject(new Error("is not there")),
  "promises.stat": async (what) => (await guest.promises.stat(what)).isFile(),
  "promises.access": async (what) => (await guest.promises.access(what)) === undefined,
  stat: (what) =>
    new Promise((found, failed) =>
      guest.stat(what, (error: Error | null, stats: fs.Stats) => (error ? failed(error) : found(stats.isFile()))),
    ),
};
const answerOf = async (look: (what: unknown) => unknown, what: unknown): Promise<unknown> => {
  try {
    return await look(what);
  } catch {
    return "denied";
  }
};

describe("a program that may be started, where PATH has it", () => {
  for (const [name, look] of Object.entries(LOOKS)) {
    it(`is found by ${name}`, async () => {
      for (const what of [tool, Buffer.from(tool), pathToFileURL(tool)]) expect(await answerOf(look, what)).toBe(true);
    });

    it(`is found by ${name} under no other name, and nothing else is`, async () => {
      const others = [
        path.relative(process.cwd(), tool),
        `${bin}/../bin/tool`,
        `${bin}/./tool`,
        `${bin}//tool`,
        `${tool}/`,
        `${tool}/.`,
        `${world.project}/tool`,
        `${world.project}/node_modules/.bin/tool`,
        "tool",
        "./tool",
        bin,
        `${bin}/other`,
        `${bin}/tool.txt`,
        `${bin}/missing`,
        `${world.home}/notes.txt`,
      ];
      for (const what of [...others, ...others.map((one) => Buffer.from(one)), pathToFileURL(`${bin}/other`)]) {
        expect([String(what), await answerOf(look, what)]).toEqual([String(what), "denied"]);
      }
    });
  }

  it("is told of where a link leads to it, and not where that is", () => {
    expect(guest.statSync(`${bin}/alias`).isFile()).toBe(true);
    expect(guest.lstatSync(`${bin}/alias`).isSymbolicLink()).toBe(true);
    expect(() => guest.readlinkSync(`${bin}/alias`)).toThrow(/ENOENT/);
    expect(() => guest.realpathSync(`${bin}/alias`)).toThrow(/ENOENT/);
    expect(() => guest.realpathSync.native(tool)).toThrow(/ENOENT/);
  });

  it("is not read, listed, copied, linked or changed", async () => {
    const before = world.snapshot();
    const own = `${world.project}/src/copy`;
    const attempts: Readonly<Record<string, () => unknown>> = {
      readFileSync: () => guest.readFileSync(tool),
      openSync: () => guest.openSync(tool, "r"),
      "promises.readFile": () => guest.promises.readFile(tool),
      "promises.open": () => guest.promises.open(tool),
      "promises.realpath": () => guest.promises.realpath(tool),
      "promises.readlink": () => guest.promises.readlink(`${bin}/alias`),
      createReadStream: () => new Promise((_, failed) => guest.createReadStream(tool).on("error", failed)),
      readdirSync: () => guest.readdirSync(bin),
      opendirSync: () => guest.opendirSync(bin),
      copyFileSync: () => guest.copyFileSync(tool, own),
      cpSync: () => guest.cpSync(tool, own),
      linkSync: () => guest.linkSync(tool, own),
      symlinkSync: () => guest.symlinkSync(tool, own),
      renameSync: () => guest.renameSync(tool, own),
      writeFileSync: () => guest.writeFileSync(tool, ""),
      chmodSync: () => guest.chmodSync(tool, 0o644),
      unlinkSync: () => guest.unlinkSync(tool),
    };
    for (const [name, attempt] of Object.entries(attempts))
      expect([name, await answerOf(attempt, undefined)]).toEqual([name, "denied"]);
    expect(world.snapshot()).toBe(before);
  });

  it("is not watched", async () => {
    const heard: string[] = [];
    const files = { tool, own: `${world.project}/src/a.txt` };
    for (const [name, file] of Object.entries(files)) guest.watchFile(file, { interval: 10 }, () => heard.push(name));
    try {
      // The first look comes later than the call.
      for (let round = 1; round < 100 && heard.length === 0; round++) {
        for (const file of Object.values(files)) fs.utimesSync(file, round, round);
        await new Promise((done) => setTimeout(done, 20));
      }
      expect(new Set(heard)).toEqual(new Set(["own"]));
    } finally {
      for (const file of Object.values(files)) guest.unwatchFile(file);
    }
  });

  it("is found by nobody else", async () => {
    const stranger = world.fs({ commands: ["other"], fs: {} });
    expect(stranger.existsSync(tool)).toBe(false);
    expect(() => stranger.statSync(tool)).toThrow(/ENOENT/);
    expect(stranger.statSync(`${bin}/other`).isFile()).toBe(true);
  });
});

it("the binary that all run in may be read by any way that leads to it, and not written", () => {
  const own = world.fs({ fs: {} });
  for (const file of [process.execPath, `${world.project}/own-node`]) {
    const opened = own.openSync(file, "r");
    own.closeSync(opened);
    expect(own.realpathSync(file)).toBe(fs.realpathSync(process.execPath));
    expect(() => own.openSync(file, "r+")).toThrow(/EACCES/);
    expect(() => own.openSync(file, "a")).toThrow(/EACCES/);
  }
  expect(() => own.readdirSync(path.dirname(fs.realpathSync(process.execPath)))).toThrow(/ENOENT/);
});
