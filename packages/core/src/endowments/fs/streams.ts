// 300 lines and more: the two classes mirror Node's, member by member.
import { hardenNodeObject } from "../harden-node.ts";
import { Buffer } from "node:buffer";
import type { EndowmentContext } from "../principal.ts";
import { dressed } from "./call-forms.ts";
import { fsError } from "./fs-error.ts";
import { giveBack, take } from "./own-memory.ts";
import { nodeError, pathArgument } from "./path-argument.ts";
import { powerless, sharePrototype } from "../shared-prototype.ts";

/** What a stream does its work with: the principal's own, attenuated functions. */
export interface StreamOperations {
  open: Function;
  read: Function;
  write: Function;
  /** The same of memory that nobody else has. */
  writeOwn: Function;
  close: Function;
  fsync: Function;
}

type StreamKind = "read" | "write";

/** The part of a file that a stream was made for. */
interface ReadRange {
  pos: number | bigint | undefined;
  bytesRead: number;
  readonly end: number | bigint;
}

/**
 * What a stream works on. HAZARD: whoever is given a stream, by `pipe` for one, can set its properties: `path`, `flags`,
 * `mode` and `fd` are there to be read, and what is opened and read is what its maker said.
 */
interface StreamState {
  readonly kind: StreamKind;
  readonly operations: StreamOperations;
  readonly path: string | undefined;
  readonly flags: unknown;
  readonly mode: unknown;
  /** Its class replaces `open`, and says by `fd` what that came to. */
  readonly opensItself: boolean;
  /** The same of `_construct`. */
  readonly constructsItself: boolean;
  /** By the principal's own `read`, and not by one that its maker gave as `options.fs`. */
  readonly readsItself: boolean;
  fd: number | null;
  wasOpened: boolean;
  range: ReadRange | undefined;
  /** Reads or writes under way. HAZARD: of two, which only who calls the methods itself can have, both must be over. */
  busy: number;
  /** Closing waits until the read or write under way is over. */
  whenIdle: ((error?: unknown) => void) | undefined;
  readonly flush: boolean;
}

interface SharedStreams {
  readonly ReadStreamPrototype: any;
  readonly WriteStreamPrototype: any;
  readonly states: WeakMap<object, StreamState>;
  readonly plainOpens: Readonly<Record<StreamKind, Function>>;
}

export interface StreamClasses {
  readonly ReadStream: any;
  readonly WriteStream: any;
}

/** Of a handle that a stream may be opened on: `FileHandle`. */
export interface StreamHandle {
  readonly fd: number;
  close(): Promise<void>;
}

/**
 * `fs.ReadStream` and `fs.WriteStream` of one principal. They are built on
 * Node's public stream classes and not on its own file streams, which carry
 * the raw `fs` under a symbol and their class in `constructor`. All principals'
 * classes have the same prototypes, so `instanceof` works across packages; what
 * an instance can do is kept by instance, out of its reach.
 */
