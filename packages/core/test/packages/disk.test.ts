import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { makeEntryModules } from "../../src/compartments/entry-modules.ts";
import { makeDisk, type DiskPower } from "../../src/packages/disk.ts";
import { makeResolver } from "../../src/packages/resolver.ts";

const HERE = fileURLToPath(import.meta.url);
const real = { readFileSync, readdirSync, realpathSync, statSync } as DiskPower;
const failing = (error: () => Error): DiskPower => ({
  ...real,
  readFileSync() {
    throw error();
  },
});
const coded = (code: string) => () => Object.assign(new Error(code), { code });

it("takes a file that can't be read for absent", () => {
  expect(makeDisk(failing(coded("ENOENT"))).readText(HERE)).toBeUndefined();
  expect(makeDisk(failing(coded("EACCES"))).readText(HERE)).toBeUndefined();
});

it.each([
  ["of which the process has too many open", coded("EMFILE")],
  ["that it asks for near the end of the stack", () => new RangeError("Maximum call stack size exceeded")],
])("does not take a file for absent %s", (_why, error) => {
  expect(() => makeDisk(failing(error)).readText(HERE)).toThrow(error());
});

it("protects the modules that an entry reaches, also from who had all files open when it was first asked", () => {
  let full = true;
  const power: DiskPower = {
    ...real,
    readFileSync: (path, encoding) => (full ? failing(coded("EMFILE")) : real).readFileSync(path, encoding),
  };
  const project = fileURLToPath(new URL("../../", import.meta.url)).slice(0, -1);
  const modules = makeEntryModules(
    makeResolver(makeDisk(power), { roots: [project] }),
    [HERE],
    (location) => location === project,
    { project, cwd: project },
  );
  const reached = fileURLToPath(new URL("../../src/packages/disk.ts", import.meta.url));
  expect(() => modules.has(reached)).toThrow("EMFILE");
  full = false;
  expect(modules.has(reached)).toBe(true);
});
