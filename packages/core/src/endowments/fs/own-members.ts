import { Buffer } from "node:buffer";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { EndowmentContext } from "../principal.ts";
import type { FsAuthority } from "./authority.ts";
import {
  callbackForm,
  answer,
  isArgumentError,
  promiseForm,
  syncForm,
  settledForm,
  takeCallback,
  type Callback,
  type Prepare,
} from "./call-forms.ts";
import { makeDirs } from "./directories.ts";
import { makeFileContents } from "./file-contents.ts";
import type { Descriptors } from "./descriptors.ts";
import type { FileHandles } from "./file-handle.ts";
import { fsError, restorePaths } from "./fs-error.ts";
import { makeOpener } from "./open-operations.ts";
import { pathArgument } from "./path-argument.ts";
import { preparersOfPaths, readdirOptions, relocated, usable } from "./path-operations.ts";
import { makeGlob } from "./glob.ts";
import { cp, type CpOptions } from "./copy-tree.ts";
import { readdirRecursive, rm, runAsync, runSync, type Walk } from "./tree-walks.ts";
import { makeWatchers } from "./watchers.ts";
import type { Fs, NodeDir } from "./node-fs.ts";

/** The members of `fs` and of `fs.promises` that have an attenuator of their own. */
export interface OwnMembers {
  readonly fs: Record<string, any>;
  readonly promises: Record<string, any>;
}

/** All of them, with the classes of streams, which are made when one is first looked at: they need all of `stream` hardened. */
export interface FsMembers extends OwnMembers {
  readonly classes: Readonly<Record<string, () => Function>>;
}

/** `close` and `closeSync`, which know who has what open. */
export function closingMembers(
  descriptors: Descriptors,
  { close, closeSync }: Fs,
  nextTick: Function,
): Record<"close" | "closeSync", Function> {
  return {
    closeSync: (fd: unknown) => void descriptors.close(fd, () => closeSync(fd as number)),
    close: (fd: unknown, callback?: unknown) => {
      const done: Callback =
        callback === undefined
          ? (error) =>
              void (
                error &&
                nextTick(() => {
                  throw error;
                })
              )
          : takeCallback([callback]);
      let isLate = false;
      try {
        isLate = !descriptors.close(fd, () => close(fd as number, isLate ? () => {} : (done as any)));
      } catch (error) {
        if (isArgumentError(error)) throw error;
        nextTick(done, error);
      }
      // What is under way with it may take for ever: a pipe that nobody writes to.
      if (isLate) nextTick(done, null);
    },
  };
}