export function makeStreamClasses(
  context: EndowmentContext,
  operations: StreamOperations,
  handleOf: (value: unknown) => StreamHandle | undefined,
): StreamClasses {
  const { Readable, Writable } = hardenNodeObject(context.powers.builtin("stream"));
  const shared = context.shared<SharedStreams>("fs.streams", () =>
    makeSharedStreams(Readable, Writable, context.powers.process),
  );
  const { states } = shared;

  function begin(
    kind: StreamKind,
    stream: any,
    path: unknown,
    options: Record<string, any>,
    defaultFlags: string,
  ): StreamState {
    let own = operations;
    let named: string | undefined;
    let handle: StreamHandle | undefined;
    if (options.fd === undefined || options.fd === null) {
      if (options.fs) own = guestOperations(options.fs, operations);
      stream.fd = null;
      named = pathArgument(path);
      stream.path = ArrayBuffer.isView(path) ? path : named;
      stream.flags = options.flags === undefined ? defaultFlags : options.flags;
      stream.mode = options.mode === undefined ? 0o666 : options.mode;
    } else if (typeof options.fd === "object" && (handle = handleOf(options.fd)) !== undefined) {
      const { close } = handle;
      stream.fd = handle.fd;
      own = {
        ...operations,
        close: (_fd: number, done: Function) =>
          close().then(
            () => done(null),
            (error) => done(error),
          ),
      };
    } else {
      if (typeof options.fd !== "number") {
        throw nodeError(
          new TypeError('The "fd" argument must be of type number or an instance of FileHandle.'),
          "ERR_INVALID_ARG_TYPE",
        );
      }
      if (options.fs) own = guestOperations(options.fs, operations);
      stream.fd = options.fd;
    }
    const { flags, mode, fd } = stream;
    const state: StreamState = {
      kind,
      operations: own,
      path: named,
      flags,
      mode,
      opensItself: fd === null && stream.open !== shared.plainOpens[kind],
      constructsItself:
        fd === null &&
        stream._construct !== (kind === "read" ? shared.ReadStreamPrototype : shared.WriteStreamPrototype)._construct,
      readsItself: own.read === operations.read,
      fd,
      wasOpened: false,
      range: undefined,
      busy: 0,
      whenIdle: undefined,
      flush: Boolean(options.flush),
    };
    states.set(stream, state);
    options.autoDestroy = options.autoClose === undefined ? true : options.autoClose;
    delete options.fs;
    delete options.fd;
    return state;
  }

  const ReadStream: any = function (this: any, path: unknown, rawOptions?: unknown) {
    if (!(this instanceof ReadStream)) return new ReadStream(path, rawOptions);
    const options = optionsOf(rawOptions);
    if (options.highWaterMark === undefined) options.highWaterMark = 64 * 1024;
    const state = begin("read", this, path, options, "r");
    this.start = options.start;
    this.end = options.end;
    this.pos = undefined;
    this.bytesRead = 0;
    if (this.start !== undefined) {
      checkPosition(this.start, "start");
      this.pos = this.start;
    }
    if (this.end === undefined) this.end = Infinity;
    else if (this.end !== Infinity) {
      checkPosition(this.end, "end");
      if (this.start !== undefined && this.start > this.end) {
        throw nodeError(
          new RangeError(
            `The value of "start" is out of range. It must be <= "end" (here: ${this.end}). Received ${this.start}`,
          ),
          "ERR_OUT_OF_RANGE",
        );
      }
    }
    if (this.start !== undefined || this.end !== Infinity) state.range = { pos: this.pos, bytesRead: 0, end: this.end };
    const { encoding } = options;
    delete options.encoding;
    Readable.call(this, options);
    if (encoding) this.setEncoding(encoding);
  };
  ReadStream.prototype = shared.ReadStreamPrototype;
  Object.setPrototypeOf(ReadStream, Readable);

  const WriteStream: any = function (this: any, path: unknown, rawOptions?: unknown) {
    if (!(this instanceof WriteStream)) return new WriteStream(path, rawOptions);
    const options = optionsOf(rawOptions);
    options.decodeStrings = true;
    begin("write", this, path, options, "w");
    this.start = options.start;
    this.pos = undefined;
    this.bytesWritten = 0;
    if (this.start !== undefined) {
      checkPosition(this.start, "start");
      this.pos = this.start;
    }
    const { encoding } = options;
    delete options.encoding;
    Writable.call(this, options);
    if (encoding) this.setDefaultEncoding(encoding);
  };
  WriteStream.prototype = shared.WriteStreamPrototype;
  Object.setPrototypeOf(WriteStream, Writable);

  return { ReadStream: dressed(ReadStream, "ReadStream"), WriteStream: dressed(WriteStream, "WriteStream") };
}

/** `options.fs` is the caller's own code: it is called, and is given nothing that the caller does not have. */
function guestOperations(guest: any, operations: StreamOperations): StreamOperations {
  const member = (name: Exclude<keyof StreamOperations, "writeOwn">) => {
    const fn = guest[name];
    return typeof fn === "function" ? (...args: unknown[]) => Reflect.apply(fn, guest, args) : operations[name];
  };
  const write = member("write");
  return {
    open: member("open"),
    read: member("read"),
    write,
    writeOwn: write === operations.write ? operations.writeOwn : write,
    close: member("close"),
    fsync: member("fsync"),
  };
}

/** A copy in which every option has been read once. */
function optionsOf(value: unknown): Record<string, any> {
  const options: Record<string, any> = Object.create(null);
  if (typeof value === "string") options.encoding = value;
  else if (typeof value === "object" && value !== null) {
    for (const key in value) options[key] = (value as Record<string, unknown>)[key];
  } else if (value !== undefined && value !== null) {
    throw nodeError(
      new TypeError('The "options" argument must be one of type string or object.'),
      "ERR_INVALID_ARG_TYPE",
    );
  }
  return options;
}

