import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { makeFs } from "../../src/endowments/fs/index.ts";
import { makeWorld } from "./fs-world.ts";

const world = makeWorld();
afterAll(() => world.remove());

/** The `fs` of a package by its name, in one realm with the others. */
function fsOf(name: string, policy: object, more: object = {}): any {
  const context = world.context(policy, more);
  return makeFs({ ...context, principal: { ...context.principal, name } });
}

const READS = { fs: { read: ["."] } };
const file = `${world.project}/src/a.txt`;

describe("a number of a file that one package opened", () => {
  it("works for a package that this one imports, and for no other", () => {
    const opener = fsOf("zip", { ...READS, packages: ["zip>slicer"] });
    const fd = opener.openSync(file, "r");
    const slicer = fsOf("zip>slicer", {});
    const buffer = Buffer.alloc(1);
    expect(slicer.readSync(fd, buffer, 0, 1, 0)).toBe(1);
    expect(buffer.toString()).toBe("a");
    expect(slicer.fstatSync(fd).size).toBe(1);
    expect(() => slicer.fchmodSync(fd, 0o600)).toThrow(/EACCES|EPERM/);
    for (const name of ["other", "zip>slicer>dep"])
      expect(() => fsOf(name, READS).readSync(fd, buffer, 0, 1, 0), name).toThrow(/EBADF/);
    slicer.closeSync(fd);
    expect(() => opener.readSync(fd, buffer, 0, 1, 0)).toThrow(/EBADF/);
  });

  it("works for none that opens files itself, and is there for something else", () => {
    const opener = fsOf("logger", { fs: { write: ["."] }, packages: ["logger>colors", "logger>own"] });
    const fd = opener.openSync(`${world.project}/log.txt`, "w");
    for (const [name, fs] of [
      ["logger>colors", { read: ["<package>"] }],
      ["logger>own", { write: ["<tmp>"] }],
    ] as const)
      expect(() => fsOf(name, { fs }).writeSync(fd, "x"), name).toThrow(/EBADF/);
    opener.closeSync(fd);
  });

  it("is nothing to the package that imports the opener", () => {
    const inner = fsOf("zip>slicer", READS);
    const fd = inner.openSync(file, "r");
    expect(() => fsOf("zip", { packages: ["zip>slicer"] }).fstatSync(fd)).toThrow(/EBADF/);
    inner.closeSync(fd);
  });
});

describe("a number of a file that the application opened", () => {
  const application = fsOf(".", {}, { trusted: true });
  const log = `${world.project}/lent.txt`;

  it("works for a package that may open the file by its path, as far as that goes", () => {
    writeFileSync(log, "");
    const fd = application.openSync(log, "r+");
    const writes = fsOf("logger", { fs: { write: ["."] } });
    expect(writes.writeSync(fd, "one")).toBe(3);
    writes.fsyncSync(fd);
    expect(readFileSync(log, "utf8")).toBe("one");
    expect(() => writes.readSync(fd, Buffer.alloc(1), 0, 1, 0)).toThrow(/EBADF/);
    expect(() => writes.fchmodSync(fd, 0o600)).toThrow(/EBADF/);
    const reads = fsOf("zip", READS);
    const buffer = Buffer.alloc(3);
    expect([reads.readSync(fd, buffer, 0, 3, 0), String(buffer), reads.fstatSync(fd).size]).toEqual([3, "one", 3]);
    expect(() => reads.writeSync(fd, "x")).toThrow(/EBADF/);
    expect(readFileSync(log, "utf8")).toBe("one");
    application.closeSync(fd);
    expect(() => writes.writeSync(fd, "x")).toThrow(/EBADF/);
  });

  it("stays where it is for the application, which packages neither move nor close", () => {
    writeFileSync(log, "one");
    const fd = application.openSync(log, "r+");
    const dep = fsOf("dep", { fs: { read: ["."], write: ["."] } });
    for (const position of [null, undefined, -1, -1n])
      expect(() => dep.readSync(fd, Buffer.alloc(1), 0, 1, position)).toThrow(/EBADF/);
    // What Node takes for no position, though it stands where one would.
    expect(() => dep.readSync(fd, Buffer.alloc(1), { position: null }, 1, 0)).toThrow(/EBADF/);
    for (const position of [0n, Infinity, 0.5, -1])
      expect(() => dep.readvSync(fd, [Buffer.alloc(1)], position)).toThrow(/EBADF/);
    expect(dep.readvSync(fd, [Buffer.alloc(1)], 1)).toBe(1);
    expect(() => dep.readSync(fd, Buffer.alloc(1))).toThrow(/EBADF/);
    expect(() => dep.readFileSync(fd)).toThrow(/EBADF/);
    dep.closeSync(fd);
    expect(() => dep.writeSync(fd, "x")).toThrow(/EBADF/);
    expect(() => dep.closeSync(fd)).toThrow(/EBADF/);
    const buffer = Buffer.alloc(3);
    expect([application.readSync(fd, buffer), String(buffer)]).toEqual([3, "one"]);
    application.closeSync(fd);
  });

  it("is no number to who has no right to the path, and to nobody once it has none", () => {
    for (const [path, policy] of [
      [file, {}],
      [file, { fs: { read: ["./elsewhere"] } }],
      [`${world.project}/.env`, READS],
    ] as const) {
      if (path !== file) writeFileSync(path, "SECRET=1");
      const fd = application.openSync(path, "r");
      expect(() => fsOf("dep", policy).readSync(fd, Buffer.alloc(1), 0, 1, 0), path).toThrow(/EBADF/);
      expect(() => fsOf("dep", policy).fstatSync(fd), path).toThrow(/EBADF/);
      application.closeSync(fd);
    }
    writeFileSync(log, "gone");
    const fd = application.openSync(log, "r");
    application.unlinkSync(log);
    expect(() => fsOf("dep", READS).readSync(fd, Buffer.alloc(1), 0, 1, 0)).toThrow(/EBADF/);
    application.closeSync(fd);
  });

  it("is closed after the last call on it", async () => {
    writeFileSync(log, "");
    const fd: number = await new Promise((done) =>
      application.open(log, "w", (_: unknown, opened: number) => done(opened)),
    );
    const dep = fsOf("dep", { fs: { write: ["."] } });
    const written = new Promise((done) => dep.write(fd, "late", (error: unknown) => done(error)));
    application.closeSync(fd);
    // The number is not the next file's while the call is under way.
    const other = application.openSync(file, "r");
    expect(other).not.toBe(fd);
    expect(await written).toBeNull();
    expect(readFileSync(log, "utf8")).toBe("late");
    application.closeSync(other);
  });
});
