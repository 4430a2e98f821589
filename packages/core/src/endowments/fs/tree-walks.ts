import { Buffer } from "node:buffer";
import { join } from "node:path";
import { fsError } from "./fs-error.ts";
import { nodeError } from "./path-argument.ts";
import type { BigIntStats, Dirent } from "node:fs";

/**
 * Work on whole trees, as steps: each yields one call of the principal's own
 * checked `fs` and gets its result, so that every entry is checked by itself,
 * and one algorithm serves the synchronous and the asynchronous form.
 */
export type Step = readonly [member: string, ...args: unknown[]] | { readonly wait: unknown };
export type Walk<T> = Generator<Step, T, any>;

export function runSync<T>(walk: Walk<T>, fs: Record<string, Function>): T {
  let step = walk.next();
  while (!step.done) {
    let value: unknown;
    try {
      const call = step.value;
      value = "wait" in call ? call.wait : fs[`${call[0]}Sync`]!(...call.slice(1));
    } catch (error) {
      step = walk.throw(error);
      continue;
    }
    step = walk.next(value);
  }
  return step.value;
}

export async function runAsync<T>(walk: Walk<T>, promises: Record<string, Function>): Promise<T> {
  let step = walk.next();
  while (!step.done) {
    let value: unknown;
    try {
      const call = step.value;
      value = await ("wait" in call ? call.wait : promises[call[0]]!(...call.slice(1)));
    } catch (error) {
      step = walk.throw(error);
      continue;
    }
    step = walk.next(value);
  }
  return step.value;
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code;

/** What `lstat` or `stat` says, with numbers of any size; undefined where nothing is. */
export function* statsOrNothing(path: string, follow = false): Walk<BigIntStats | undefined> {
  try {
    return yield [follow ? "stat" : "lstat", path, { __proto__: null, bigint: true }];
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

export interface RmOptions {
  readonly force: boolean;
  readonly recursive: boolean;
}

export function* rm(path: string, { force, recursive }: RmOptions): Walk<void> {
  let stats;
  try {
    stats = yield* statsOrNothing(path);
  } catch (error) {
    // Nothing is there either, as newer Nodes have it.
    if (force && codeOf(error) === "ENOTDIR") return;
    throw error;
  }
  if (stats === undefined) {
    if (force) return;
    throw fsError("ENOENT", "lstat", path);
  }
  if (!stats.isDirectory()) {
    yield ["unlink", path];
    return;
  }
  if (!recursive) {
    throw nodeError(new Error(`Path is a directory: rm returned EISDIR (is a directory) ${path}`), "ERR_FS_EISDIR");
  }
  yield* removeFolder(path);
}

function* removeFolder(path: string): Walk<void> {
  for (const entry of yield ["readdir", path, { __proto__: null, withFileTypes: true }]) {
    const one = join(path, entry.name);
    if (entry.isDirectory()) yield* removeFolder(one);
    else yield ["unlink", one];
  }
  yield ["rmdir", path];
}

/**
 * `readdir` with `recursive`. Names are listed through links to folders, as in Node, which
 * follows them until there are too many; entries with types are not, as up to Node 24.
 */
export function* readdirRecursive(path: string, withFileTypes: boolean, encoding: unknown): Walk<unknown[]> {
  const found: unknown[] = [];
  const queue: { below: string; isLink: boolean }[] = [{ below: "", isLink: false }];
  for (let i = 0; i < queue.length; i++) {
    const { below: folder, isLink } = queue[i]!;
    for (const entry of yield* entriesOf(folder === "" ? path : join(path, folder), isLink)) {
      const below = folder === "" ? entry.name : join(folder, entry.name);
      found.push(withFileTypes ? entry : encoding === "buffer" ? Buffer.from(below) : below);
      if (entry.isDirectory()) queue.push({ below, isLink: false });
      else if (!withFileTypes && entry.isSymbolicLink()) queue.push({ below, isLink: true });
    }
  }
  return found;
}

/** @param isLink what leads to no folder, or to none that may be read, has no entries */
function* entriesOf(folder: string, isLink: boolean): Walk<Dirent[]> {
  try {
    return yield ["readdir", folder, { __proto__: null, withFileTypes: true }];
  } catch (error) {
    if (isLink && typeof codeOf(error) === "string") return [];
    throw error;
  }
}