function checkPosition(value: unknown, name: string): void {
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw nodeError(
      new TypeError(`The "${name}" argument must be of type number. Received ${typeof value}`),
      "ERR_INVALID_ARG_TYPE",
    );
  }
  if (typeof value === "number" && (!Number.isSafeInteger(value) || value < 0)) {
    throw nodeError(
      new RangeError(
        `The value of "${name}" is out of range. It must be >= 0 && <= 9007199254740991. Received ${value}`,
      ),
      "ERR_OUT_OF_RANGE",
    );
  }
}

function makeSharedStreams(Readable: any, Writable: any, process: NodeJS.Process): SharedStreams {
  const states = new WeakMap<object, StreamState>();
  const stateOf = (stream: object, kind: StreamKind): StreamState => {
    const state = states.get(stream);
    if (state?.kind !== kind) throw new TypeError("Illegal invocation");
    return state;
  };
  const descriptorOf = (stream: any, state: StreamState): number | null => {
    const isItsOwn = state.opensItself || (state.constructsItself && !state.wasOpened);
    if (isItsOwn && typeof stream.fd === "number") state.fd ??= stream.fd;
    return state.fd;
  };
  const openDescriptor = (stream: any, state: StreamState): number => {
    const fd = descriptorOf(stream, state);
    if (fd === null) throw fsError("EBADF", state.kind);
    return fd;
  };

  function construct(stream: any, state: StreamState, callback: Function): void {
    if (state.wasOpened) throw new TypeError("Illegal invocation");
    const given = descriptorOf(stream, state);
    state.wasOpened = true;
    if (given !== null) {
      callback();
      return;
    }
    if (state.opensItself) {
      // As Node: libraries replace `open` and announce the descriptor themselves.
      const { emit } = stream;
      stream.emit = function (this: any, ...args: unknown[]) {
        if (args[0] === "open") {
          this.emit = emit;
          callback();
          return Reflect.apply(emit, this, args);
        }
        if (args[0] === "error") {
          this.emit = emit;
          return callback(args[1]);
        }
        return Reflect.apply(emit, this, args);
      };
      stream.open();
      return;
    }
    state.operations.open(state.path, state.flags, state.mode, (error: unknown, fd: number) => {
      if (error) return callback(error);
      state.fd = stream.fd = fd;
      callback();
      stream.emit("open", fd);
      stream.emit("ready");
    });
  }

  function idle(state: StreamState, error?: unknown): void {
    state.busy -= 1;
    if (state.busy > 0) return;
    const next = state.whenIdle;
    state.whenIdle = undefined;
    next?.(error);
  }

  function destroy(stream: any, state: StreamState, error: unknown, callback: Function): void {
    const end = (late?: unknown): void => {
      const fd = descriptorOf(stream, state);
      const failure = error ?? late ?? null;
      // Who wants a descriptor to stay open takes it off its stream.
      if (fd === null || stream.fd === null || stream.fd === undefined) return void callback(failure);
      state.fd = stream.fd = null;
      const close = () => state.operations.close(fd, (closing: unknown) => callback(failure ?? closing));
      if (state.flush && failure === null) state.operations.fsync(fd, close);
      else close();
    };
    if (state.busy > 0) state.whenIdle = end;
    else end();
  }

  function readOpen(): void {}
  function writeOpen(): void {}
  const pending = (stream: any) => stream.fd === null;

  const ReadStreamPrototype = Object.create(Readable.prototype, {
    constructor: { value: powerless("ReadStream"), writable: true, configurable: true },
    autoClose: {
      get(this: any) {
        return this._readableState.autoDestroy;
      },
      set(this: any, value: unknown) {
        this._readableState.autoDestroy = value;
      },
      configurable: false,
    },
    pending: {
      get(this: any) {
        return pending(this);
      },
      configurable: false,
    },
  });
  Object.assign(ReadStreamPrototype, {
    open: readOpen,
    _construct(this: any, callback: Function) {
      construct(this, stateOf(this, "read"), callback);
    },
    _read(this: any, size: number) {
      const state = stateOf(this, "read");
      const { range } = state;
      if (range !== undefined && state.busy > 0) return;
      const { pos, bytesRead: read, end } = range ?? this;
      const done = pos === undefined ? read : pos;
      const length = Math.min(Number(end) - Number(done) + 1, size);
      if (length <= 0) return void this.push(null);
      const fd = openDescriptor(this, state);
      // HAZARD: a caller's own `read` is shown what it reads into.
      const spare = state.readsItself ? take(length) : undefined;
      const memory = spare ?? Buffer.allocUnsafeSlow(length);
      state.busy += 1;
      state.operations.read(fd, memory, 0, length, pos, (error: unknown, bytesRead: number) => {
        const chunk = !error && bytesRead > 0 ? chunkOf(memory, bytesRead) : null;
        if (spare !== undefined && chunk?.buffer !== spare.buffer) giveBack(spare);
        if (!error && range !== undefined) advance(range, bytesRead);
        idle(state, error);
        if (this.destroyed) return;
        if (error) {
          if (this._readableState.autoDestroy) this.destroy(error);
          else this.emit("error", error);
        } else {
          if (chunk !== null) advance(this, bytesRead);
          this.push(chunk);
        }
      });
    },
    _destroy(this: any, error: unknown, callback: Function) {
      destroy(this, stateOf(this, "read"), error, callback);
    },
    close(this: any, callback?: Function) {
      if (typeof callback === "function") {
        if (this.closed) process.nextTick(callback as () => void);
        else this.on("close", callback);
      }
      this.destroy(null);
    },
  });

  const WriteStreamPrototype = Object.create(Writable.prototype, {
    constructor: { value: powerless("WriteStream"), writable: true, configurable: true },
    autoClose: {
      get(this: any) {
        return this._writableState.autoDestroy;
      },
      set(this: any, value: unknown) {
        this._writableState.autoDestroy = value;
      },
      configurable: false,
    },
    pending: {
      get(this: any) {
        return pending(this);
      },
      configurable: false,
    },
  });

  function writeAll(stream: any, data: Buffer, operation: "write" | "writeOwn", callback: Function): void {
    const state = stateOf(stream, "write");
    const fd = openDescriptor(stream, state);
    state.busy += 1;
    const next = (offset: number): void => {
      state.operations[operation](
        fd,
        data,
        offset,
        data.length - offset,
        stream.pos,
        (error: unknown, written: number) => {
          const failure =
            error ||
            (stream.destroyed
              ? nodeError(new Error("Cannot call write after a stream was destroyed"), "ERR_STREAM_DESTROYED")
              : null);
          if (failure) {
            idle(state, error);
            callback(failure);
            return;
          }
          stream.bytesWritten += written;
          advancePosition(stream, written);
          if (offset + written < data.length) return next(offset + written);
          idle(state);
          callback();
        },
      );
    };
    next(0);
  }

  Object.assign(WriteStreamPrototype, {
    open: writeOpen,
    _construct(this: any, callback: Function) {
      construct(this, stateOf(this, "write"), callback);
    },
    _write(this: any, data: Buffer, _encoding: unknown, callback: Function) {
      writeAll(this, data, "write", callback);
    },
    _writev(this: any, chunks: { chunk: Buffer }[], callback: Function) {
      writeAll(this, Buffer.concat(chunks.map(({ chunk }) => chunk)), "writeOwn", callback);
    },
    _destroy(this: any, error: unknown, callback: Function) {
      destroy(this, stateOf(this, "write"), error, callback);
    },
    close(this: any, callback?: Function) {
      if (typeof callback === "function") {
        if (this.closed) {
          process.nextTick(callback as () => void);
          return;
        }
        this.on("close", callback);
      }
      if (!this.autoClose) this.on("finish", this.destroy);
      this.end();
    },
    destroySoon: Writable.prototype.end,
  });

  for (const prototype of [ReadStreamPrototype, WriteStreamPrototype]) {
    prototype.constructor.prototype = prototype;
    Object.freeze(prototype.constructor);
    sharePrototype(prototype);
  }
  return { ReadStreamPrototype, WriteStreamPrototype, states, plainOpens: { read: readOpen, write: writeOpen } };
}

interface Positioned {
  pos: number | bigint | undefined;
}

function advancePosition(file: Positioned, bytes: number): void {
  if (file.pos !== undefined) file.pos = typeof file.pos === "bigint" ? file.pos + BigInt(bytes) : file.pos + bytes;
}

function advance(range: Positioned & { bytesRead: number }, bytes: number): void {
  advancePosition(range, bytes);
  range.bytesRead += bytes;
}

/** What was read, in memory that holds nothing else: that which it was read into, where that is full. */
function chunkOf(memory: Uint8Array, bytesRead: number): Buffer {
  if (bytesRead === memory.buffer.byteLength) return Buffer.from(memory.buffer as ArrayBuffer);
  const copy = Buffer.allocUnsafeSlow(bytesRead);
  copy.set(memory.subarray(0, bytesRead));
  return copy;
}
