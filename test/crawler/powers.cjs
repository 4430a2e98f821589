"use strict";
/**
 * Loaded by Node before moat, with `--expose-internals`: takes the identities of
 * Node's real powers while they are still to be had, and judges afterwards what
 * the packages found. Trusted, and part of the test: never of moat.
 */
const { internalBinding } = require("internal/test/binding");
const { getPrototypeOf, getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;
const { types } = require("node:util");
const { writeFileSync, writeSync } = require("node:fs");
const realProcess = process;
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
const { members: handed, globals: handedGlobals, planted } = JSON.parse(process.env.MOAT_CRAWLER);
delete process.env.MOAT_CRAWLER;

/** Native modules whose functions and classes act on the world, on other realms or on the engine. */
const BINDINGS = [
  "async_wrap",
  "block_list",
  "builtins",
  "cares_wrap",
  "contextify",
  "credentials",
  "errors",
  "fs",
  "fs_dir",
  "fs_event_wrap",
  "heap_utils",
  "http_parser",
  "http2",
  "inspector",
  "js_stream",
  "js_udp_wrap",
  "messaging",
  "mksnapshot",
  "module_wrap",
  "modules",
  "os",
  "permission",
  "pipe_wrap",
  "process_methods",
  "process_wrap",
  "profiler",
  "report",
  "sea",
  "serdes",
  "signal_wrap",
  "spawn_sync",
  "stream_wrap",
  "symbols",
  "task_queue",
  "tcp_wrap",
  "timers",
  "tls_wrap",
  "trace_events",
  "tty_wrap",
  "udp_wrap",
  "util",
  "v8",
  "wasi",
  "wasm_web_api",
  "watchdog",
  "worker",
  "crypto",
];

/** What of them is no power: computes, or belongs to classes that check their receiver and open nothing. */
const HARMLESS_NATIVE = new Set([
  "block_list.SocketAddress",
  "block_list.BlockList",
  // A class that others extend, and serialisers that compute.
  "messaging.JSTransferable",
  "serdes.Serializer",
  "serdes.Deserializer",
  // Lists and parsers that the caller fills.
  "http_parser.ConnectionsList",
  "http_parser.HTTPParser",
  "util.getSharedArrayBufferGrowable",
  "util.isArrayBufferView",
  "messaging.DOMException",
  // They compute with what the caller gives them.
  ...[
    "Hash",
    "Hmac",
    "Mac",
    "CipherBase",
    "Sign",
    "Verify",
    "ECDH",
    "DiffieHellman",
    "DiffieHellmanGroup",
    "KeyObjectHandle",
  ].map((key) => `crypto.${key}`),
]);

/** Classes that instances lead to and that have no power by themselves: the guard under all sockets refuses what no facade has tagged. */
const GUARDED = new Set([
  "net.Socket",
  "net.Server",
  "tls.TLSSocket",
  "tls.Server",
  "http.Agent",
  "http.Server",
  "http.ClientRequest",
  "https.Agent",
  "https.Server",
  "dgram.Socket",
  "the real WebSocket",
  "the real EventSource",
  // They serve a socket that the caller has.
  "internal/http2/core.ServerHttp2Session",
  "internal/http2/core.Http2Session",
  "internal/http2/core.Http2Stream",
  // A request of HTTP/2 that waits holds one, frozen (docs/caveats.md).
  "async_hooks.AsyncResource",
  // Its default options are frozen.
  "util.inspect",
  // Frozen, and they compute.
  "v8.Serializer",
  "v8.Deserializer",
  "v8.DefaultSerializer",
  "v8.DefaultDeserializer",
  "internal/worker/js_transferable.JSTransferable",
  "internal/fs/utils.BigIntStats",
  "internal/stream_base_commons.setStreamTimeout",
  // Stands between TLS and a stream that the caller has, and is a socket that no facade has tagged.
  "internal/js_stream_socket",
  // A handle's `onread`: tells the stream that the handle names of what came.
  "internal/stream_base_commons.onStreamRead",
  // Frozen: what a stream of HTTP/2 has its resource run.
  "process.nextTick",
]);

const powers = new Map();
const realGlobals = {};
for (const key of Object.getOwnPropertyNames(globalThis)) realGlobals[key] = getOwnPropertyDescriptor(globalThis, key);
const name = (value, label) => {
  if (isObject(value) && !powers.has(value)) powers.set(value, label);
};

/** Node's own JavaScript in front of a native method forwards to a guarded one. */
const nameNative = (value, label) => {
  if (typeof value === "function" && /\[native code\]/.test(Function.prototype.toString.call(value)))
    name(value, label);
};

name(globalThis, "the real global object");
name(process, "the real process");
for (const key of [
  "binding",
  "_linkedBinding",
  "dlopen",
  "getBuiltinModule",
  "_debugProcess",
  "_kill",
  "reallyExit",
  "exit",
  "kill",
  "abort",
  "chdir",
  "setuid",
  "env",
  "mainModule",
  "report",
  "channel",
  "execve",
])
  name(process[key], `process.${key}`);
for (const f of [function () {}, async function () {}, function* () {}, async function* () {}])
  name(f.constructor, `the real ${f.constructor.name}`);
name(getOwnPropertyDescriptor(globalThis, "eval").value, "the real eval");
name(require, "the real require");
name(module, "a real module");
name(require.cache, "the real require.cache");
for (const key of [
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "WebSocket",
  "EventSource",
  "navigator",
  "localStorage",
  "sessionStorage",
]) {
  const { value } = getOwnPropertyDescriptor(globalThis, key) ?? {};
  name(value, `the real ${key}`);
}
for (const binding of BINDINGS) {
  let native;
  try {
    native = internalBinding(binding);
  } catch {
    continue;
  }
  name(native, `internalBinding(${binding})`);
  for (const key of ownKeys(native)) {
    const { value } = getOwnPropertyDescriptor(native, key);
    if (typeof value !== "function" || HARMLESS_NATIVE.has(`${binding}.${String(key)}`)) continue;
    name(value, `internalBinding(${binding}).${String(key)}`);
    const { prototype } = value;
    if (!isObject(prototype) || prototype === Object.prototype) continue;
    // A native method acts on the handle that it is called on: that is the guards' business. Those that open are powers.
    for (const method of [
      "connect",
      "connect6",
      "bind",
      "bind6",
      "listen",
      "open",
      "spawn",
      "dispatch",
      "compile",
      "runInContext",
      "link",
      "evaluate",
      "add",
      "serve",
    ])
      nameNative(
        getOwnPropertyDescriptor(prototype, method)?.value,
        `internalBinding(${binding}).${String(key)}.prototype.${method}`,
      );
  }
}

/** The builtin modules as they are by now: their objects, and each member that the table does not hand over. */
function namePublicModules() {
  for (const [builtin, pass] of Object.entries(handed)) {
    if (!realProcess.moduleLoadList.some((entry) => entry === `NativeModule ${builtin}`)) continue;
    const real = require(`node:${builtin}`);
    if (!pass.includes("*module*")) name(real, `the real ${builtin}`);
    for (const key of ownKeys(real)) {
      if (typeof key !== "string" || pass.includes(key) || pass.includes("*")) continue;
      const { value } = getOwnPropertyDescriptor(real, key);
      if (typeof value === "function" && /^(length|name|prototype)$/.test(key) === false)
        name(value, `${builtin}.${key}`);
    }
  }
  const Module = require("node:module");
  for (const key of ["_cache", "_pathCache", "_extensions", "globalPaths", "prototype"])
    name(Module[key], `module.${key}`);
  for (const key of ["load", "require", "_compile"]) name(Module.prototype[key], `module.prototype.${key}`);
}

/** Internal modules of which only functions that packages are meant to have may be seen. */
const INTERNAL =
  /^NativeModule internal\/(?:bootstrap|modules|vm|process|fs|child_process|cluster|worker|dgram|net|dns|http|http2|tls|inspector|test_runner|repl|main|policy|source_map|debugger|watch_mode|v8|legacy|deps\/(?:undici|cjs|amaro|acorn)|async_hooks|timers|wasm_web_api|socketaddress|stream_base_commons|js_stream_socket|dtrace|trace_events|error_serdes|heap_utils|options|permission|shadow|idna|freeze|util\/inspector)/;

function nameInternalModules() {
  for (const entry of realProcess.moduleLoadList) {
    if (!INTERNAL.test(entry)) continue;
    const id = entry.slice("NativeModule ".length);
    let real;
    try {
      real = require(id);
    } catch {
      continue;
    }
    if (!isObject(real)) continue;
    name(real, id);
    for (const key of ownKeys(real)) {
      const { value } = getOwnPropertyDescriptor(real, key);
      if (typeof value === "function" && !publicFunctions.has(value)) name(value, `${id}.${String(key)}`);
    }
  }
}
/** What the table hands to packages, wherever else it comes from. */
const publicFunctions = new Set();
function collectPublic() {
  for (const [builtin, pass] of Object.entries(handed)) {
    if (!realProcess.moduleLoadList.some((entry) => entry === `NativeModule ${builtin}`)) continue;
    const real = require(`node:${builtin}`);
    if (pass.includes("*module*")) publicFunctions.add(real);
    for (const key of ownKeys(real))
      if (typeof key === "string" && (pass.includes(key) || pass.includes("*"))) {
        try {
          publicFunctions.add(real[key]);
        } catch {}
      }
  }
}

/** Objects of moat's own that hold authority, by what they are made of. */
const MOAT_SHAPES = [
  ["principal", "powers"],
  ["builtin", "globals"],
  ["worldAt"],
  ["policies", "resolver"],
  ["denies", "policy"],
  ["commonJs", "modules"],
  ["createRequire", "importModule", "evaluate"],
  ["mayConnect"],
  ["mayResolve"],
  ["rawOf"],
  ["harden", "makeCompartmentGlobal"],
];
function moatShape(object) {
  for (const keys of MOAT_SHAPES) if (keys.every((key) => Object.hasOwn(object, key))) return `moat's own {${keys}}`;
  return undefined;
}

/**
 * Each code of Node's errors has a class of its own, which only an error shows (docs/caveats.md): these have a `toString`
 * of theirs, or stand over one that has. Classes of several errors are hardened before anybody has one.
 */
const isErrorByCode = (object) => {
  if (!(object instanceof Error)) return false;
  const keys = ownKeys(object).filter((key) => key !== "constructor");
  if (keys.length > 0)
    return (
      keys.every((key) => key === "toString" || (typeof key === "symbol" && key.description === "kIsNodeError")) &&
      keys.length === 2 &&
      getOwnPropertyDescriptor(object, "constructor")?.get !== undefined
    );
  const parent = getPrototypeOf(object);
  return parent !== null && parent !== Error.prototype && isErrorByCode(parent);
};

/** What Node ends each chunk of a response with: bytes that all share, and a text in its place leaves (see `keepLineEnd`). */
const lineEnd = (() => {
  const response = new (require("node:http").ServerResponse)({
    method: "GET",
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  });
  response.write("x");
  return response.outputData.map(({ data }) => data).find((data) => types.isUint8Array(data) && data.length === 2);
})();

/** What is hardened by now, and was not when the first package found it. */
const changeableAtFirst = (object) =>
  object === lineEnd || types.isArrayBufferView(object) || types.isAnyArrayBuffer(object) || isErrorByCode(object)
    ? undefined
    : "extensible when it was found";

function changeable(object) {
  if (object === lineEnd || object === lineEnd.buffer) return undefined;
  if (types.isAnyArrayBuffer(object)) return "memory";
  if (types.isArrayBufferView(object)) return object.byteLength > 0 ? "memory" : undefined;
  if (types.isProxy(object)) return undefined;
  if (isErrorByCode(object)) return undefined;
  if (Object.isExtensible(object)) return "extensible";
  for (const key of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, key);
    if (descriptor.configurable || descriptor.writable) return `changeable ${String(key)}`;
  }
  return undefined;
}

