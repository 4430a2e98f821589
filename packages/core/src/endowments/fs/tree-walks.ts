import { Buffer } from "node:buffer";
import { dirname, join, resolve, sep } from "node:path";
import { fsError } from "./fs-error.ts";
import { nodeError } from "./path-argument.ts";
import type { Stats } from "./node-fs.ts";

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

function* lstatOrNothing(path: string, follow = false): Walk<Stats | undefined> {
  try {
    return yield [follow ? "stat" : "lstat", path];
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

export interface RmOptions {
  readonly force: boolean;
  readonly recursive: boolean;
}

export function* rm(path: string, { force, recursive }: RmOptions): Walk<void> {
  const stats = yield* lstatOrNothing(path);
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

export interface CpOptions {
  readonly dereference: boolean;
  readonly errorOnExist: boolean;
  readonly filter: ((source: string, target: string) => unknown) | undefined;
  readonly force: boolean;
  readonly mode: number;
  readonly preserveTimestamps: boolean;
  readonly recursive: boolean;
  readonly verbatimSymlinks: boolean;
}

function cpError(code: string, text: string, path: string): Error {
  const error = nodeError(new Error(`${text}: cp returned ${code} ${path}`), `ERR_FS_CP_${code}`);
  return Object.assign(error, { path, syscall: "cp" });
}

export function* cp(source: string, target: string, options: CpOptions): Walk<void> {
  const parent = dirname(target);
  const stats = yield* lstatOrNothing(source, options.dereference);
  if (stats === undefined) throw fsError("ENOENT", options.dereference ? "stat" : "lstat", source);
  if (stats.isDirectory() && isBelow(resolve(target), resolve(source))) {
    throw cpError("EINVAL", `Cannot copy ${source} to a subdirectory of self ${target}`, target);
  }
  if ((yield* lstatOrNothing(parent, true)) === undefined)
    yield ["mkdir", parent, { __proto__: null, recursive: true }];
  yield* copyEntry(source, target, options);
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function* copyEntry(source: string, target: string, options: CpOptions): Walk<void> {
  if (options.filter !== undefined && !(yield { wait: options.filter(source, target) })) return;
  const stats = yield [options.dereference ? "stat" : "lstat", source];
  const there = yield* lstatOrNothing(target);
  if (stats.isDirectory()) {
    if (!options.recursive)
      throw cpError("EISDIR", `Recursive option not enabled, cannot copy a directory: ${source}`, source);
    if (there === undefined) yield ["mkdir", target];
    else if (!there.isDirectory())
      throw cpError("DIR_TO_NON_DIR", `Cannot overwrite non-directory ${target} with directory ${source}`, target);
    for (const name of yield ["readdir", source]) yield* copyEntry(join(source, name), join(target, name), options);
    if (there === undefined) yield ["chmod", target, stats.mode & 0o7777];
    return;
  }
  if (there?.isDirectory())
    throw cpError("NON_DIR_TO_DIR", `Cannot overwrite directory ${target} with non-directory ${source}`, target);
  if (there !== undefined && !options.force) {
    if (options.errorOnExist) throw cpError("EEXIST", `${target} already exists`, target);
    return;
  }
  if (stats.isSymbolicLink()) {
    const link = yield ["readlink", source];
    if (there !== undefined) yield ["unlink", target];
    yield ["symlink", options.verbatimSymlinks ? link : resolve(dirname(source), link), target];
    return;
  }
  if (!stats.isFile())
    throw cpError(
      stats.isFIFO() ? "FIFO_PIPE" : stats.isSocket() ? "SOCKET" : "UNKNOWN",
      `Cannot copy ${source}`,
      target,
    );
  if (there !== undefined) yield ["unlink", target];
  yield ["copyFile", source, target, options.mode];
  if (options.preserveTimestamps) yield ["utimes", target, stats.atime, stats.mtime];
}

/** `readdir` with `recursive`. Links are listed and never followed. */
export function* readdirRecursive(path: string, withFileTypes: boolean, encoding: unknown): Walk<unknown[]> {
  const found: unknown[] = [];
  const queue: string[] = [""];
  for (let i = 0; i < queue.length; i++) {
    const folder = queue[i]!;
    for (const entry of yield [
      "readdir",
      folder === "" ? path : join(path, folder),
      { __proto__: null, withFileTypes: true },
    ]) {
      const below = folder === "" ? entry.name : join(folder, entry.name);
      found.push(withFileTypes ? entry : encoding === "buffer" ? Buffer.from(below) : below);
      if (entry.isDirectory()) queue.push(below);
    }
  }
  return found;
}
