/**
 * What the native methods of streams, parsers of HTTP and sessions of HTTP/2 are given by whoever has one.
 *
 * HAZARD: Node's C++ takes its arguments for what Node's JavaScript hands it. It reads and writes what lies behind any
 * handle that it is given for a stream (`parser.consume(gzip._handle)`), takes the addresses of buffers before it looks at
 * the next one, which an accessor may give, and reads a list of headers up to the zeros that Node puts there. A package
 * needs no socket for any of it: a server of HTTP and TLS work over every stream. So each argument is looked at first.
 */
import { Buffer } from "node:buffer";
import { types } from "node:util";
import { copyOf } from "../bytes-of.ts";
import { named } from "../facade.ts";
import { isReceiverOf } from "../genuine-handles.ts";
import { isObject } from "../is-object.ts";
import { defineProperty, getOwnPropertyDescriptor, lookupGetter } from "../native-definitions.ts";

const { apply } = Reflect;
const { isArrayBufferView } = types;

type Method = (...args: any[]) => any;
/** Looks at what a native method is given, and says what the method gets in its place. */
type Look = (args: unknown[], receiver: object) => readonly unknown[];

/** By the names of the methods, which mean the same on all classes that have them. */
const LOOKS: Readonly<Record<string, Look>> = {
  consume([stream, ...rest]) {
    if (!isObject(stream) || !isStreamHandle(stream)) throw new TypeError("Not the handle of a stream");
    return [stream, ...rest];
  },
  finishWrite: (args) => withRequest(args, "write"),
  finishShutdown: (args) => withRequest(args, "shutdown"),
  writev: ([request, chunks, ...rest]) => [request, settledChunks(chunks), ...rest],
  send: withChunksOfDatagram,
  send6: withChunksOfDatagram,
  request: withHeaders,
  respond: withHeaders,
  info: withHeaders,
  trailers: withHeaders,
  pushPromise: withHeaders,
  origin([origins, count, ...rest]) {
    const list = endingInZeros(origins, count, 1);
    return [...list, ...rest];
  },
};

const guarded = new WeakSet<object>();

/** @param level a prototype of native handles, before it is closed. */
export function guardNativeArguments(level: object): void {
  const getter: unknown = Object.hasOwn(level, "bytesRead") && apply(lookupGetter, level, ["bytesRead"]);
  if (typeof getter === "function" && Object.hasOwn(level, "isStreamBase") && !guarded.has(level)) {
    guarded.add(level);
    streamGetters.push(getter);
  }
  const hasRef: unknown = getOwnPropertyDescriptor(level, "hasRef")?.value;
  if (typeof hasRef === "function" && !handleMethods.includes(hasRef)) handleMethods.push(hasRef);
  for (const [name, look] of Object.entries(LOOKS)) guard(level, name, look);
  for (const name of WRITING) guardSent(level, name);
}

function guard(level: object, name: string, look: Look): void {
  const descriptor = getOwnPropertyDescriptor(level, name);
  const real: unknown = descriptor?.value;
  if (typeof real !== "function" || descriptor!.configurable !== true || guarded.has(real)) return;
  const value = named(name, real.length, function (this: object, ...args: unknown[]): unknown {
    return apply(real, this, look(args, this));
  });
  guarded.add(value);
  defineProperty(level, name, { ...descriptor, value });
}

/** Methods that write a buffer or a text, and to whoever has the other end of an IPC channel a handle with it. */
const WRITING = ["writeBuffer", "writeAsciiString", "writeUtf8String", "writeUcs2String", "writeLatin1String"];

/** As `guard`, but for what each write calls. HAZARD: a channel's method is that of all streams, who take it off another one. */
function guardSent(level: object, name: string): void {
  const descriptor = getOwnPropertyDescriptor(level, name);
  const real: unknown = descriptor?.value;
  if (typeof real !== "function" || descriptor!.configurable !== true || guarded.has(real)) return;
  const value = named(name, real.length, function (this: object, request: unknown, data: unknown, sent: unknown) {
    if (sent !== undefined && isObject(sent) && !handleMethods.some((method) => isReceiverOf(method, sent, [])))
      throw new TypeError("Not a handle that can be sent");
    return apply(real, this, [request, data, sent]) as unknown;
  });
  guarded.add(value);
  defineProperty(level, name, { ...descriptor, value });
}