/** Events of the recipes without which the walk has missed whole classes; what is left of them is what was not heard. */
const MUST_BE_HEARD = [
  "FileHandle",
  "fs.createReadStream",
  "accepted socket",
  "net.Socket's",
  "accepted TLSSocket",
  "IncomingMessage",
  "ServerResponse",
  "response",
  "upgrade",
  "Http2Server's session",
  "compat stream",
  "ClientHttp2Stream",
  "dgram's message",
  "ChildProcess",
  "Worker's",
  "MessagePort",
  "crypto subtle{resolved}",
  "inspect.custom{argument",
  "call sites",
  "import(./module.mjs){resolved}",
];

/** @param walks for each package: what it found, and what is its own and nobody else's */
function judge(walks) {
  collectPublic();
  for (const key of handedGlobals) {
    const { value, get } = realGlobals[key] ?? {};
    try {
      publicFunctions.add(value ?? Reflect.apply(get, globalThis, []));
    } catch {}
  }
  for (const value of publicFunctions) powers.delete(value);
  namePublicModules();
  nameInternalModules();
  const findings = [];
  const pathOf = ({ from, labels }, index) => {
    let path = "";
    for (let at = index; at !== -1; at = from[at]) path = labels[at] + path;
    return path;
  };
  const owners = new Map();
  for (const walk of walks)
    for (const [label, value] of walk.mine) if (isObject(value)) owners.set(value, [walk, label]);
  for (const walk of walks)
    walk.objects.forEach((object, index) => {
      // What the walk made by calling anything with \`new\` proves nothing.
      if (!walk.labels[index].startsWith("new "))
        try {
          inherited.add(getPrototypeOf(object));
        } catch {}
    });
  for (const walk of walks)
    for (const [parent, label] of walk.readers)
      findings.push({ package: walk.name, what: "a reader of memory", path: pathOf(walk, parent) + label });
  const reachedBy = new Map();
  const openAtFirst = new Map();
  for (const walk of walks) {
    for (let index = 0; index < walk.objects.length; index += 1) {
      const object = walk.objects[index];
      const found = (what) => findings.push({ package: walk.name, what, path: pathOf(walk, index) });
      const power = powers.get(object);
      if (power !== undefined && !GUARDED.has(power)) found(power);
      const [owner, label] = owners.get(object) ?? [];
      if (owner !== undefined && owner !== walk) found(`${label} of ${owner.name}`);
      if (typeof object === "object" && !types.isProxy(object)) {
        const shape = moatShape(object);
        if (shape) found(shape);
      }
      const other = reachedBy.get(object);
      if (other === undefined) {
        reachedBy.set(object, walk);
        openAtFirst.set(object, walk.open[index]);
      } else if (other !== walk && !isBareFunction(object)) {
        const how = changeable(object) ?? (openAtFirst.get(object) ? changeableAtFirst(object) : undefined);
        if (how) found(`shared with ${other.name} and ${how}: ${describe(object)}`);
      }
    }
  }
  return {
    heard: MUST_BE_HEARD.filter((label) => !walks[1].labels.some((one) => one.startsWith(label))),
    findings,
    powers: powers.size,
    objects: walks.map((walk) => walk.objects.length),
    edges: walks.map((walk) => walk.edges),
    calls: walks.map((walk) => walk.calls),
  };
}

