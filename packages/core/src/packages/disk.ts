import * as nodeFs from "node:fs";
import type { FileReader } from "./file-reader.ts";

/** The functions of `node:fs` that reading a package tree takes. */
export interface DiskPower {
  readFileSync(path: string, encoding: "utf8"): string;
  statSync(
    path: string,
    options: { throwIfNoEntry: false },
  ): { isFile(): boolean; isDirectory(): boolean } | undefined;
  readdirSync(path: string): string[];
  readonly realpathSync: { native(path: string): string };
}

/** A reader of the real disk, over functions captured now. */
export const makeDisk = (power: DiskPower = nodeFs): FileReader => {
  const { readFileSync, readdirSync, statSync } = power;
  const realpath = power.realpathSync.native;
  const quiet = { throwIfNoEntry: false } as const;
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };
  return Object.freeze({
    __proto__: null,
    readText: (path: string) => attempt(() => readFileSync(path, "utf8")),
    stat: (path: string) =>
      attempt(() => {
        const found = statSync(path, quiet);
        if (found === undefined) return undefined;
        // A pipe or device is not a module: Node would read one, moat does not.
        return found.isDirectory() ? "dir" : found.isFile() ? "file" : undefined;
      }),
    list: (folder: string) => attempt(() => readdirSync(folder).sort()) ?? [],
    realpath: (path: string) => attempt(() => realpath(path)),
  }) as FileReader;
};
