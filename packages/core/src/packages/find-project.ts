import { dirname, join } from "node:path";
import { MoatError } from "../errors/moat-error.ts";
import { POLICY_FILE } from "../policy/policy-files.ts";
import { foldName, MODULE_CACHES } from "../policy/scope-rules.ts";
import type { FileReader } from "./file-reader.ts";

/**
 * The project of an entry: the real folder of the `package.json` nearest to it. One that only says how the files beside
 * it are read, as builds for both module systems leave it (`dist/esm/package.json`), is a project's only where
 * there is no other above it.
 *
 * @throws MOAT_NO_PROJECT where no folder above the entry has one.
 */
export const findProject = (entryPath: string, disk: FileReader): string => {
  const entry = disk.realpath(entryPath) ?? entryPath;
  let nearest: string | undefined;
  for (let at = dirname(entry); ; at = dirname(at)) {
    if (disk.stat(join(at, "package.json")) === "file") {
      nearest ??= at;
      if (!onlySaysType(at, disk)) return at;
    }
    if (dirname(at) === at) break;
  }
  if (nearest !== undefined) return nearest;
  throw new MoatError("MOAT_NO_PROJECT", `there is no package.json in ${dirname(entry)}, nor in a folder above`, {
    fields: { entry },
    nextStep: "change to the project's folder, or make one of this: npm init",
  });
};

/** The fields by which a manifest only tells Node and bundlers of the files beside it. */
const OF_FILES: ReadonlySet<string> = new Set(["type", "sideEffects"]);

function onlySaysType(folder: string, disk: FileReader): boolean {
  // Somebody has made it a project.
  if (disk.stat(join(folder, POLICY_FILE)) !== undefined || hasPackages(folder, disk)) return false;
  try {
    const manifest: unknown = JSON.parse(disk.readText(join(folder, "package.json")) ?? "");
    if (typeof manifest !== "object" || manifest === null || !Object.hasOwn(manifest, "type")) return false;
    return Object.keys(manifest).every((field) => OF_FILES.has(field));
  } catch {
    // No JSON: whose it is will be told of.
    return false;
  }
}

/**
 * HAZARD: caches in `node_modules` (`.cache`) are written by packages. One that could make a folder of the project a
 * project of its own would have a policy made for it anew, which trusts what it finds.
 */
const hasPackages = (folder: string, disk: FileReader): boolean =>
  disk.list(join(folder, "node_modules")).some((name) => !MODULE_CACHES.has(foldName(name)));