/** One that V8 lets no object be asked by but what can be sent, and other handles, which native code tells apart. */
const handleMethods: Function[] = [];

/** Of each class of streams, one that V8 lets no other object be asked by. */
const streamGetters: Function[] = [];

/** Whether it is the native handle of a stream, whatever its prototype. */
export function isStreamHandle(handle: object): boolean {
  return streamGetters.some((getter) => isReceiverOf(getter, handle, []));
}

/** Where a parser of HTTP gets its server's list of connections. */
const CONNECTIONS = 4;

/**
 * HAZARD: a parser and its server's list of connections have each other's addresses, and neither holds the other. A
 * parser that begins anew leaves its list and stays in there, and a list that nobody has any more is gone.
 * @param parsers the prototype of HTTP's parsers, before it is closed
 * @param connections a server's list
 */
export function guardParsers(parsers: { readonly remove?: Method }, connections: { readonly expired: Method }): void {
  guardNativeArguments(parsers);
  const { expired } = connections;
  const { remove } = parsers;
  if (remove === undefined) throw new TypeError("This version of Node does not take parsers off their lists");
  const lists = new WeakMap<object, unknown>();
  guard(parsers, "initialize", (args, parser) => {
    const [kind, resource, ...numbers] = args.slice(0, CONNECTIONS);
    // Anything else ends the process.
    if (!isObject(resource) || ![kind, ...numbers].every((number) => Number.isInteger(number)))
      throw new TypeError("Not what a parser begins with");
    const list = args[CONNECTIONS];
    // Of a list it asks for nothing: no connection has expired after no time.
    if (list !== undefined && list !== null && !(isObject(list) && isReceiverOf(expired, list, [0, 0])))
      throw new TypeError("Not a server's list of connections");
    // HAZARD: of one that has never begun it reads what was in its memory before.
    if (lists.has(parser)) apply(remove, parser, []);
    lists.set(parser, list);
    return args;
  });
}

/**
 * HAZARD: a parser that reads from a stream by itself may be at it while it calls back, which does not show from outside.
 * So what it is handed besides, such as what a socket had read before, waits for the end of the turn.
 * @param parsers the prototype of HTTP's parsers, before it is closed
 * @param toldResult under which a parser has the function that is told what came of what it read by itself
 */
export function letParsersFinish(parsers: Record<PropertyKey, any>, toldResult: number): void {
  const reading = new WeakSet<object>();
  const wrap = (name: string, run: (parser: any, real: Function, args: readonly unknown[]) => unknown): void => {
    const descriptor = getOwnPropertyDescriptor(parsers, name)!;
    const real = descriptor.value as Function;
    const value = named(name, real.length, function (this: object, ...args: unknown[]): unknown {
      return run(this, real, args);
    });
    defineProperty(parsers, name, { ...descriptor, value });
  };
  wrap("consume", (parser, real, args) => {
    apply(real, parser, args);
    reading.add(parser);
  });
  wrap("unconsume", (parser, real, args) => {
    apply(real, parser, args);
    void Promise.resolve().then(() => reading.delete(parser));
  });
  wrap("execute", (parser, real, args) => {
    const [bytes] = args;
    if (!reading.has(parser) || !isArrayBufferView(bytes)) return apply(real, parser, args);
    const own = Buffer.from(copyOf(bytes).buffer);
    void Promise.resolve().then(() => {
      const result: unknown = apply(real, parser, [own]);
      // Told as of what it reads by itself. Of a request that changes the protocol, the rest of the bytes is asked for.
      const told: unknown = parser[toldResult];
      if (typeof told !== "function") return;
      defineProperty(parser, "getCurrentBuffer", {
        value: () => own,
        writable: true,
        enumerable: false,
        configurable: true,
      });
      try {
        apply(told, parser, [result]);
      } finally {
        delete parser.getCurrentBuffer;
      }
    });
    return own.length;
  });
}

