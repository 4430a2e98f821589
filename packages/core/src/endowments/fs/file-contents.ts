import type { FsAuthority } from "./authority.ts";
import { answer, settle, takeCallback, type Callback } from "./call-forms.ts";
import type { FileHandles } from "./file-handle.ts";
import { openFlags } from "./open-flags.ts";
import { pathArgument } from "./path-argument.ts";
import type { Opener } from "./open-operations.ts";
import type { Fs } from "./node-fs.ts";
import { ownBytesOf } from "../bytes-of.ts";
import { ownPartsOf } from "./own-memory.ts";

/**
 * `readFile`, `writeFile` and `appendFile`, in their three forms.
 * @param opener of descriptors that the principal has no number of
 */
export function makeFileContents(
  authority: FsAuthority,
  opener: Opener,
  handles: FileHandles,
  fs: Fs,
  nextTick: Function,
) {
  const { descriptors, isSteady } = authority;
  const { readFileSync, writeFileSync, closeSync, readFile, writeFile, close, promises } = fs;

  /** Options of Node's shape, each of them read once. */
  function optionsOf(value: unknown): { encoding?: any; flag?: unknown; mode?: unknown; signal?: any; flush?: any } {
    if (value === undefined || value === null) return { __proto__: null } as {};
    if (typeof value !== "object") return { __proto__: null, encoding: value } as {};
    const { encoding, flag, mode, signal, flush } = value as Record<string, unknown>;
    const options: Record<string, unknown> = { __proto__: null as never };
    if (encoding !== undefined) options.encoding = encoding;
    if (flag !== undefined) options.flag = flag;
    if (mode !== undefined) options.mode = mode;
    if (signal !== undefined) options.signal = signal;
    if (flush !== undefined) options.flush = flush;
    return options;
  }

  const readsOnly = (flag: unknown) => flag === undefined || flag === "r";

  /** Work on a descriptor that the principal has, done at once. */
  function onDescriptor<T>(fd: number, syscall: string, work: () => T): T {
    const use = descriptors.begin(fd, syscall);
    try {
      return work();
    } finally {
      descriptors.end(use);
    }
  }

  /** The same, until `done` is called. */
  function whileOnDescriptor(fd: number, syscall: string, callback: Callback, work: (done: Callback) => void): void {
    const use = descriptors.begin(fd, syscall);
    try {
      work((...values) => {
        descriptors.end(use);
        callback(...values);
      });
    } catch (error) {
      descriptors.end(use);
      throw error;
    }
  }

  const contents = {
    readFileSync(path: unknown, options?: unknown): unknown {
      if (typeof path === "string" && (options === undefined || typeof options === "string") && isSteady(path)) {
        return readFileSync(path, options as any);
      }
      const wanted = optionsOf(options);
      if (readsOnly(wanted.flag) && isSteady(path)) return readFileSync(path, wanted as any);
      const { flag, ...rest } = wanted;
      if (typeof path === "number") return onDescriptor(path, "read", () => readFileSync(path, rest));
      const fd = opener.sync(path, flag ?? "r", 0o666, "fs.readFileSync");
      try {
        return readFileSync(fd, rest);
      } finally {
        closeSync(fd);
      }
    },

    readFile(...args: unknown[]): void {
      const callback = takeCallback(args);
      const [path] = args;
      const wanted = optionsOf(args[1]);
      if (readsOnly(wanted.flag) && isSteady(path)) return readFile(path, wanted as any, callback as any);
      if (typeof path === "number") {
        const { flag: _, ...rest } = wanted;
        return whileOnDescriptor(path, "read", callback, (done) => readFile(path, rest, done as any));
      }
      const given = pathArgument(path);
      if (wanted.flag !== undefined) openFlags(wanted.flag, fs.constants);
      // Not by a number: Node's callback form tells of no error in reading from one, such as a folder's.
      settle(readByPath(given, wanted, "fs.readFile"), callback, nextTick);
    },

    writeFileSync: writerSync("w", "fs.writeFileSync"),
    appendFileSync: writerSync("a", "fs.appendFileSync"),
    writeFile: writer("w", "fs.writeFile"),
    appendFile: writer("a", "fs.appendFile"),
  };

  /** Closes the descriptor when the work on it is over, whatever came of it. */
  function using(fd: number, callback: Callback, work: (done: Callback) => void): void {
    const done: Callback = (error, value) => {
      close(fd, () => {
        if (error) callback(error);
        else answer(callback, value);
      });
    };
    try {
      work(done);
    } catch (error) {
      closeSync(fd);
      callback(error);
    }
  }

  function writerSync(defaultFlag: string, via: string) {
    return (path: unknown, data: unknown, options?: unknown): void => {
      const { flag, mode, ...rest } = optionsOf(options);
      if (typeof path === "number") return onDescriptor(path, "write", () => writeFileSync(path, data as any, rest));
      const fd = opener.sync(path, flag ?? defaultFlag, mode ?? 0o666, via);
      try {
        writeFileSync(fd, data as any, rest);
      } finally {
        closeSync(fd);
      }
    };
  }

  function writer(defaultFlag: string, via: string) {
    return (...args: unknown[]): void => {
      const callback = takeCallback(args);
      const [path, data] = args;
      const { flag, mode, ...rest } = optionsOf(args[2]);
      if (typeof path === "number")
        return whileOnDescriptor(path, "write", callback, (done) =>
          writeFile(path, ownBytesOf(data) as any, rest, done as any),
        );
      opener.callback(path, flag ?? defaultFlag, mode ?? 0o666, via, (error, fd) => {
        if (error) return callback(error);
        using(fd as number, callback, (done) => writeFile(fd as number, ownBytesOf(data) as any, rest, done as any));
      });
    };
  }

  function writerPromise(defaultFlag: string, via: string) {
    return async (path: unknown, data: unknown, options?: unknown): Promise<void> => {
      const own = handles.rawOf(path);
      const { flag, mode, ...rest } = optionsOf(options);
      if (own !== undefined) return own.writeFile(ownPartsOf(data) as any, rest);
      const handle = await opener.promise(path, flag ?? defaultFlag, mode ?? 0o666, via);
      try {
        await handle.writeFile(ownPartsOf(data) as any, rest);
      } finally {
        await handle.close();
      }
    };
  }

  async function readByPath(
    path: unknown,
    { flag, ...rest }: ReturnType<typeof optionsOf>,
    via: string,
  ): Promise<unknown> {
    const handle = await opener.promise(path, flag ?? "r", 0o666, via);
    try {
      return await handle.readFile(rest);
    } finally {
      await handle.close();
    }
  }

  const inPromises = {
    async readFile(path: unknown, options?: unknown): Promise<unknown> {
      const wanted = optionsOf(options);
      if (readsOnly(wanted.flag) && isSteady(path)) return promises.readFile(path, wanted as any);
      const own = handles.rawOf(path);
      if (own === undefined) return readByPath(path, wanted, "fs.promises.readFile");
      const { flag: _, ...rest } = wanted;
      return own.readFile(rest);
    },
    writeFile: writerPromise("w", "fs.promises.writeFile"),
    appendFile: writerPromise("a", "fs.promises.appendFile"),
  };

  return { contents, inPromises };
}
