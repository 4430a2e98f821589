import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { deferMember, named } from "../facade.ts";
import { makeFsAuthority, type FsAuthority } from "./authority.ts";
import { callbackForm, dressed, promiseForm, syncForm, takeCallback } from "./call-forms.ts";
import { isStandard, type Use } from "./descriptors.ts";
import { makeFileHandles } from "./file-handle.ts";
import { fsError } from "./fs-error.ts";
import { FS_MEMBERS, memberKeys, type MemberRow } from "./fs-members.ts";
import { makeOwnMembers, type FsMembers, type OwnMembers } from "./own-members.ts";
import { preparePaths } from "./path-operations.ts";
import { sharePrototype } from "../shared-prototype.ts";
import { makeStreamClasses, type StreamClasses, type StreamOperations } from "./streams.ts";
import { makeTrustedMembers } from "./trusted-members.ts";
import { inOwnMemory, isWorker, type Worker } from "./own-memory.ts";
import type { Fs } from "./node-fs.ts";

/**
 * The principal's `fs`: a plain, mutable object of its own. Libraries patch and
 * clone it, and only their own package sees that.
 */
export const makeFs: BuiltinFactory = (context) => {
  const raw = context.powers.builtin("fs") as Fs;
  shareDataClasses(context, raw);
  const members = context.principal.trusted ? makeTrustedMembers(context, raw) : makeAttenuatedMembers(context, raw);
  const promises = assemble(raw.promises, members.promises);
  return assemble(raw, { ...members.fs, promises }, members.classes);
};

/** `fs/promises`: the same object as `fs.promises`, as in Node. */
export const makeFsPromises: BuiltinFactory = (context) => context.builtin("fs").promises;

/** `Stats` and `Dirent` are plain data; nobody may change what they say for others. */
function shareDataClasses(context: EndowmentContext, raw: Fs): void {
  context.shared("fs.dataClasses", () => {
    // `BigIntStats` and `StatFs` are on no module: they are known by what they are the class of.
    // Node's own permission flags may keep `/` from the process.
    const folder = context.principal.location;
    const samples = [raw.statSync(folder, { bigint: true }), raw.statfsSync?.(folder)].filter(
      (sample) => sample !== undefined,
    );
    const prototypes = samples.map((sample) => Object.getPrototypeOf(sample) as object);
    for (const prototype of [raw.Stats.prototype as object, raw.Dirent.prototype as object, ...prototypes]) {
      for (
        let one: object | null = prototype;
        one !== null && one !== Object.prototype;
        one = Object.getPrototypeOf(one)
      ) {
        const { constructor } = one as { constructor: Function };
        sharePrototype(one);
        Object.freeze(constructor);
      }
    }
    // On Node 22 `Stats` is a function around the class.
    for (const Class of [raw.Stats, raw.Dirent]) Object.freeze(Class);
    return true;
  });
}

