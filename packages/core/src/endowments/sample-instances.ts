/**
 * Instances by which classes are reached that no module exports, so that these are hardened too. Mostly a table: for
 * each builtin, what makes one of each.
 */
import { Buffer } from "node:buffer";
import { accessDenied } from "./access-denied.ts";
import type { EndowmentContext } from "./principal.ts";
import { veilAsyncResourceOfEmitters } from "./reflective/async-resource.ts";
import { guardHandlesOfCrypto } from "./genuine-handles.ts";
import { named } from "./facade.ts";
import { hardenNodeObject } from "./harden-node.ts";
import { isObject } from "./is-object.ts";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";
import { hardenPrototypesOf } from "./harden-instances.ts";
import { CERTIFICATE } from "./sample-certificate.ts";
import { keepMemoryOfZlib } from "./zlib-memory.ts";

// Taken now: the real global object is emptied before any package runs.
const { AbortController } = globalThis;

type Sampler = (builtin: (name: string) => any) => unknown[];

/** What an interface has its history do: in memory. */
const HISTORY_IN_MEMORY: ReadonlySet<string | undefined> = new Set([
  "_kValidateOptions",
  "addHistory",
  "canNavigateToNext",
  "canNavigateToPrevious",
  "navigateToNext",
  "navigateToPrevious",
]);

/**
 * HAZARD: from Node 24 on each interface holds the REPL's history, whose class
 * opens any file that it is told to read and write: by methods under symbols, which any object may be told by, too.
 */
function tameHistory(history: unknown): void {
  if (!isObject(history)) return;
  const prototype = Object.getPrototypeOf(history) as object;
  for (const key of Reflect.ownKeys(prototype)) {
    const { value } = getOwnPropertyDescriptor(prototype, key)!;
    if (typeof value !== "function" || HISTORY_IN_MEMORY.has(typeof key === "symbol" ? key.description : key)) continue;
    Object.defineProperty(prototype, key, {
      value: named(value.name, value.length, (): never => {
        throw accessDenied("readline's history in a file", "FileSystemWrite");
      }),
    });
  }
  Object.defineProperty(prototype, "constructor", { value: Object });
}

