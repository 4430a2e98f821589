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

  it("is the application's where this opened it, whatever it imports", () => {
    const application = fsOf(".", { packages: ["slicer"] }, { trusted: true });
    const fd = application.openSync(file, "r");
    expect(() => fsOf("slicer", {}).fstatSync(fd)).toThrow(/EBADF/);
    application.closeSync(fd);
  });
});