/** Node's numbers for the requests of streams, by what these ask for. */
const providers: Record<"write" | "shutdown", unknown> = { write: undefined, shutdown: undefined };
let providerOf: Function | undefined;

/**
 * Has a stream over JavaScript asked to write and to end, to know the requests that come of it.
 * @param handle which nobody else has
 * @param Socket Node's own class
 */
export function knowRequests(handle: Record<string, Method>, Socket: new () => any): void {
  const { getProviderType } = handle;
  if (getProviderType === undefined) throw new TypeError("This version of Node does not tell requests apart");
  providerOf = getProviderType;
  const note = (kind: keyof typeof providers) => (request: object) => {
    providers[kind] = apply(getProviderType, request, []);
    return DONE;
  };
  handle["onwrite"] = note("write");
  handle["onshutdown"] = note("shutdown");
  const { write, shutdown } = requestsOf(Socket);
  handle["writeLatin1String"]!(write, "x");
  handle["shutdown"]!(shutdown);
  if (providers.write === undefined || providers.shutdown === undefined)
    throw new TypeError("This version of Node does not show the requests of streams");
}

const DONE = 0;

/** What Node's sockets ask their handles by. From Node 26 on these make the one to write themselves. */
function requestsOf(Socket: new () => any): { write: object | null; shutdown: object | null } {
  const asked: { write: object | null; shutdown: object | null } = { write: null, shutdown: null };
  const standIn = {
    writeLatin1String(request: object | null) {
      asked.write = request;
      return DONE;
    },
    shutdown(request: object) {
      asked.shutdown = request;
      return DONE;
    },
    readStart: () => DONE,
    close() {},
  };
  const [writing, ending] = [new Socket(), new Socket()];
  writing._handle = ending._handle = standIn;
  writing.write("x", "latin1");
  ending.end();
  for (const socket of [writing, ending]) {
    socket.on("error", () => {});
    socket._handle = null;
    socket.destroy();
  }
  return asked;
}

/** Of a request of that kind, which native code has begun. */
function withRequest(args: unknown[], kind: keyof typeof providers): readonly unknown[] {
  const [request] = args;
  // Throws for what is none of Node's.
  if (!isObject(request) || apply(providerOf!, request, []) !== providers[kind])
    throw new TypeError("Not a request of a stream");
  return args;
}

/** A list that nobody else has, of buffers and texts. */
function settledChunks(chunks: unknown): unknown {
  if (!Array.isArray(chunks)) throw new TypeError("Not a list of buffers");
  const own = Array.from(chunks as unknown[]);
  if (!own.every((chunk) => isArrayBufferView(chunk) || !isObject(chunk))) throw new TypeError("Not a list of buffers");
  return own;
}

function withChunksOfDatagram([request, chunks, ...rest]: unknown[]): readonly unknown[] {
  return [request, settledChunks(chunks), ...rest];
}

/** Of a header there are its name, its value, and a character of what it is. */
function withHeaders([headers, ...rest]: unknown[]): readonly unknown[] {
  if (!Array.isArray(headers)) throw new TypeError("Not a list of headers");
  const [text, count] = headers as unknown[];
  return [endingInZeros(text, count, 2), ...rest];
}

/**
 * A text, and how many things there are in it.
 * @param parts how many parts a thing has that end in a zero. After two comes one character.
 */
function endingInZeros(text: unknown, count: unknown, parts: 1 | 2): readonly [string, number] {
  if (typeof text !== "string" || !Number.isInteger(count)) throw new TypeError("Not a text and a number");
  // Room for all of them is made at once.
  if ((count as number) < 0 || (count as number) > text.length) throw new TypeError("More than the text holds");
  let at = 0;
  // What begins at the end of the text is not read any more.
  for (let thing = 0; thing < (count as number) && at < text.length; thing++) {
    for (let part = 0; part < parts; part++) {
      const end = text.indexOf("\0", at);
      if (end === -1) throw new TypeError("A text that does not end");
      at = end + 1;
    }
    if (parts === 2 && at++ >= text.length) throw new TypeError("A text that does not end");
  }
  return [text, count as number];
}