/** A secret key, a pair and a certificate: of classes that no member names, with the material inside. */
export function sampleKeys(crypto: any): readonly object[] {
  const { createSecretKey, generateKeyPairSync, X509Certificate } = crypto;
  guardHandlesOfCrypto(crypto);
  return [
    createSecretKey(Buffer.alloc(1)),
    ...(Object.values(generateKeyPairSync("ed25519")) as object[]),
    new X509Certificate(CERTIFICATE),
  ];
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * Members that lead to no class of Node's, neither by what they return nor by whom they
 * call: texts, numbers, bytes, functions of the caller's own. Using them hardens no others.
 */
const PLAIN: Readonly<Record<string, ReadonlySet<string>>> = {
  buffer: words("Buffer atob btoa constants isAscii isUtf8 kMaxLength kStringMaxLength transcode"),
  crypto: words(`
    checkPrime checkPrimeSync constants generatePrime generatePrimeSync getCipherInfo getCiphers getCurves getFips getHashes
    getRandomValues hash hkdf hkdfSync pbkdf2 pbkdf2Sync prng pseudoRandomBytes randomBytes randomFill randomFillSync randomInt
    randomUUID randomUUIDv7 rng scrypt scryptSync secureHeapUsed timingSafeEqual`),
  url: words("domainToASCII domainToUnicode fileURLToPath fileURLToPathBuffer format"),
  util: words(`
    _errnoException _exceptionWithHostPort _extend callbackify debug debuglog deprecate format formatWithOptions
    getSystemErrorMessage getSystemErrorName inherits isArray isBoolean isBuffer isDate isDeepStrictEqual isError isFunction isNull
    isNullOrUndefined isNumber isObject isPrimitive isRegExp isString isSymbol isUndefined log parseArgs parseEnv promisify
    stripVTControlCharacters styleText toUSVString`),
  zlib: words("codes constants crc32"),
};

/** Members that lead to a few classes, and samples of these. */
const FEW: Readonly<Record<string, { readonly members: ReadonlySet<string>; readonly make: Sampler }>> = {
  crypto: {
    members: words("Hash Hmac createHash createHmac"),
    make: (builtin) => {
      const crypto = builtin("crypto");
      guardHandlesOfCrypto(crypto);
      return [crypto.createHash("sha256"), crypto.createHmac("sha256", "key")];
    },
  },
};

/**
 * For each builtin, one instance of each class that it makes with something
 * shared inside (see {@link hardenPrototypesOf}).
 */
const SAMPLES: Readonly<Record<string, Sampler>> = {
  buffer: (builtin) => {
    const { Blob, File } = builtin("buffer");
    // Empty: with a content, Node takes a buffer apart for it, and once that has happened
    // V8 looks at each access to any typed array whether its buffer is still there.
    return [new Blob([]), new File([], "x")];
  },
  crypto: (builtin) => {
    const crypto = builtin("crypto");
    const key = Buffer.alloc(32);
    const iv = Buffer.alloc(16);
    return [
      crypto.createHash("sha256"),
      crypto.createHmac("sha256", key),
      crypto.createSign("sha256"),
      crypto.createVerify("sha256"),
      crypto.createCipheriv("aes-256-cbc", key, iv),
      crypto.createDecipheriv("aes-256-cbc", key, iv),
      crypto.createECDH("prime256v1"),
      crypto.createDiffieHellmanGroup("modp14"),
      crypto.createDiffieHellman(Buffer.from([23]), 5),
      // From Node 26 on.
      ...(crypto.createMac === undefined ? [] : [crypto.createMac("hmac", key, { digest: "sha256" })]),
      ...sampleKeys(crypto),
    ];
  },
  events: (builtin) => {
    const { EventEmitter, EventEmitterAsyncResource, on } = builtin("events");
    veilAsyncResourceOfEmitters(EventEmitterAsyncResource);
    const emitter = new EventEmitter();
    const events = on(emitter, "x");
    void events.return?.();
    return [emitter, new EventEmitterAsyncResource({ name: "moat" }), events];
  },
  readline: (builtin) => {
    const { createInterface } = builtin("readline");
    const { PassThrough } = builtin("stream");
    const lines = createInterface({ input: new PassThrough(), output: new PassThrough() });
    lines.close();
    tameHistory(lines.historyManager);
    return [lines];
  },
  stream: (builtin) => {
    const { Duplex, Readable, Writable } = builtin("stream");
    const filled = new Readable({ read() {} });
    filled.push("x");
    const writing = new Writable({ write() {} });
    writing.write("x");
    writing.write("y");
    const iterated = Readable.from(["x"]);
    // An error of a class of its own, some microtasks later: of nothing that comes to its end sooner.
    const ended = { [Symbol.asyncIterator]: () => ({ next: () => ({ done: true }) }) };
    Readable.prototype.reduce?.call(ended, () => {}).catch((error: unknown) => hardenPrototypesOf(error));
    return [filled, writing, new Duplex(), iterated, iterated[Symbol.asyncIterator]()];
  },
  "stream/web": (builtin) => {
    const { ReadableStream, TextDecoderStream, TextEncoderStream, TransformStream, WritableStream } =
      builtin("stream/web");
    return [
      ...webStreams({ ReadableStream, TransformStream, WritableStream }),
      new TextDecoderStream(),
      new TextEncoderStream(),
    ];
  },
  string_decoder: (builtin) => [new (builtin("string_decoder").StringDecoder)("utf8")],
  url: (builtin) => {
    const { Url, URLSearchParams } = builtin("url");
    const search = new URLSearchParams("a=b");
    return [new Url(), search, search.entries()];
  },
  util: (builtin) => {
    const { MIMEType, TextDecoder, TextEncoder } = builtin("util");
    const mime = new MIMEType("text/plain;charset=utf-8");
    return [
      mime,
      mime.params,
      mime.params.entries(),
      new TextDecoder(),
      new TextDecoder("utf-16le"),
      new TextEncoder(),
      new AbortController(),
      new AbortController().signal,
    ];
  },
  zlib: (builtin) => {
    const zlib = builtin("zlib");
    const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_QUALITY } = zlib.constants;
    // One for each native class; small windows, as compressors allocate megabytes.
    const made = [
      new zlib.Deflate({ windowBits: 9, memLevel: 1, chunkSize: 64 }),
      new zlib.BrotliCompress({ chunkSize: 64, params: { [BROTLI_PARAM_LGWIN]: 10, [BROTLI_PARAM_QUALITY]: 0 } }),
      new zlib.BrotliDecompress({ chunkSize: 64 }),
    ];
    if (zlib.ZstdCompress !== undefined)
      made.push(new zlib.ZstdCompress({ chunkSize: 64 }), new zlib.ZstdDecompress({ chunkSize: 64 }));
    for (const stream of made) stream.on("error", () => {});
    for (const { _handle } of made) keepMemoryOfZlib(Object.getPrototypeOf(_handle));
    return made;
  },
};

/** Node starts some fields of each stream with one and the same object: what is in the state of two is everybody's. */
function hardenWhatIsOne(one: object, other: object): void {
  for (const key of Object.getOwnPropertySymbols(one)) {
    const [state, others] = [one, other].map((stream) => (stream as Record<symbol, any>)[key]);
    if (typeof state !== "object" || state === null || state === others) continue;
    for (const field of Object.keys(state)) {
      const value: unknown = state[field];
      if (value !== others[field] || typeof value !== "object" || value === null) continue;
      for (const part of Object.values(value)) if (Array.isArray(part)) Object.freeze(part);
      hardenNodeObject(value);
    }
  }
}

