import { constants, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { assertAnswer } from "../errors/assert-answer.ts";
import type { FileReader } from "./file-reader.ts";
import type { PlaceReader } from "./kept-resolutions.ts";

/** The functions of `node:fs` that reading a package tree takes. */
export interface DiskPower {
  readFileSync(path: string, encoding: "utf8"): string;
  statSync(path: string, options: { throwIfNoEntry: false }): { isFile(): boolean; isDirectory(): boolean } | undefined;
  readdirSync(path: string): string[];
  readonly realpathSync: { native(path: string): string };
}

/** Captured when this file is loaded: before any code that could patch `node:fs`. */
const captured: DiskPower = Object.freeze({
  readFileSync: readFileSync as DiskPower["readFileSync"],
  readdirSync,
  statSync,
  realpathSync,
});

/** A reader of the real disk. */
export const makeDisk = (power: DiskPower = captured): FileReader => {
  const realpath = power.realpathSync.native;
  const quiet = { throwIfNoEntry: false } as const;
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      // HAZARD: answers are remembered.
      assertAnswer(error);
      return undefined;
    }
  };
  return Object.freeze({
    __proto__: null,
    readText: (path: string) => attempt(() => power.readFileSync(path, "utf8")),
    stat: (path: string) =>
      attempt(() => {
        const found = power.statSync(path, quiet);
        if (found === undefined) return undefined;
        // A pipe or device is not a module: Node would read one, moat does not.
        return found.isDirectory() ? "dir" : found.isFile() ? "file" : undefined;
      }),
    list: (folder: string) => attempt(() => power.readdirSync(folder).sort()) ?? [],
    realpath: (path: string) => attempt(() => realpath(path)),
  }) as FileReader;
};

const { S_IFMT: FILE_TYPE, S_IFDIR: FOLDER, S_IFLNK: LINK } = constants;
const QUIET = { throwIfNoEntry: false } as const;

/** The real disk's: nothing is remembered. */
export const placesOnDisk: PlaceReader = Object.freeze({
  __proto__: null,
  look(path: string) {
    try {
      const found = lstatSync(path, QUIET);
      if (found === undefined) return "nothing";
      const { dev, ino, mode, size, mtimeMs, ctimeMs } = found;
      const type = mode & FILE_TYPE;
      if (type === LINK) return undefined;
      return {
        state: `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`,
        isFolder: type === FOLDER,
        changedAt: Math.max(mtimeMs, ctimeMs),
      };
    } catch (error) {
      // Who can't look can't say that nothing is there.
      assertAnswer(error);
      return undefined;
    }
  },
}) as PlaceReader;
