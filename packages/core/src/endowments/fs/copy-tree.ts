import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { BigIntStats } from "node:fs";
import { fsError } from "./fs-error.ts";
import { nodeError } from "./path-argument.ts";
import { isWithin } from "./path-scopes.ts";
import { statsOrNothing, type Walk } from "./tree-walks.ts";

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

/** Node's codes for what `cp` refuses: its words, and what the system would call it. */
const REFUSALS = {
  ERR_FS_CP_DIR_TO_NON_DIR: ["Cannot overwrite non-directory with directory", "EISDIR"],
  ERR_FS_CP_EEXIST: ["Target already exists", "EEXIST"],
  ERR_FS_CP_EINVAL: ["Invalid src or dest", "EINVAL"],
  ERR_FS_CP_FIFO_PIPE: ["Cannot copy a FIFO pipe", "EINVAL"],
  ERR_FS_CP_NON_DIR_TO_DIR: ["Cannot overwrite directory with non-directory", "ENOTDIR"],
  ERR_FS_CP_SOCKET: ["Cannot copy a socket file", "EINVAL"],
  ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY: ["Cannot overwrite symlink in subdirectory of self", "EINVAL"],
  ERR_FS_CP_UNKNOWN: ["Cannot copy an unknown file type", "EINVAL"],
  ERR_FS_EISDIR: ["Path is a directory", "EISDIR"],
} as const;

function refusal(code: keyof typeof REFUSALS, detail: string, path: string): Error {
  const [text, name] = REFUSALS[code];
  const error = nodeError(new Error(`${text}: cp returned ${name} (${detail}) ${path}`), code);
  return Object.assign(error, { errno: constants.errno[name], syscall: "cp", path });
}

interface Checked {
  readonly stats: BigIntStats;
  readonly there: BigIntStats | undefined;
}

/** What is to be copied, and what is there already; nothing where the filter leaves it out. */
function* check(source: string, target: string, options: CpOptions): Walk<Checked | undefined> {
  if (options.filter !== undefined && !(yield { wait: options.filter(source, target) })) return undefined;
  const { dereference } = options;
  const stats = yield* statsOrNothing(source, dereference);
  if (stats === undefined) throw fsError("ENOENT", dereference ? "stat" : "lstat", source);
  const there = yield* statsOrNothing(target, dereference);
  if (there !== undefined) {
    // Else it would be removed to make room for itself.
    if (stats.ino === there.ino && stats.dev === there.dev)
      throw refusal("ERR_FS_CP_EINVAL", "src and dest cannot be the same", target);
    if (stats.isDirectory() && !there.isDirectory())
      throw refusal(
        "ERR_FS_CP_DIR_TO_NON_DIR",
        `cannot overwrite non-directory ${target} with directory ${source}`,
        target,
      );
    if (!stats.isDirectory() && there.isDirectory())
      throw refusal(
        "ERR_FS_CP_NON_DIR_TO_DIR",
        `cannot overwrite directory ${target} with non-directory ${source}`,
        target,
      );
  }
  if (stats.isDirectory() && isWithin(resolve(target), resolve(source))) throw intoItself(source, target, target);
  return { stats, there };
}

const intoItself = (source: string, folder: string, target: string): Error =>
  refusal("ERR_FS_CP_EINVAL", `cannot copy ${source} to a subdirectory of self ${folder}`, target);

/** `cp`, in the order and with the refusals of Node's own. */
export function* cp(source: string, target: string, options: CpOptions): Walk<void> {
  const checked = yield* check(source, target, options);
  if (checked === undefined) return;
  const parent = dirname(target);
  if ((yield* statsOrNothing(parent, true)) === undefined) {
    yield ["mkdir", parent, { __proto__: null, recursive: true }];
  } else if (checked.stats.isDirectory() && isWithin(yield ["realpath", parent], yield ["realpath", source])) {
    throw intoItself(source, target, target);
  }
  yield* copy(source, target, checked, options);
}

function* copy(source: string, target: string, { stats, there }: Checked, options: CpOptions): Walk<void> {
  if (stats.isDirectory()) {
    if (!options.recursive) throw refusal("ERR_FS_EISDIR", `${source} is a directory (not copied)`, source);
    if (there === undefined) yield ["mkdir", target];
    for (const name of yield ["readdir", source]) {
      const [from, to] = [join(source, name), join(target, name)];
      const checked = yield* check(from, to, options);
      if (checked !== undefined) yield* copy(from, to, checked, options);
    }
    if (there === undefined) yield ["chmod", target, Number(stats.mode & 0o7777n)];
  } else if (stats.isFile()) {
    yield* copyFile(source, target, { stats, there }, options);
  } else if (stats.isSymbolicLink()) {
    yield* copyLink(source, target, there, options);
  } else if (stats.isSocket()) {
    throw refusal("ERR_FS_CP_SOCKET", `cannot copy a socket file: ${target}`, target);
  } else if (stats.isFIFO()) {
    throw refusal("ERR_FS_CP_FIFO_PIPE", `cannot copy a FIFO pipe: ${target}`, target);
  } else {
    throw refusal("ERR_FS_CP_UNKNOWN", `cannot copy an unknown file type: ${target}`, target);
  }
}

function* copyFile(source: string, target: string, { stats, there }: Checked, options: CpOptions): Walk<void> {
  if (there !== undefined) {
    if (options.force) yield ["unlink", target];
    else if (options.errorOnExist) throw refusal("ERR_FS_CP_EEXIST", `${target} already exists`, target);
    else return;
  }
  yield ["copyFile", source, target, options.mode];
  if (options.preserveTimestamps) yield ["utimes", target, stats.atime, stats.mtime];
}

function* copyLink(source: string, target: string, there: BigIntStats | undefined, options: CpOptions): Walk<void> {
  const read: string = yield ["readlink", source];
  const link = options.verbatimSymlinks ? read : resolve(dirname(source), read);
  if (there?.isSymbolicLink()) {
    const old = resolve(dirname(target), yield ["readlink", target]);
    const isInside = isWithin(old, link);
    if ((isInside || isWithin(link, old)) && (yield ["stat", source]).isDirectory()) {
      if (isInside) throw intoItself(link, old, target);
      // What the link leads to would lie in what is removed.
      throw refusal("ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY", `cannot overwrite ${old} with ${link}`, target);
    }
    yield ["unlink", target];
  }
  yield ["symlink", link, target];
}