export function makeOwnMembers(
  context: EndowmentContext,
  authority: FsAuthority,
  handles: FileHandles,
  raw: Fs,
  facade: OwnMembers,
): OwnMembers {
  const { nextTick } = context.powers.process;
  const { descriptors, locate } = authority;
  const { promises: rawPromises } = raw as any;
  const members: OwnMembers = { fs: { __proto__: null }, promises: { __proto__: null } };
  const opener = makeOpener(authority, raw, nextTick, descriptors.add);
  // HAZARD: a number that the principal had, it could close in the middle of it.
  const passingOpener = makeOpener(authority, raw, nextTick, () => {});

  /** A callback form of something that is done at once. */
  const later =
    (work: (...args: any[]) => unknown) =>
    (...args: unknown[]) => {
      const callback = takeCallback(args);
      let value: unknown;
      try {
        value = work(...args);
      } catch (error) {
        if (isArgumentError(error)) throw error;
        nextTick(callback, error);
        return;
      }
      nextTick(answer, callback, value);
    };
  /** A callback form of a promise's. */
  const settled = (work: (...args: any[]) => Promise<unknown>) => settledForm(work, nextTick);

  for (const [name, prepare] of Object.entries(preparersOfPaths(authority, raw))) {
    members.fs[`${name}Sync`] = syncForm((raw as any)[`${name}Sync`], prepare, `fs.${name}Sync`);
    members.fs[name] = callbackForm((raw as any)[name], prepare, `fs.${name}`, nextTick);
    members.promises[name] = promiseForm(rawPromises[name], prepare, `fs.promises.${name}`);
  }

  // readdir: recursion is ours, Node's follows links.
  const { readdirSync, readdir } = members.fs;
  const { readdir: readdirPromise } = members.promises;
  members.fs.readdirSync = (path: unknown, options?: unknown) => {
    const wanted = readdirOptions(options);
    return wanted.recursive
      ? runSync(readdirRecursive(pathArgument(path), wanted.withFileTypes, wanted.encoding), members.fs)
      : readdirSync(path, wanted);
  };
  members.promises.readdir = async (path: unknown, options?: unknown) => {
    const wanted = readdirOptions(options);
    return wanted.recursive
      ? runAsync(readdirRecursive(pathArgument(path), wanted.withFileTypes, wanted.encoding), members.promises)
      : readdirPromise(path, wanted);
  };
  members.fs.readdir = (...args: unknown[]) => {
    const callback = takeCallback(args);
    const wanted = readdirOptions(args[1]);
    if (wanted.recursive) settled(members.promises.readdir)(args[0], wanted, callback);
    else readdir(args[0], wanted, callback);
  };

  // open, close and whole files
  members.fs.openSync = (path: unknown, flags?: unknown, mode?: unknown) =>
    opener.sync(path, flags, mode ?? 0o666, "fs.openSync");
  members.fs.open = (...args: unknown[]) => {
    const callback = takeCallback(args);
    opener.callback(args[0], args[1], args[2] ?? 0o666, "fs.open", callback);
  };
  members.promises.open = async (path: unknown, flags?: unknown, mode?: unknown) =>
    handles.wrap(await opener.promise(path, flags, mode ?? 0o666, "fs.promises.open"));
  Object.assign(members.fs, closingMembers(descriptors, raw, nextTick));
  const { contents, inPromises } = makeFileContents(authority, passingOpener, handles, raw, nextTick);
  Object.assign(members.fs, contents);
  Object.assign(members.promises, inPromises);

  // exists
  const exists = (path: unknown, via: string): boolean => {
    try {
      const given = pathArgument(path);
      const seen = authority.look(given);
      if (seen !== undefined) return seen === "steady" && raw.existsSync(given);
      const location = locate(given, { mode: "stat", follow: true, isLookUp: true, syscall: "access", via });
      // `file.txt/` is no folder.
      return location.exists && (!location.wantsFolder || raw.existsSync(usable(location)));
    } catch {
      return false;
    }
  };
  members.fs.existsSync = (path: unknown) => exists(path, "fs.existsSync");
  members.fs.exists = (...args: unknown[]) => {
    const callback = takeCallback(args);
    nextTick(callback, exists(args[0], "fs.exists"));
  };
  Object.defineProperty(members.fs.exists, promisify.custom, {
    value: async (path: unknown) => exists(path, "fs.exists"),
  });

  // realpath
  const realpath = (via: string, syscall: string) => (path: unknown, options?: unknown) => {
    const given = pathArgument(path);
    const encoding = typeof options === "string" ? options : (options as { encoding?: unknown } | undefined)?.encoding;
    const location = locate(given, { mode: "stat", follow: true, syscall, via });
    if (!location.exists) throw fsError("ENOENT", syscall, given);
    return encoding === "buffer" ? Buffer.from(location.real) : location.real;
  };
  members.fs.realpathSync = realpath("fs.realpathSync", "lstat");
  members.fs.realpathSync.native = realpath("fs.realpathSync.native", "realpath");
  members.fs.realpath = later(realpath("fs.realpath", "lstat"));
  members.fs.realpath.native = later(realpath("fs.realpath.native", "realpath"));
  members.promises.realpath = async (path: unknown, options?: unknown) =>
    realpath("fs.promises.realpath", "realpath")(path, options);

  // rmdir, rm, cp: by entries
  const plainRmdir: Prepare = (args, via) => {
    const given = pathArgument(args[0]);
    const held = authority.hold(
      given,
      { mode: "write", follow: false, isFolder: true, syscall: "rmdir", via },
      "entry",
    );
    return { args: [held.path], names: [{ used: held.path, given }], release: held.release };
  };
  const rmdirSync = syncForm(raw.rmdirSync, plainRmdir, "fs.rmdirSync");
  const rmdirPromise = promiseForm(rawPromises.rmdir, plainRmdir, "fs.promises.rmdir");
  const isRecursive = (options: unknown) =>
    typeof options === "object" && options !== null && Boolean((options as any).recursive);
  const everything = { force: false, recursive: true };
  members.fs.rmdirSync = (path: unknown, options?: unknown) =>
    isRecursive(options) ? runSync(rm(pathArgument(path), everything), members.fs) : rmdirSync(path);
  members.promises.rmdir = async (path: unknown, options?: unknown) =>
    isRecursive(options) ? runAsync(rm(pathArgument(path), everything), members.promises) : rmdirPromise(path);
  members.fs.rmdir = settled(members.promises.rmdir);

  const rmWalk = (path: unknown, options: any): Walk<void> =>
    rm(pathArgument(path), { force: Boolean(options?.force), recursive: Boolean(options?.recursive) });
  members.fs.rmSync = (path: unknown, options?: unknown) => runSync(rmWalk(path, options), facade.fs);
  members.promises.rm = async (path: unknown, options?: unknown) => runAsync(rmWalk(path, options), facade.promises);
  members.fs.rm = settled(members.promises.rm);

  const cpWalk = (source: unknown, target: unknown, options: any): Walk<void> => {
    const { dereference, errorOnExist, filter, force, mode, preserveTimestamps, recursive, verbatimSymlinks } =
      options ?? {};
    const wanted: CpOptions = {
      dereference: Boolean(dereference),
      errorOnExist: Boolean(errorOnExist),
      filter: typeof filter === "function" ? (from, to) => Reflect.apply(filter, undefined, [from, to]) : undefined,
      force: force === undefined || Boolean(force),
      mode: typeof mode === "number" ? mode : 0,
      preserveTimestamps: Boolean(preserveTimestamps),
      recursive: Boolean(recursive),
      verbatimSymlinks: Boolean(verbatimSymlinks),
    };
    return cp(pathArgument(source, "src"), pathArgument(target, "dest"), wanted);
  };
  members.fs.cpSync = (source: unknown, target: unknown, options?: unknown) =>
    runSync(cpWalk(source, target, options), facade.fs);
  members.promises.cp = async (source: unknown, target: unknown, options?: unknown) =>
    runAsync(cpWalk(source, target, options), facade.promises);
  members.fs.cp = settled(members.promises.cp);

  // opendir
  const { Dir, wrap: wrapDir } = makeDirs(context);
  members.fs.Dir = Dir;
  const listed = (given: string, entries: unknown[]): object => {
    const next = () => entries.shift() ?? null;
    return wrapDir({ path: given, next, nextAsync: async () => next(), close() {}, async closeAsync() {} });
  };
  const openDir = (given: string, options: any, via: string): object => {
    const { encoding, bufferSize, recursive } = (
      typeof options === "object" && options !== null ? options : { encoding: options }
    ) as Record<string, any>;
    if (recursive) return listed(given, runSync(readdirRecursive(given, true, encoding), members.fs));
    const held = authority.hold(given, { mode: "read", follow: true, syscall: "opendir", via }, "file");
    const settings = { __proto__: null, encoding: encoding ?? "utf8", bufferSize: bufferSize ?? 32 } as any;
    let dir: NodeDir;
    try {
      dir = raw.opendirSync(held.path, settings);
    } catch (error) {
      const { code, path } = error as NodeJS.ErrnoException;
      // Up to Node 20 the synchronous form does not name the folder.
      throw code !== undefined && path === undefined
        ? fsError(code, "opendir", given)
        : restorePaths(error, [{ used: held.path, given }]);
    } finally {
      held.release();
    }
    const shown = (entry: unknown) => (entry === null ? null : relocated(entry, given));
    return wrapDir({
      path: given,
      next: () => shown(dir.readSync()),
      nextAsync: async () => shown(await dir.read()),
      close: () => dir.closeSync(),
      closeAsync: () => dir.close(),
    });
  };
  members.fs.opendirSync = (path: unknown, options?: unknown) => openDir(pathArgument(path), options, "fs.opendirSync");
  members.fs.opendir = later((path: unknown, options?: unknown) => openDir(pathArgument(path), options, "fs.opendir"));
  members.promises.opendir = async (path: unknown, options?: unknown) =>
    openDir(pathArgument(path), options, "fs.promises.opendir");

  // mkdtempDisposable: a folder that removes itself
  const { mkdtempSync } = members.fs;
  const { mkdtemp } = members.promises;
  members.fs.mkdtempDisposableSync = (prefix: unknown, options?: unknown) => {
    const path = mkdtempSync(prefix, options);
    const full = resolve(String(path));
    const remove = () => members.fs.rmSync(full, { force: true, recursive: true });
    return { path, remove, [(Symbol as any).dispose]: remove };
  };
  members.promises.mkdtempDisposable = async (prefix: unknown, options?: unknown) => {
    const path = await mkdtemp(prefix, options);
    const full = resolve(String(path));
    const remove = () => members.promises.rm(full, { force: true, recursive: true });
    return { path, remove, [(Symbol as any).asyncDispose]: remove };
  };

  // A blob of Node's own reads the path again, whenever it likes.
  const { Blob } = context.powers.builtin("buffer");
  const blobType = (options: any) => ({ type: options?.type === undefined ? "" : `${options.type}` });
  members.fs.openAsBlob = async (path: unknown, options?: unknown) => {
    const type = blobType(options);
    return new Blob([await inPromises.readFile(pathArgument(path))], type);
  };
  members.fs.openAsBlobSync = (path: unknown, options?: unknown) => {
    const type = blobType(options);
    return new Blob([contents.readFileSync(pathArgument(path))], type);
  };

  const { watch, watchPromise, watchFile, unwatchFile } = makeWatchers(context, authority, raw);
  Object.assign(members.fs, { watch, watchFile, unwatchFile });
  members.promises.watch = watchPromise;

  const glob = makeGlob(authority, raw);
  members.fs.globSync = glob.sync;
  members.fs.glob = settled(glob.all);
  members.promises.glob = glob.each;
  return members;
}
