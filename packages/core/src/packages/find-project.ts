import { dirname, join } from "node:path";
import { MoatError } from "../errors/moat-error.ts";
import type { FileReader } from "./file-reader.ts";

/**
 * The project of an entry: the real folder of the `package.json` nearest to it.
 * @throws MOAT_NO_PROJECT where no folder above the entry has one.
 */
export const findProject = (entryPath: string, disk: FileReader): string => {
  const entry = disk.realpath(entryPath) ?? entryPath;
  for (let at = dirname(entry); ; at = dirname(at)) {
    if (disk.stat(join(at, "package.json")) === "file") return at;
    if (dirname(at) === at) break;
  }
  throw new MoatError("MOAT_NO_PROJECT", `No package.json in any folder above ${entry}.`, {
    fields: { entry },
    nextStep: "Create one with: npm init",
  });
};