/** Streams of Node's own subclasses, and the errors that it makes once for everybody. */
function webStreams({ ReadableStream, TransformStream, WritableStream }: Record<string, any>): unknown[] {
  const through = new TransformStream();
  const readable = new ReadableStream();
  const reader = readable.getReader();
  const writer = new WritableStream().getWriter();
  hardenWhatIsOne(new WritableStream(), new WritableStream());
  hardenWhatIsOne(new ReadableStream(), new ReadableStream());
  hardenWhatIsOne(new TransformStream(), new TransformStream());
  let controller: any;
  const bytes = new ReadableStream({ type: "bytes", start: (given: unknown) => void (controller = given) });
  const byob = bytes.getReader({ mode: "byob" });
  for (const pending of [reader.read(), byob.read(new Uint8Array(1))])
    pending.catch((error: unknown) => Object.freeze(error));
  const { byobRequest } = controller;
  for (const lock of [reader, writer, byob]) {
    lock.closed.catch((error: unknown) => Object.freeze(error));
    lock.releaseLock();
  }
  const waiting = new ReadableStream().getReader();
  void waiting.read();
  const iterated = new ReadableStream().values();
  // Whoever writes is given its signal.
  const { signal } = new AbortController();
  return [
    waiting,
    through,
    through.readable,
    through.writable,
    reader,
    writer,
    byob,
    readable,
    bytes,
    byobRequest,
    signal,
    iterated,
  ];
}

export type SampledGlobal = "AbortController" | "EventTarget" | "MessageChannel";

/** The same for what is reached through globals. */
const GLOBAL_SAMPLES: Readonly<Record<SampledGlobal, (globals: Readonly<Record<string, any>>) => unknown[]>> = {
  EventTarget: ({ Event, EventTarget }) => {
    const target = new EventTarget();
    target.addEventListener("x", () => {});
    return [target, new Event("x")];
  },
  AbortController: ({ AbortController, AbortSignal }) => {
    const controller = new AbortController();
    return [controller, controller.signal, AbortSignal.abort(), AbortSignal.any([controller.signal])];
  },
  MessageChannel: ({ MessageChannel }) => {
    const { port1, port2 } = new MessageChannel();
    port1.close();
    return [port1, port2];
  },
};

const release = (instance: any): void => {
  if (typeof instance?.destroy === "function") instance.destroy();
  if (typeof instance?.emitDestroy === "function") instance.emitDestroy();
};

const leadsToFew = (builtin: string, member: string): boolean =>
  Object.hasOwn(FEW, builtin) && FEW[builtin]!.members.has(member);

/** Builtins, and those of few classes as `name.few`, behind which all is hardened. */
const hardenedBehind = new Set<string>();

/** Under which name a builtin's samples are: both forms of `readline` make instances of the same classes. */
const samplesOf = (builtin: string): string => (builtin === "readline/promises" ? "readline" : builtin);

/** Whether a member's first use has more to harden than the member. */
export function leadsToUnhardened(name: string, member: string): boolean {
  const builtin = samplesOf(name);
  if (!Object.hasOwn(SAMPLES, builtin) || hardenedBehind.has(name)) return false;
  if (Object.hasOwn(PLAIN, builtin) && PLAIN[builtin]!.has(member)) return false;
  return !leadsToFew(builtin, member) || !hardenedBehind.has(`${builtin}.few`);
}

/** Hardens what a member leads to: for most, whatever the builtin has, as what one returns is of a class that is another. */
export function hardenBehind(
  context: EndowmentContext,
  builtin: string,
  member: string,
  hardenMembers: () => void,
): void {
  if (!leadsToUnhardened(builtin, member)) return;
  if (leadsToFew(builtin, member)) {
    hardenSamples(context, `hardened.instances.${builtin}.few`, FEW[builtin]!.make, false);
    hardenedBehind.add(`${builtin}.few`);
    return;
  }
  hardenInstancesOf(context, builtin);
  hardenMembers();
  hardenedBehind.add(builtin);
}

/** Hardens the classes inside a builtin's instances, once for the realm. */
export function hardenInstancesOf(context: EndowmentContext, name: string): void {
  const builtin = samplesOf(name);
  if (Object.hasOwn(SAMPLES, builtin)) hardenSamples(context, `hardened.instances.${builtin}`, SAMPLES[builtin]!);
}

/** Hardens the classes inside some samples, once for the realm. @param hold whether the samples have something to give back */
export function hardenSamples(context: EndowmentContext, key: string, make: Sampler, hold = true): void {
  context.shared(key, () => {
    const samples = make((name) => context.powers.builtin(name));
    for (const sample of samples) hardenPrototypesOf(sample);
    if (hold) samples.forEach(release);
    return true;
  });
}

/** Hardens the classes inside a global class's instances, once for the realm. */
export function hardenInstancesOfGlobal(context: EndowmentContext, name: SampledGlobal): void {
  context.shared(`hardened.instances.global.${name}`, () => {
    for (const sample of GLOBAL_SAMPLES[name](context.powers.globals)) hardenPrototypesOf(sample);
    return true;
  });
}
