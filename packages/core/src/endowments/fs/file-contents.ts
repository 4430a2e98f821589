import type { FsAuthority } from "./authority.ts";
import { takeCallback, type Callback } from "./call-forms.ts";
import type { FileHandles } from "./file-handle.ts";
import type { Opener } from "./open-operations.ts";
import type { Fs } from "./node-fs.ts";

/** `readFile`, `writeFile` and `appendFile`, in their three forms. */
export function makeFileContents(authority: FsAuthority, opener: Opener, handles: FileHandles, fs: Fs) {
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
  const forget = (fd: number) => descriptors.remove(fd);

  const contents = {
    readFileSync(path: unknown, options?: unknown): unknown {
      if (typeof path === "string" && (options === undefined || typeof options === "string") && isSteady(path)) {
        return readFileSync(path, options as any);
      }
      const wanted = optionsOf(options);
      if (readsOnly(wanted.flag) && isSteady(path)) return readFileSync(path, wanted as any);
      const { flag, ...rest } = wanted;
      if (typeof path === "number") {
        descriptors.check(path, "read");
        return readFileSync(path, rest);
      }
      const fd = opener.sync(path, flag ?? "r", 0o666, "fs.readFileSync");
      try {
        return readFileSync(fd, rest);
      } finally {
        forget(fd);
        closeSync(fd);
      }
    },

    readFile(...args: unknown[]): void {
      const callback = takeCallback(args);
      const [path] = args;
      const wanted = optionsOf(args[1]);
      if (readsOnly(wanted.flag) && isSteady(path)) return readFile(path, wanted as any, callback as any);
      const { flag, ...rest } = wanted;
      if (typeof path === "number") {
        descriptors.check(path, "read");
        return readFile(path, rest, callback as any);
      }
      opener.callback(path, flag ?? "r", 0o666, "fs.readFile", (error, fd) => {
        if (error) return callback(error);
        using(fd as number, callback, (done) => readFile(fd as number, rest, done as any));
      });
    },

    writeFileSync: writerSync("w", "fs.writeFileSync"),
    appendFileSync: writerSync("a", "fs.appendFileSync"),
    writeFile: writer("w", "fs.writeFile"),
    appendFile: writer("a", "fs.appendFile"),
  };

  /** Closes the descriptor when the work on it is over, whatever came of it. */
  function using(fd: number, callback: Callback, work: (done: Callback) => void): void {
    const done: Callback = (error, value) => {
      forget(fd);
      close(fd, () => {
        if (error) callback(error);
        else if (value === undefined) callback(null);
        else callback(null, value);
      });
    };
    try {
      work(done);
    } catch (error) {
      forget(fd);
      closeSync(fd);
      callback(error);
    }
  }

  function writerSync(defaultFlag: string, via: string) {
    return (path: unknown, data: unknown, options?: unknown): void => {
      const { flag, mode, ...rest } = optionsOf(options);
      if (typeof path === "number") {
        descriptors.check(path, "write");
        return writeFileSync(path, data as any, rest);
      }
      const fd = opener.sync(path, flag ?? defaultFlag, mode ?? 0o666, via);
      try {
        writeFileSync(fd, data as any, rest);
      } finally {
        forget(fd);
        closeSync(fd);
      }
    };
  }

  function writer(defaultFlag: string, via: string) {
    return (...args: unknown[]): void => {
      const callback = takeCallback(args);
      const [path, data] = args;
      const { flag, mode, ...rest } = optionsOf(args[2]);
      if (typeof path === "number") {
        descriptors.check(path, "write");
        return writeFile(path, data as any, rest, callback as any);
      }
      opener.callback(path, flag ?? defaultFlag, mode ?? 0o666, via, (error, fd) => {
        if (error) return callback(error);
        using(fd as number, callback, (done) => writeFile(fd as number, data as any, rest, done as any));
      });
    };
  }

  function writerPromise(defaultFlag: string, via: string) {
    return async (path: unknown, data: unknown, options?: unknown): Promise<void> => {
      const own = handles.rawOf(path);
      const { flag, mode, ...rest } = optionsOf(options);
      if (own !== undefined) return own.writeFile(data as any, rest);
      const handle = await opener.promise(path, flag ?? defaultFlag, mode ?? 0o666, via);
      try {
        await handle.writeFile(data as any, rest);
      } finally {
        forget(handle.fd);
        await handle.close();
      }
    };
  }

  const inPromises = {
    async readFile(path: unknown, options?: unknown): Promise<unknown> {
      const wanted = optionsOf(options);
      if (readsOnly(wanted.flag) && isSteady(path)) return promises.readFile(path, wanted as any);
      const { flag, ...rest } = wanted;
      const own = handles.rawOf(path);
      if (own !== undefined) return own.readFile(rest);
      const handle = await opener.promise(path, flag ?? "r", 0o666, "fs.promises.readFile");
      try {
        return await handle.readFile(rest);
      } finally {
        forget(handle.fd);
        await handle.close();
      }
    },
    writeFile: writerPromise("w", "fs.promises.writeFile"),
    appendFile: writerPromise("a", "fs.promises.appendFile"),
  };

  return { contents, inPromises };
}