/**
 * Functions that are no classes, and the unused `prototype` objects of old ones: what is
 * set on them nobody reads. A generator's prototype is not among them: its iterators inherit from it.
 */
function isBareFunction(object) {
  if (typeof object === "function") return !isClass(object) && ownKeys(object).every((key) => OF_ANY_FUNCTION.has(key));
  if (inherited.has(object)) return false;
  const constructor = getOwnPropertyDescriptor(object, "constructor")?.value;
  return (
    typeof constructor === "function" &&
    ownKeys(object).length === 1 &&
    !/^class\b/.test(Function.prototype.toString.call(constructor))
  );
}
// `enabled`: what `util.debuglog` says of the logger that does nothing.
const OF_ANY_FUNCTION = new Set(["length", "name", "arguments", "caller", "prototype", "enabled"]);
const isClass = (object) =>
  isObject(object.prototype) &&
  (/^class\b/.test(Function.prototype.toString.call(object)) || ownKeys(object.prototype).length > 1);

/** Prototypes that some object which was reached inherits from. */
const inherited = new Set();

function describe(object) {
  try {
    return typeof object === "function"
      ? `function ${object.name}`
      : `${Object.prototype.toString.call(object)} ${getOwnPropertyDescriptor(object, "constructor")?.value?.name ?? ""} {${ownKeys(object).slice(0, 6).map(String)}}`;
  } catch (error) {
    return String(error);
  }
}

