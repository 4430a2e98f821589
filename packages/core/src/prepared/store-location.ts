/** Where prepared modules and the key that authenticates them lie: out of reach of every package. */
import type { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import process from "node:process";

export interface StoreLocation {
  /** Folder of the prepared programs of this project. */
  readonly folder: string;
  /** moat's folder in the user's cache, which holds the key. */
  readonly keyFolder: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** moat's folder in the user's cache. Undefined where the user has none. */
export function keyFolderOf(env: Environment): string | undefined {
  const base = env["XDG_CACHE_HOME"] || env["LOCALAPPDATA"] || (env["HOME"] && join(env["HOME"], ".cache"));
  return base && isAbsolute(base) ? join(base, "moat") : undefined;
}

/**
 * In `node_modules/.cache/moat` of the project, or where that has no
 * `node_modules` of its own, in the user's cache. Undefined where the user has none.
 */
export function storeLocation(project: string, env: Environment): StoreLocation | undefined {
  const keyFolder = keyFolderOf(env);
  if (keyFolder === undefined) return undefined;
  const modules = join(project, "node_modules");
  const own = lstatSync(modules, { throwIfNoEntry: false })?.isDirectory() === true;
  const name = createHash("sha256").update(project).digest("hex").slice(0, 16);
  return { keyFolder, folder: own ? join(modules, ".cache", "moat") : join(keyFolder, name) };
}

const KEY_BYTES = 32;

/**
 * The user's secret key. Undefined where there is none, where it can't be read,
 * or where others could have put it there. Running a program never makes one:
 * it leaves nothing in the user's home.
 */
export function macKeyIn(keyFolder: string): Buffer | undefined {
  const file = join(keyFolder, "key");
  try {
    if (!isPrivate(file)) return undefined;
    const key = readFileSync(file);
    return key.length === KEY_BYTES ? key : undefined;
  } catch {
    // None yet: this run goes without.
    return undefined;
  }
}

/**
 * Makes the user's key where there is none, as writing a policy does.
 * @returns whether prepared modules can be kept for this user.
 */
export function makeMacKey(keyFolder: string): boolean {
  const file = join(keyFolder, "key");
  try {
    mkdirSync(keyFolder, { recursive: true, mode: 0o700 });
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) {
      writeFileSync(file, randomBytes(KEY_BYTES), { flag: "wx", mode: 0o600 });
    }
  } catch {
    // A read-only home, or two commands that made the key at once: the check below tells.
  }
  return macKeyIn(keyFolder) !== undefined;
}

/** Whether the folder exists, or can be made, without a link on the way that somebody planted. */
export function isPlainFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return realpathSync.native(folder) === folder;
  } catch {
    // Read-only: the program runs without being prepared.
    return false;
  }
}

/** A plain file of this user's that nobody else may write. */
function isPrivate(file: string): boolean {
  const stat = lstatSync(file);
  if (!stat.isFile()) return false;
  const uid = process.getuid?.();
  return uid === undefined || (stat.uid === uid && (stat.mode & 0o022) === 0);
}
