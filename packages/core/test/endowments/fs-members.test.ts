import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FS_MEMBERS, makeFs, makeFsPromises, memberKeys } from "../../src/endowments/fs/index.ts";
import { makeWorld, type World } from "./fs-world.ts";

let world: World;
beforeAll(() => {
  world = makeWorld();
});
afterAll(() => world.remove());
const OUT = { fs: { read: ["."], write: ["./out"] } };

describe("the table of members", () => {
  const classified = { fs: new Set<string>(), promises: new Set<string>() };
  for (const [name, row] of Object.entries(FS_MEMBERS)) {
    const keys = memberKeys(name, row);
    for (const key of keys.fs) classified.fs.add(key);
    for (const key of keys.promises) classified.promises.add(key);
  }

  it("has a row for each key of this Node's fs", () => {
    expect(Reflect.ownKeys(fs).filter((key) => key !== "default" && !classified.fs.has(String(key)))).toEqual([]);
    expect(Reflect.ownKeys(fs.promises).filter((key) => !classified.promises.has(String(key)))).toEqual([]);
  });

  it.each([false, true])(
    "leads to a facade with Node's names and arities, and no member of Node's own (trusted: %s)",
    (trusted) => {
      const guest = world.fs(OUT, { trusted });
      const raw = fs as any;
      for (const key of Object.keys(guest)) {
        expect(Object.hasOwn(raw, key), key).toBe(true);
        if (typeof guest[key] !== "function" || ["Stats", "Dirent", "_toUnixTimestamp"].includes(key)) continue;
        expect(guest[key], key).not.toBe(raw[key]);
        expect([key, guest[key].name, guest[key].length]).toEqual([key, raw[key].name, raw[key].length]);
      }
      for (const key of Object.keys(guest.promises))
        expect(guest.promises[key], key).not.toBe((raw.promises as any)[key]);
      const refused = Object.keys(FS_MEMBERS).filter((key) => FS_MEMBERS[key]!.kind === "refused");
      for (const key of [...refused, "inventedTomorrow"]) expect(key in guest).toBe(false);
      expect(
        Object.keys(fs).filter((key) => !(key in guest) && !refused.includes(key) && raw[key] !== undefined),
      ).toEqual([]);
    },
  );

  it("leaves a member out that it does not know", () => {
    let erased = 0;
    const later = {
      ...fs,
      eraseEverything: () => erased++,
      promises: { ...fs.promises, eraseEverything: () => erased++ },
    };
    for (const trusted of [false, true]) {
      const context = world.context(OUT, { trusted });
      const powers = {
        ...context.powers,
        builtin: (name: string) => (name === "fs" ? later : context.powers.builtin(name)),
      };
      const guest: any = makeFs({ ...context, powers });
      expect(guest.eraseEverything).toBe(undefined);
      expect(guest.promises.eraseEverything).toBe(undefined);
      expect(guest.statSync(world.dep).isDirectory()).toBe(true);
    }
    expect(erased).toBe(0);
  });
});