/** Leaks of each kind that a walk must find, where the test asks for them. */
if (planted) {
  const { Readable } = require("node:stream");
  const { EventEmitter } = require("node:events");
  const { readFileSync } = require("node:fs");
  const net = require("node:net");
  const hidden = { enumerable: false, configurable: true };
  Object.defineProperty(Readable.prototype, Symbol("planted"), { value: readFileSync, writable: true, ...hidden });
  Object.defineProperty(EventEmitter.prototype, "plantedGetter", { get: () => realProcess._kill, ...hidden });
  URL.prototype.plantedMethod = function () {
    return { found: realProcess.dlopen };
  };
  URL.prototype.plantedThis = function (...args) {
    for (const arg of args) if (typeof arg === "function") Reflect.apply(arg, net.connect, []);
  };
  URL.prototype.plantedArgument = async function (...args) {
    await Promise.resolve();
    for (const arg of args)
      if (typeof arg === "function") arg({ deep: [new Map([["x", internalBinding("process_wrap").Process]])] });
  };
  URL.prototype.plantedError = function () {
    throw Object.assign(new Error("x"), { cause: { cache: require.cache } });
  };
  URL.prototype.plantedPromise = async function () {
    throw Object.assign(new Error("x"), { global: globalThis });
  };
  const shared = { list: [] };
  EventEmitter.prototype.plantedShared = function () {
    return shared;
  };
}

// Only the application, which is trusted, can emit events of the real process.
process.on("warning", (what, given) => {
  if (what === "crawler") given(end);
  if (what === "crawler failed") {
    writeSync(2, `${given?.stack ?? given}\n`);
    realProcess.reallyExit(3);
  }
});

/** Writes what the walks found. */
function end(walks, out) {
  writeFileSync(out, JSON.stringify(judge(walks)));
  realProcess.reallyExit(0);
}

if (process.env.MOAT_CRAWLER_DEBUG) {
  const { reallyExit } = process;
  process.reallyExit = function (...args) {
    require("node:fs").writeSync(2, `EXIT ${new Error().stack}\n`);
    return Reflect.apply(reallyExit, process, args);
  };
  process.on("exit", () =>
    require("node:fs").writeSync(
      2,
      `EXITING ${new Error().stack} ${process._getActiveHandles().map((h) => h?.constructor?.name)} ${process.getActiveResourcesInfo()}\n`,
    ),
  );
}
