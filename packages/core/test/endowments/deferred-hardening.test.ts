import realCrypto from "node:crypto";
import realZlib from "node:zlib";
import { expect, it } from "vitest";
import { makeBuiltin } from "../../src/endowments/builtins.ts";
import { isHardenedNodeObject } from "../../src/endowments/harden-node.ts";
import { contextOf } from "./principal-context.ts";

// Hardens Node's classes in this process, step by step: hence a file of its own, and an order.
const granted = { builtins: { buffer: true, crypto: true, stream: true, url: true, util: true, zlib: true } } as const;
const facade = (name: string): any => makeBuiltin(name, contextOf(granted));

/** What can be reached by own keys and prototypes. */
function reachedFrom(root: unknown): Set<object> {
  const reached = new Set<object>();
  const queue = [root];
  for (const next of queue) {
    if (
      (typeof next !== "object" && typeof next !== "function") ||
      next === null ||
      reached.has(next) ||
      reached.size > 20_000
    )
      continue;
    reached.add(next);
    queue.push(Object.getPrototypeOf(next));
    for (const key of Reflect.ownKeys(next)) {
      if (ArrayBuffer.isView(next)) break;
      const { value, get, set } = Object.getOwnPropertyDescriptor(next, key)!;
      queue.push(value, get, set);
    }
  }
  return reached;
}

/** The language's own objects are not locked down in this process. */
const language = new Set(
  [
    Object,
    Function,
    Array,
    Error,
    AggregateError,
    Promise,
    RegExp,
    Map,
    Set,
    WeakMap,
    WeakSet,
    Symbol,
    Date,
    ArrayBuffer,
    Uint8Array,
    DataView,
    Number,
    String,
    Boolean,
    BigInt,
    WeakRef,
    [][Symbol.iterator](),
    async () => {},
    function* () {},
    async function* () {},
  ].flatMap((root) => [...reachedFrom(root)]),
);

/** What two results have in common, and somebody could change. */
function openAndShared(make: () => unknown): unknown[] {
  const other = reachedFrom(make());
  // Listeners of Node's own are plain functions: see docs/caveats.md.
  const isPlainFunction = (object: any): boolean =>
    typeof object === "function" ||
    (Reflect.ownKeys(object).join() === "constructor" && object.constructor.prototype === object);
  return [...reachedFrom(make())].filter(
    (object) =>
      other.has(object) &&
      !language.has(object) &&
      !isHardenedNodeObject(object) &&
      !Object.isFrozen(object) &&
      !isPlainFunction(object),
  );
}

const calls: Record<string, (builtin: any) => unknown> = {
  "buffer.transcode": (buffer) => buffer.transcode(buffer.Buffer.from("a"), "utf8", "latin1"),
  "crypto.getCipherInfo": (crypto) => crypto.getCipherInfo("aes-128-cbc"),
  "crypto.getHashes": (crypto) => crypto.getHashes(),
  "crypto.hkdfSync": (crypto) => crypto.hkdfSync("sha256", "key", "salt", "info", 8),
  "crypto.pbkdf2Sync": (crypto) => crypto.pbkdf2Sync("key", "salt", 1, 8, "sha256"),
  "crypto.generatePrimeSync": (crypto) => crypto.generatePrimeSync(16),
  "crypto.randomBytes": (crypto) => crypto.randomBytes(8),
  "crypto.createHash": (crypto) => crypto.createHash("sha256"),
  "crypto.createHash, after use": (crypto) => crypto.createHash("sha256").update("x").copy(),
  "crypto.createHmac": (crypto) => crypto.createHmac("sha256", "key"),
  "url.format": (url) => [url.format({ host: "x" })],
  "util.debuglog": (util) => util.debuglog("x"),
  "util.deprecate": (util) => util.deprecate(() => {}, "x"),
  "util.promisify": (util) => util.promisify(() => {}),
  "util.callbackify": (util) => util.callbackify(async () => {}),
  "util.parseArgs": (util) => util.parseArgs({ args: ["--a"], options: { a: { type: "boolean" } } }),
};

it.each(Object.keys(calls))("%s leads to nothing that is everybody's and open", (name) => {
  const builtin = facade(name.split(".")[0]!);
  expect(openAndShared(() => calls[name]!(builtin))).toEqual([]);
});

it("what nobody has looked at waits, and is hardened with all that it is made of once somebody does", () => {
  expect(isHardenedNodeObject(realZlib.Gzip.prototype)).toBe(false);
  expect(isHardenedNodeObject(realCrypto.X509Certificate.prototype)).toBe(false);
  const zlib = facade("zlib");
  expect(zlib.createGzip).toBe(realZlib.createGzip);
  expect(openAndShared(() => zlib.createGzip())).toEqual([]);
  expect(openAndShared(() => zlib.createBrotliCompress())).toEqual([]);
  const crypto = facade("crypto");
  expect(openAndShared(() => crypto.generateKeyPairSync("ed25519").publicKey)).toEqual([]);
  expect(isHardenedNodeObject(realCrypto.X509Certificate.prototype)).toBe(true);
});

it("streams that few programs make are hardened before the first one is", () => {
  const stream = facade("stream");
  const { PassThrough } = stream;
  expect(openAndShared(() => stream.Duplex.from({ readable: new PassThrough(), writable: new PassThrough() }))).toEqual(
    [],
  );
  expect(openAndShared(() => PassThrough.from(new Blob(["x"])))).toEqual([]);
  if (stream.duplexPair) expect(openAndShared(() => stream.duplexPair()[1])).toEqual([]);
});

it("a deferred member that the policy does not list is there, and refused", () => {
  const context = contextOf({ builtins: { crypto: ["randomBytes"] } });
  const crypto = makeBuiltin("crypto", context) as any;
  expect(crypto.createSign).toHaveLength(2);
  expect(() => crypto.createSign("sha256")).toThrow(/restricted: crypto\.createSign/);
  expect(crypto.randomBytes(3)).toHaveLength(3);
});
