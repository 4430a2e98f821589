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

  it("lists folders in full through links, as far as it may read", async () => {
    const guest = world.fs(OUT);
    const out = `${world.project}/out/listed`;
    fs.mkdirSync(`${out}/a/b`, { recursive: true });
    fs.writeFileSync(`${out}/a/b/file`, "");
    for (const [link, to] of [
      ["toA", "a"],
      ["dangling", "nowhere"],
      ["toFile", "a/b/file"],
      ["a/ring", "../a"],
      ["ring", "ring"],
    ])
      fs.symlinkSync(to!, `${out}/${link}`);
    const expected = fs.readdirSync(out, { recursive: true }).toSorted();
    expect(expected).toContain(path.join("toA", "b", "file"));
    expect(guest.readdirSync(out, { recursive: true }).toSorted()).toEqual(expected);
    expect((await guest.promises.readdir(out, { recursive: true })).toSorted()).toEqual(expected);
    expect(((await promisify(guest.readdir)(out, { recursive: true })) as string[]).toSorted()).toEqual(expected);
    expect(guest.readdirSync(out, { recursive: true, withFileTypes: true }).length).toBe(8);

    const elsewhere = `${world.project}/out/elsewhere`;
    fs.mkdirSync(elsewhere);
    fs.symlinkSync(world.home, `${elsewhere}/home`);
    expect(guest.readdirSync(elsewhere, { recursive: true })).toEqual(["home"]);
  });

  it("makes folders by any way of writing them, and names the first one as it was written", () => {
    const guest = world.fs(OUT);
    const out = `${world.project}/out/ways`;
    const make = (path: string) => guest.mkdirSync(path, { recursive: true });
    expect(make(`${out}/a/./b//c/`)).toBe(out);
    fs.symlinkSync("a", `${out}/link`);
    for (const there of [
      `${out}/a/..`,
      `${out}/.`,
      `${out}/`,
      `${out}/link`,
      `${out}/link/b/../b`,
      `${out}/a/b/c/../../..`,
    ])
      expect(make(there), there).toBe(undefined);
    expect(make(`${out}/link/d/e`)).toBe(`${out}/link/d`);
    expect(make(`${out}/link/d/e/../f`)).toBe(`${out}/link/d/e/../f`);
    expect(fs.readdirSync(out).toSorted()).toEqual(["a", "link"]);
  });

  it("says of a folder above what is granted that it is there, to who makes each one on the way", async () => {
    const guest = world.fs(OUT);
    const told = world.denials.length;
    for (const above of [world.project, path.dirname(world.project), "/"]) {
      const error = { code: "EEXIST", syscall: "mkdir", path: above };
      expect(() => guest.mkdirSync(above), above).toThrow(expect.objectContaining(error));
      await expect(guest.promises.mkdir(above), above).rejects.toMatchObject(error);
      await expect(promisify(guest.mkdir)(above), above).rejects.toMatchObject(error);
    }
    expect(world.denials.length).toBe(told);
    for (const other of [world.home, `${world.root}/new`])
      expect(() => guest.mkdirSync(other), other).toThrow(expect.objectContaining({ code: "EACCES" }));
    expect(fs.existsSync(`${world.root}/new`)).toBe(false);
  });

  it.each(["readFileSync", "readFile"])("%s finds a folder a link that was a folder a moment ago", async (member) => {
    const guest = world.fs(OUT);
    const folder = `${world.project}/out/moved-${member}`;
    const read = async () =>
      member === "readFileSync"
        ? guest.readFileSync(Buffer.from(`${folder}/file`), "utf8")
        : guest.promises.readFile(Buffer.from(`${folder}/file`), "utf8");
    guest.mkdirSync(folder);
    fs.writeFileSync(`${folder}/file`, "text");
    fs.writeFileSync(`${folder}/other`, "");
    expect(guest.statSync(`${folder}/other`).size).toBe(0);
    // As another program does it.
    fs.renameSync(folder, `${folder}-elsewhere`);
    fs.symlinkSync(`${folder}-elsewhere`, folder);
    expect(await read()).toBe("text");
  });

  it("finds folders gone that were there a moment ago, and makes them again", async () => {
    const guest = world.fs(OUT);
    const folder = `${world.project}/out/made/again/and/again`;
    const makers = [
      () => guest.mkdirSync(folder, { recursive: true }),
      () => guest.promises.mkdir(folder, { recursive: true }),
      () => promisify(guest.mkdir)(folder, { recursive: true }),
    ];
    const removers = [
      () => guest.rmSync(`${world.project}/out/made`, { recursive: true }),
      () => guest.promises.rm(`${world.project}/out/made`, { recursive: true }),
      // As another program does it.
      () => fs.rmSync(`${world.project}/out/made`, { recursive: true }),
    ];
    for (const make of makers) {
      for (const remove of removers) {
        await make();
        guest.writeFileSync(`${folder}/file`, "text");
        await remove();
        expect(() => guest.writeFileSync(`${folder}/file`, "text")).toThrow("ENOENT");
      }
    }
    expect(fs.existsSync(`${world.project}/out/made`)).toBe(false);
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
    expect(
      ["/src/a.txt", "/src/a.txt/", "/src/a.txt/.", "/src/", "/src/."].map((one) => guest.existsSync(project + one)),
    ).toEqual([true, false, false, true, true]);
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
