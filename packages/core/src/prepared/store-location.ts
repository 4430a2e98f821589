/** Where prepared modules and moat's own compiled code lie: out of reach of every package. */
import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readFileSync, realpathSync, type Stats } from "node:fs";
import type { Buffer } from "node:buffer";
import { basename, isAbsolute, join } from "node:path";
import process from "node:process";
import { realFolder } from "../packages/real-folder.ts";
import { shortHash } from "./short-hash.ts";

export interface StoreLocation {
  /** Folder of the prepared programs of this project, in the user's folder. */
  readonly folder: string;
  /** moat's folder in the user's cache. */
  readonly userFolder: string;
  /** What learning runs saw of this project: in `node_modules/.cache/moat`, or where it has no `node_modules`, in `folder`. */
  readonly learned: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** moat's folder in the user's cache. Undefined where the user has none. */
export function userFolderOf(env: Environment): string | undefined {
  const base = env["XDG_CACHE_HOME"] || env["LOCALAPPDATA"] || (env["HOME"] && join(env["HOME"], ".cache"));
  // Packages' paths are compared by where they really lead.
  return base && isAbsolute(base) ? join(realFolder(base), "moat") : undefined;
}

/** Undefined where the user has no cache. */
export function storeLocation(project: string, env: Environment): StoreLocation | undefined {
  const userFolder = userFolderOf(env);
  if (userFolder === undefined) return undefined;
  const folder = join(userFolder, `${basename(project).slice(0, 40)}-${shortHash(project)}`);
  const modules = join(project, "node_modules");
  const own = lstatSync(modules, { throwIfNoEntry: false })?.isDirectory() === true;
  return { userFolder, folder, learned: own ? join(modules, ".cache", "moat") : folder };
}

/**
 * Makes moat's folder in the user's cache, as writing a policy does. Running a program never does:
 * a run keeps something only where the user has used moat before.
 * @returns whether something can be kept for this user.
 */
export function makeUserFolder(userFolder: string): boolean {
  return isOwnFolder(userFolder, true);
}

/**
 * Whether a folder is there, this user's alone to write, and no link on the way leads elsewhere.
 * @param make it, where it is not there.
 */
export function isOwnFolder(folder: string, make: boolean): boolean {
  try {
    if (make) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    return stat.isDirectory() && isPrivate(stat) && (!make || realpathSync.native(folder) === folder);
  } catch {
    // None yet, or read-only: the program runs without what could be kept.
    return false;
  }
}

// Windows has no such flag, and there links are for administrators to make.
const READ_PLAIN = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** The bytes of a plain file that this user alone may write; undefined where there is none. */
export function readOwnFile(file: string): Buffer | undefined {
  let opened: number | undefined;
  try {
    opened = openSync(file, READ_PLAIN);
    const stat = fstatSync(opened);
    return stat.isFile() && isPrivate(stat) ? readFileSync(opened) : undefined;
  } catch {
    // None yet, unreadable, or a link that somebody planted.
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** This user's, and nobody else may write it. */
function isPrivate(stat: Stats): boolean {
  const uid = process.getuid?.();
  return uid === undefined || (stat.uid === uid && (stat.mode & 0o022) === 0);
}