/** In the order of the real module, with its names and arities; what it does not have, the facade has not. */
function assemble(raw: object, members: Record<string, unknown>, classes: FsMembers["classes"] = {}): object {
  const facade: Record<string, unknown> = {};
  for (const key of Reflect.ownKeys(raw)) {
    if (typeof key !== "string") continue;
    if (Object.hasOwn(classes, key)) {
      deferMember(
        facade,
        key,
        named(key, 2, () => {}),
        classes[key]!,
        true,
        false,
      );
      continue;
    }
    if (!Object.hasOwn(members, key)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(raw, key)!;
    const value = members[key];
    if (
      typeof value === "function" &&
      typeof descriptor.value === "function" &&
      value !== descriptor.value &&
      !Object.isFrozen(value)
    ) {
      dressed(value, descriptor.value.name, descriptor.value);
      copyPromisifyArgs(descriptor.value, value);
    }
    Object.defineProperty(facade, key, {
      value,
      writable: true,
      enumerable: descriptor.enumerable === true,
      configurable: true,
    });
  }
  return facade;
}

/** `util.promisify(fs.read)` gives an object: Node finds the names for it under a symbol. */
function copyPromisifyArgs(from: Function, to: Function): void {
  for (const symbol of Object.getOwnPropertySymbols(from)) {
    const value = (from as any)[symbol];
    if (Array.isArray(value)) Object.defineProperty(to, symbol, { value: Object.freeze([...value]) });
  }
}

function makeAttenuatedMembers(context: EndowmentContext, raw: Fs): FsMembers {
  const authority = makeFsAuthority(context);
  const { nextTick } = context.powers.process;
  const rawPromises = raw.promises as any;
  const members: OwnMembers = { fs: { __proto__: null } as any, promises: { __proto__: null } as any };
  const handles = makeFileHandles(context, authority, () => streams());
  const own = makeOwnMembers(context, authority, handles, raw, members);

  for (const [name, row] of Object.entries(FS_MEMBERS) as [string, MemberRow][]) {
    const keys = memberKeys(name, row);
    for (const key of keys.fs) {
      // HAZARD: `F_OK` and its like are getters that warn, on Node 24: not read.
      if (key in raw.constants) members.fs[key] = (raw.constants as any)[key];
      const real = key in raw.constants ? undefined : (raw as any)[key];
      if (real === undefined) continue;
      if (row.kind === "harmless") members.fs[key] = name === "constants" ? constantsOf(context, raw) : real;
      else if (typeof real !== "function") continue;
      else if (row.kind === "own") members.fs[key] = own.fs[key];
      else if (row.kind === "descriptor")
        members.fs[key] = descriptorForm(authority, key, real, row.changes === true, nextTick, isWorker(key));
      else if (row.kind === "path") {
        const prepare = preparePaths(authority, name, row.roles);
        members.fs[key] = key.endsWith("Sync")
          ? syncForm(real, prepare, `fs.${key}`)
          : callbackForm(real, prepare, `fs.${key}`, nextTick);
      }
    }
    for (const key of keys.promises) {
      const real = rawPromises[key];
      if (row.kind === "harmless") members.promises[key] = constantsOf(context, raw);
      else if (typeof real !== "function") continue;
      else if (row.kind === "own") members.promises[key] = own.promises[key];
      else if (row.kind === "path")
        members.promises[key] = promiseForm(real, preparePaths(authority, name, row.roles), `fs.promises.${key}`);
    }
  }
  quicken(members, authority, raw);

  const { open, write, close, fsync } = members.fs;
  // What streams read into, and what they have put together, nobody has.
  const [read, writeOwn] = (["read", "write"] as const).map((name) =>
    descriptorForm(authority, name, raw[name], false, nextTick, false),
  );
  const streams = onceMade(() =>
    makeStreamClasses(context, { open, read, write, writeOwn, close, fsync } as StreamOperations, handles.forStream),
  );
  return withStreams(members, streams);
}

/** The metadata calls of paths that need no second look. */
function quicken(members: OwnMembers, { isSteady, look, realPaths }: FsAuthority, raw: Fs): void {
  /** What is not there needs no grant to be missed, and no error that nobody sees. */
  const isMissing = (path: unknown, follow: boolean): boolean => {
    if (typeof path !== "string") return false;
    try {
      return !realPaths.locate(path, follow, "stat").exists;
    } catch {
      return false;
    }
  };
  for (const name of ["stat", "lstat", "access"] as const) {
    const checked = members.fs[name]!;
    const real = raw[name] as Function;
    members.fs[name] = (...args: unknown[]) => {
      if (!isSteady(args[0])) return checked(...args);
      const callback = takeCallback(args);
      real(...args, callback);
    };
    const checkedPromise = members.promises[name]!;
    const realPromise = raw.promises[name] as Function;
    members.promises[name] = (path: unknown, ...rest: unknown[]) =>
      isSteady(path) ? realPromise(path, ...rest) : checkedPromise(path, ...rest);
  }
  const { accessSync: checkedAccess } = members.fs;
  members.fs.accessSync = (path: unknown, mode?: unknown) =>
    isSteady(path) ? raw.accessSync(path, mode as number) : checkedAccess(path, mode);
  for (const name of ["statSync", "lstatSync"] as const) {
    const checked = members.fs[name]!;
    const real = raw[name] as Function;
    members.fs[name] = (path: unknown, options?: any) => {
      const seen = look(path);
      if (seen === "steady") return options === undefined ? real(path) : real(path, options);
      if (options?.throwIfNoEntry === false && (seen === "missing" || isMissing(path, name === "statSync")))
        return undefined;
      try {
        return checked(path, options);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if ((code === "ENOENT" || code === "ENOTDIR") && options?.throwIfNoEntry === false) return undefined;
        throw error;
      }
    };
  }
}

/** Makes the classes at the first call. */
export function onceMade(make: () => StreamClasses): () => StreamClasses {
  let made: StreamClasses | undefined;
  return () => (made ??= make());
}

/** Adds the stream classes and the functions that make them. */
export function withStreams(members: OwnMembers, streams: () => StreamClasses): FsMembers {
  Object.assign(members.fs, {
    createReadStream: (path: unknown, options?: unknown) => new (streams().ReadStream)(path, options),
    createWriteStream: (path: unknown, options?: unknown) => new (streams().WriteStream)(path, options),
  });
  const [ReadStream, WriteStream] = [() => streams().ReadStream, () => streams().WriteStream];
  return { ...members, classes: { ReadStream, WriteStream, FileReadStream: ReadStream, FileWriteStream: WriteStream } };
}

/** One frozen copy for all. */
export function constantsOf(context: EndowmentContext, raw: Fs): object {
  return context.shared("fs.constants", () => Object.freeze(Object.assign(Object.create(null), raw.constants)));
}

function descriptorForm(
  { descriptors, allow }: FsAuthority,
  name: string,
  real: Function,
  changes: boolean,
  nextTick: Function,
  ownMemory: boolean,
): Function {
  const syscall = name.replace(/Sync$/, "").replace("futimes", "futime").replace(/v$/, "");
  /** Mode, owner and times belong to the file, however it was opened. */
  const assertMayChange = (fd: unknown) => {
    if (!changes || typeof fd !== "number") return;
    const owner = descriptors.find(fd);
    if (owner === undefined) throw fsError("EPERM", syscall);
    if (owner.writable) return;
    const { real: path } = owner;
    allow(
      { given: path, real: path, folder: path, rest: "", exists: true, wantsFolder: false },
      { mode: "write", follow: true, syscall, via: `fs.${name}` },
    );
  };
  const argumentsFor = (fd: unknown, rest: unknown[]): unknown[] =>
    syscall === "write" && isStandard(fd) && descriptors.find(fd as number) === undefined
      ? withoutPosition(rest, real)
      : rest;
  const isOfList = /^(?:read|write)v/.test(name);
  /** HAZARD: Node reads without a position where it does not take what stands in its place for one. */
  const isPositional = (rest: unknown[]): boolean => {
    if (isOfList) return Number.isSafeInteger(rest[1]) && (rest[1] as number) >= 0;
    const [, offset, , position] = rest;
    // Else these are options, which have a position of their own.
    const isInPlace = typeof offset !== "object" || offset === null;
    return isInPlace && (typeof position === "number" || typeof position === "bigint") && position >= 0;
  };
  if (name.endsWith("Sync")) {
    return (fd: unknown, ...rest: unknown[]) => {
      const use = descriptors.begin(fd, syscall, isPositional(rest));
      try {
        assertMayChange(fd);
        const given = argumentsFor(fd, rest);
        // HAZARD: Node takes each buffer's address before it looks at the next one, which an accessor may give.
        if (isOfList && Array.isArray(given[0])) given[0] = Array.from(given[0] as unknown[]);
        return real(fd, ...given);
      } finally {
        descriptors.end(use);
      }
    };
  }
  return (...args: unknown[]) => {
    const callback = takeCallback(args);
    let use: Use;
    try {
      use = descriptors.begin(args[0], syscall, isPositional(args.slice(1)));
      assertMayChange(args[0]);
    } catch (error) {
      descriptors.end(use);
      nextTick(callback, error);
      return;
    }
    const done = (...values: Parameters<typeof callback>) => {
      descriptors.end(use);
      callback(...values);
    };
    try {
      const [fd, ...rest] = args;
      const given = argumentsFor(fd, rest);
      if (!ownMemory) return real(fd, ...given, done);
      const own = inOwnMemory(name as Worker, given);
      real(fd, ...own.args, (error: unknown, bytes: unknown, shown: unknown) =>
        done(error, bytes, own.finish(bytes, shown)),
      );
    } catch (error) {
      descriptors.end(use);
      throw error;
    }
  };
}

/** HAZARD: where an output is a file, whoever writes at a position writes over what others have printed. */
function withoutPosition([data, second, third]: unknown[], { name }: Function): unknown[] {
  if (name.startsWith("writev")) return [data];
  if (typeof data === "string") return [data, null, third ?? "utf8"];
  if (typeof second !== "object" || second === null) return [data, second, third];
  const { offset, length } = second as { offset?: unknown; length?: unknown };
  return [data, offset, length];
}
