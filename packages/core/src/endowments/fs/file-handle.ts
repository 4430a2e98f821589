import { hardenWebStreams } from "../leads-to.ts";
import { hardenInstancesOf } from "../sample-instances.ts";
import type { EndowmentContext } from "../principal.ts";
import type { FsAuthority } from "./authority.ts";
import { withoutConstructor } from "../shared-prototype.ts";
import type { RawFileHandle } from "./node-fs.ts";
import { inOwnMemory, ownPartsOf, type Worker } from "./own-memory.ts";
import type { StreamHandle } from "./streams.ts";

interface HandleState {
  readonly raw: RawFileHandle;
  readonly authority: FsAuthority;
  readonly streams: () => { ReadStream: any; WriteStream: any };
  /** Of a package, and not of the application. */
  readonly isPackage: boolean;
}

interface SharedHandles {
  readonly FileHandle: any;
  readonly states: WeakMap<object, HandleState>;
}

/** The `FileHandle`s of one principal. */
export interface FileHandles {
  wrap(raw: RawFileHandle): object;
  /** Node's own handle behind a facade; one that was handed over by another principal, too. */
  rawOf(value: unknown): RawFileHandle | undefined;
  /** What a stream on a handle needs of it, whatever somebody has put on the handle since. */
  forStream(value: unknown): StreamHandle | undefined;
}

export function makeFileHandles(
  context: EndowmentContext,
  authority: FsAuthority,
  streams: HandleState["streams"],
): FileHandles {
  const { EventEmitter } = context.powers.builtin("events");
  const { FileHandle, states } = context.shared<SharedHandles>("fs.fileHandles", () =>
    makeSharedHandles(EventEmitter, context),
  );
  return {
    wrap(raw) {
      const handle = Object.create(FileHandle.prototype);
      EventEmitter.call(handle);
      states.set(handle, { raw, authority, streams, isPackage: !context.principal.trusted });
      const close = raw.close.bind(raw);
      let closed: Promise<void> | undefined;
      // On Node's own: a web stream may close it, too.
      raw.close = () =>
        (closed ??= new Promise((done, failed) =>
          authority.descriptors.closeHandle(raw, () => close().then(done, failed)),
        ));
      (raw as any).once("close", () => handle.emit("close"));
      return handle;
    },
    rawOf(value) {
      const state = typeof value === "object" && value !== null ? states.get(value) : undefined;
      state?.authority.descriptors.checkStillGranted(state.raw.fd, "read");
      return state?.raw;
    },
    forStream(value) {
      const state = typeof value === "object" && value !== null ? states.get(value) : undefined;
      return state && { fd: state.raw.fd, close: () => state.raw.close() };
    },
  };
}

function makeSharedHandles(EventEmitter: any, context: EndowmentContext): SharedHandles {
  const states = new WeakMap<object, HandleState>();
  const stateOf = (handle: unknown): HandleState => {
    const state = states.get(handle as object);
    if (state === undefined) throw new TypeError("Illegal invocation");
    return state;
  };
  const rawOf = (handle: unknown): any => {
    const { raw, authority } = stateOf(handle);
    authority.descriptors.checkStillGranted(raw.fd, "read");
    return raw;
  };

  /** Mode, owner and times are the file's, not the descriptor's: changing them takes a grant to write. */
  function assertMayChange(handle: unknown, syscall: string): void {
    const { raw, authority } = stateOf(handle);
    const owner = authority.descriptors.find(raw.fd);
    if (owner === undefined || owner.writable) return;
    const { real } = owner;
    authority.allow(
      { given: real, real, folder: real, rest: "", exists: true, wantsFolder: false },
      { mode: "write", follow: true, syscall, via: `FileHandle.${syscall}` },
    );
  }

  const dataFor = (handle: unknown, data: unknown): unknown => (stateOf(handle).isPackage ? ownPartsOf(data) : data);

  async function work(handle: unknown, name: Worker, args: unknown[]): Promise<unknown> {
    const raw = rawOf(handle);
    if (!stateOf(handle).isPackage) return raw[name](...args);
    const own = inOwnMemory(name, args);
    const result = await raw[name](...own.args);
    const shown = name.endsWith("v") ? "buffers" : "buffer";
    result[shown] = own.finish(result[name.startsWith("read") ? "bytesRead" : "bytesWritten"], result[shown]);
    return result;
  }

  class FileHandle extends EventEmitter {
    constructor() {
      super();
      throw new TypeError("Illegal constructor");
    }
    get fd(): number {
      return stateOf(this).raw.fd;
    }
    getAsyncId(): number {
      return rawOf(this).getAsyncId();
    }
    async appendFile(data: unknown, options?: unknown) {
      return rawOf(this).appendFile(dataFor(this, data), options);
    }
    async chmod(mode: unknown) {
      assertMayChange(this, "fchmod");
      return rawOf(this).chmod(mode);
    }
    async chown(uid: unknown, gid: unknown) {
      assertMayChange(this, "fchown");
      return rawOf(this).chown(uid, gid);
    }
    async utimes(atime: unknown, mtime: unknown) {
      assertMayChange(this, "futime");
      return rawOf(this).utimes(atime, mtime);
    }
    async datasync() {
      return rawOf(this).datasync();
    }
    async sync() {
      return rawOf(this).sync();
    }
    async read(...args: unknown[]) {
      return work(this, "read", args);
    }
    async readv(...args: unknown[]) {
      return work(this, "readv", args);
    }
    async readFile(options?: unknown) {
      return rawOf(this).readFile(options);
    }
    async stat(options?: unknown) {
      return rawOf(this).stat(options);
    }
    async truncate(length?: unknown) {
      return rawOf(this).truncate(length);
    }
    async write(...args: unknown[]) {
      return work(this, "write", args);
    }
    async writev(...args: unknown[]) {
      return work(this, "writev", args);
    }
    async writeFile(data: unknown, options?: unknown) {
      return rawOf(this).writeFile(dataFor(this, data), options);
    }
    readLines(options?: object) {
      hardenInstancesOf(context, "readline");
      const { createInterface } = context.powers.builtin("readline");
      return createInterface({ input: (this as any).createReadStream(options), crlfDelay: Infinity });
    }
    readableWebStream(options?: unknown) {
      hardenWebStreams(context);
      return rawOf(this).readableWebStream(options);
    }
    createReadStream(options?: object) {
      const { ReadStream } = stateOf(this).streams();
      return new ReadStream(undefined, { ...options, fd: this });
    }
    createWriteStream(options?: object) {
      const { WriteStream } = stateOf(this).streams();
      return new WriteStream(undefined, { ...options, fd: this });
    }
    close(): Promise<void> {
      return stateOf(this).raw.close();
    }
  }
  const dispose = (Symbol as { asyncDispose?: symbol }).asyncDispose;
  if (dispose !== undefined) {
    Object.defineProperty(FileHandle.prototype, dispose, {
      value(this: any) {
        return this.close();
      },
      writable: true,
      configurable: true,
    });
  }
  return { FileHandle: withoutConstructor(FileHandle as any), states };
}