describe("a facade behaves as fs does", () => {
  it("is mutable, its own, and has its promises", () => {
    const context = world.context(OUT);
    const one = context.builtin("fs");
    const other = world.fs(OUT);
    one.readFile = "patched";
    expect(other.readFile).not.toBe("patched");
    expect(typeof fs.readFile).toBe("function");
    expect(makeFsPromises(context)).toBe(one.promises);
    expect(Object.getPrototypeOf(one)).toBe(Object.prototype);
    const clone = Object.create(Object.getPrototypeOf(one));
    for (const key of Object.getOwnPropertyNames(one))
      Object.defineProperty(clone, key, Object.getOwnPropertyDescriptor(one, key)!);
    expect(clone.statSync(world.dep).isDirectory()).toBe(true);
  });

  it("lets a library replace open on a stream class of its own", async () => {
    const guest = world.fs(OUT);
    const { ReadStream: Base } = guest;
    let opened = 0;
    function ReadStream(this: any, ...args: unknown[]): unknown {
      if (this instanceof (ReadStream as any)) {
        Base.apply(this, args);
        return this;
      }
      return new (ReadStream as any)(...args);
    }
    ReadStream.prototype = Object.create(Base.prototype);
    ReadStream.prototype.open = function () {
      guest.open(this.path, this.flags, this.mode, (error: unknown, fd: number) => {
        opened++;
        if (error) return this.destroy(error);
        this.fd = fd;
        this.emit("open", fd);
        this.read();
      });
    };
    let text = "";
    for await (const chunk of (ReadStream as any)(`${world.dep}/data.json`)) text += chunk;
    expect(text).toContain("hello");
    expect(opened).toBe(1);
  });

  it("gives the errors of Node, with the path that was given", async () => {
    const guest = world.fs(OUT);
    const facts = (error: any) => ({
      message: error.message,
      code: error.code,
      errno: error.errno,
      syscall: error.syscall,
      path: error.path,
      dest: error.dest,
    });
    const thrown = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        return facts(error);
      }
      throw new Error("nothing was thrown");
    };
    fs.mkdirSync(`${world.project}/out/full/x`, { recursive: true });
    fs.writeFileSync(`${world.project}/out/file`, "");
    const at = (name: string) => `${world.project}/${name}`;
    const calls: ((one: any) => unknown)[] = [
      (one) => one.readFileSync(at("src/nothing")),
      (one) => one.openSync(at("src/nothing"), "r"),
      (one) => one.statSync(at("src/nothing")),
      (one) => one.lstatSync(at("src/nothing")),
      (one) => one.readdirSync(at("src/a.txt")),
      (one) => one.readdirSync(at("src/nothing")),
      (one) => one.readlinkSync(at("src/a.txt")),
      (one) => one.accessSync(at("src/nothing")),
      (one) => one.rmdirSync(at("out/full")),
      (one) => one.mkdirSync(at("out/full")),
      (one) => one.unlinkSync(at("out/nothing")),
      (one) => one.renameSync(at("out/nothing"), at("out/n2")),
      (one) => one.copyFileSync(at("src/nothing"), at("out/n2")),
      (one) => one.writeFileSync(at("out/no/where"), ""),
      (one) => one.openSync(at("out/file"), "wx"),
      (one) => one.chmodSync(at("out/nothing"), 0o600),
      (one) => one.opendirSync(at("src/nothing")),
      (one) => one.truncateSync(at("out/nothing")),
      (one) => one.symlinkSync("file", at("out/full")),
      (one) => one.linkSync(at("out/nothing"), at("out/n2")),
      (one) => one.mkdtempSync(at("out/no/t-")),
      (one) => one.fstatSync(999_999),
    ];
    for (const call of calls) {
      const wanted = thrown(() => call(fs));
      // The system call that fails first is ours to choose; which error it is, is not.
      const { syscall: _, message: __, path: ___, ...rest } = wanted;
      const got = thrown(() => call(guest));
      expect({ call: String(call), ...got }).toMatchObject(rest);
      expect(JSON.stringify(got)).not.toContain("/proc/self");
    }
    expect(thrown(() => guest.readFileSync(`${world.home}/.npmrc`))).toEqual({
      message: `ENOENT: no such file or directory, open '${world.home}/.npmrc'`,
      code: "ENOENT",
      errno: -2,
      syscall: "open",
      path: `${world.home}/.npmrc`,
      dest: undefined,
    });
    expect(thrown(() => guest.writeFileSync(`${world.home}/x`, ""))).toMatchObject({
      message: `EACCES: permission denied, open '${world.home}/x'`,
      code: "EACCES",
      errno: -13,
    });
    expect(guest.statSync(`${world.home}/.npmrc`, { throwIfNoEntry: false })).toBe(undefined);
    expect(() => guest.readFile(`${world.dep}/data.json`)).toThrow(TypeError);
    expect(() => guest.readFileSync(undefined)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE" }));
  });

  it("does its work: callbacks, promises, descriptors, handles, streams, folders", async () => {
    const guest = world.fs(OUT);
    const out = `${world.project}/out/work`;
    await guest.promises.mkdir(`${out}/a/b`, { recursive: true });
    expect(guest.mkdirSync(`${out}/c/d`, { recursive: true })).toBe(`${out}/c`);
    expect(guest.mkdirSync(world.project, { recursive: true })).toBe(undefined);
    await guest.promises.writeFile(`${out}/a/f`, "one");
    await guest.promises.appendFile(`${out}/a/f`, " two");
    expect(await promisify(guest.readFile)(`${out}/a/f`, "utf8")).toBe("one two");
    expect(await promisify(guest.exists)(`${out}/a/f`)).toBe(true);
    expect(guest.readdirSync(out, { recursive: true }).sort()).toEqual(fs.readdirSync(out, { recursive: true }).sort());
    const [entry] = guest.readdirSync(`${out}/a`, { withFileTypes: true }).filter((one: any) => one.isFile());
    expect([entry.name, entry.parentPath]).toEqual(["f", `${out}/a`]);
    const fd = guest.openSync(`${out}/a/f`, "r+");
    expect(guest.fstatSync(fd).size).toBe(7);
    guest.writeSync(fd, "ONE");
    guest.futimesSync(fd, 1, 1);
    const { bytesRead, buffer } = await promisify(guest.read)(fd, Buffer.alloc(7), 0, 7, 0);
    expect([bytesRead, buffer.toString()]).toEqual([7, "ONE two"]);
    guest.closeSync(fd);
    expect(() => guest.readSync(fd, Buffer.alloc(1))).toThrow(/EBADF/);
    const handle = await guest.promises.open(`${out}/a/f`, "r+");
    await handle.write("T", 0);
    const lines: string[] = [];
    for await (const line of handle.readLines({ start: 0, autoClose: false })) lines.push(line);
    expect(lines).toEqual(["TNE two"]);
    expect(await guest.promises.readFile(handle, "utf8")).toBe("TNE two");
    await handle.close();
    await new Promise((done, failed) => {
      const stream = guest.createWriteStream(`${out}/s`, { flags: "a" });
      stream.on("error", failed).on("close", done);
      expect(stream instanceof guest.WriteStream).toBe(true);
      stream.write("x".repeat(100_000));
      stream.end("end");
    });
    let size = 0;
    for await (const chunk of guest.createReadStream(`${out}/s`, { highWaterMark: 1000 })) size += chunk.length;
    expect(size).toBe(100_003);
    guest.symlinkSync("a/f", `${out}/l`);
    expect(guest.readlinkSync(`${out}/l`)).toBe("a/f");
    expect(guest.realpathSync(`${out}/l`)).toBe(`${out}/a/f`);
    expect(guest.realpathSync.native(path.relative(process.cwd(), `${out}/l`))).toBe(`${out}/a/f`);
    expect(guest.lstatSync(`${out}/l`).isSymbolicLink()).toBe(true);
    guest.lutimesSync(`${out}/l`, 1, 1);
    guest.renameSync(`${out}/l`, `${out}/l2`);
    expect(fs.existsSync(`${out}/a/f`)).toBe(true);
    guest.cpSync(`${out}/a`, `${out}/copy`, { recursive: true });
    await guest.promises.cp(`${out}/a`, `${out}/copy2`, {
      recursive: true,
      filter: async (from: string) => !from.endsWith("b"),
    });
    expect(fs.readdirSync(`${out}/copy2`)).toEqual(["f"]);
    guest.renameSync(`${out}/copy`, `${out}/copy3`);
    await guest.promises.rm(`${out}/copy3`, { recursive: true });
    await promisify(guest.rm)(`${out}/nothing`, { force: true });
    expect(guest.existsSync(`${out}/copy3`)).toBe(false);
    expect(guest.statSync(world.root).isDirectory()).toBe(true);
    expect(guest.existsSync(path.dirname(world.root))).toBe(true);
    const [data, found] = await new Promise<unknown[]>(
      (done) =>
        guest.watchFile(`${out}/a/f`, { interval: 20 }, (...args: unknown[]) => done(args)) &&
        setTimeout(() => fs.writeFileSync(`${out}/a/f`, "longer than before"), 50),
    );
    expect((data as fs.Stats).size).toBeGreaterThan((found as fs.Stats).size);
    guest.unwatchFile(`${out}/a/f`);
    if (guest.globSync) expect(guest.globSync("**/*.txt", { cwd: world.project })).toContain("src/a.txt");
  });

  it("tells about what was denied once it exists, and lets it through when only auditing", () => {
    world.denials.length = 0;
    const guest = world.fs(OUT);
    expect(guest.existsSync(`${world.home}/nothing`)).toBe(false);
    const { project } = world;
    expect(["/src/a.txt", "/src/a.txt/", "/src/a.txt/.", "/src/", "/src/."].map((one) => guest.existsSync(project + one))).toEqual([true, false, false, true, true]);
    expect(world.denials).toEqual([]);
    expect(guest.existsSync(`${world.home}/notes.txt`)).toBe(false);
    expect(world.denials).toEqual([{ capability: "fs.read", target: `${world.home}/notes.txt`, via: "fs.existsSync" }]);
    const audited = world.fs(OUT, { audit: true });
    expect(audited.readFileSync(`${world.home}/notes.txt`, "utf8")).toContain("SECRET");
    audited.writeFileSync(`${world.root}/loot/audited`, "x");
    expect(fs.readFileSync(`${world.root}/loot/audited`, "utf8")).toBe("x");
    expect(world.denials.at(-1)).toMatchObject({ capability: "fs.write", target: `${world.root}/loot/audited` });
  });
});
