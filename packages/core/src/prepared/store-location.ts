/** Where prepared modules and moat's own compiled code lie, and the secret by which they are known as the user's: out of reach of every package. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { Buffer } from "node:buffer";
import { basename, dirname, isAbsolute, join } from "node:path";
import process from "node:process";
import { realFolder } from "../packages/real-folder.ts";
import { shortHash } from "./short-hash.ts";

/** Where prepared modules are kept; absolute paths. */
export interface StoreLocation {
  /** Folder of the prepared programs of this project. */
  readonly folder: string;
  /** moat's folder in the user's cache, which holds the secret. */
  readonly userFolder: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** moat's folder in the user's cache. Undefined where the user has none. */
export function userFolderOf(env: Environment): string | undefined {
  const base = env["XDG_CACHE_HOME"] || env["LOCALAPPDATA"] || (env["HOME"] && join(env["HOME"], ".cache"));
  // Packages' paths are compared by where they really lead.
  return base && isAbsolute(base) ? join(realFolder(base), "moat") : undefined;
}

/**
 * In `node_modules/.cache/moat` of the project, or where that has no
 * `node_modules` of its own, in the user's cache. Undefined where the user has none.
 */
export function storeLocation(project: string, env: Environment): StoreLocation | undefined {
  const userFolder = userFolderOf(env);
  if (userFolder === undefined) return undefined;
  const modules = join(project, "node_modules");
  const own = lstatSync(modules, { throwIfNoEntry: false })?.isDirectory() === true;
  return {
    userFolder,
    folder: own
      ? join(modules, ".cache", "moat")
      : join(userFolder, `${basename(project).slice(0, 40)}-${shortHash(project)}`),
  };
}

/** Length of the secret. */
export const SECRET_BYTES = 32;

/**
 * The user's secret, which each store begins with. Undefined where there is none, where it can't be
 * read, or where others could have put it there.
 */
export function secretIn(userFolder: string): Buffer | undefined {
  const secret = readOwnFile(join(userFolder, "key"));
  return secret?.length === SECRET_BYTES ? secret : undefined;
}

/**
 * Makes the user's secret where there is none, as writing a policy does. Running a program does so only
 * in a cache that is there: it adds no folder to a home, which may be one that a server publishes.
 * @param random `SECRET_BYTES` random bytes.
 * @returns whether something can be kept for this user.
 */
export function makeSecret(userFolder: string, random: Buffer): boolean {
  const file = join(userFolder, "key");
  try {
    mkdirSync(userFolder, { recursive: true, mode: 0o700 });
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined)
      writeFileSync(file, random, { flag: "wx", mode: 0o600 });
  } catch {
    // A read-only home, or two commands that made it at once: the check below tells.
  }
  return secretIn(userFolder) !== undefined;
}

/** Whether the user's cache is there, in which moat would make its folder. */
export const hasCache = (userFolder: string): boolean => isOwnFolder(dirname(userFolder), false);

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

/** Where so many bytes are to be put. */
type SpaceFor = (bytes: number) => Buffer;

/** The bytes of a plain file that this user alone may write; undefined where there is none. */
export function readOwnFile(file: string, spaceFor?: SpaceFor): Buffer | undefined {
  return readPlainFile(file, isPrivate, spaceFor);
}

/** The bytes of a plain file, if it is as it must be; undefined where there is none. */
export function readPlainFile(
  file: string,
  isBelieved: (stat: Stats) => boolean,
  spaceFor: SpaceFor = Buffer.allocUnsafeSlow,
): Buffer | undefined {
  let opened: number | undefined;
  try {
    opened = openSync(file, READ_PLAIN);
    const stat = fstatSync(opened);
    return stat.isFile() && isBelieved(stat) ? fillFrom(opened, spaceFor(stat.size)) : undefined;
  } catch {
    // None yet, unreadable, or a link that somebody planted.
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** Reads an opened file's bytes, as many as there is space for. @throws where there are fewer: it has changed meanwhile. */
export function fillFrom(opened: number, bytes: Buffer): Buffer {
  for (let read = 0; read < bytes.length;) {
    const more = readSync(opened, bytes, read, bytes.length - read, null);
    if (more === 0) throw new Error("a file has changed while it was read");
    read += more;
  }
  return bytes;
}

/** This user's, and nobody else may write it. */
function isPrivate(stat: Stats): boolean {
  const uid = process.getuid?.();
  return uid === undefined || (stat.uid === uid && (stat.mode & 0o022) === 0);
}
