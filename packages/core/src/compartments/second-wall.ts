/**
 * The second wall: every power is taken off the real global object, which is
 * then frozen. Guest text can't name the real global; should a flaw ever let it,
 * there is nothing there to use. Node's own modules hold what they need.
 */
const { freeze, getOwnPropertyNames, getPrototypeOf } = Object;
const { deleteProperty, ownKeys } = Reflect;

/** ECMAScript's globals, which every compartment has too. Everything else goes. */
const HARMLESS = new Set([
  "Object",
  "Array",
  "Number",
  "parseFloat",
  "parseInt",
  "Infinity",
  "NaN",
  "undefined",
  "Boolean",
  "String",
  "Symbol",
  "Date",
  "Promise",
  "RegExp",
  "Error",
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "globalThis",
  "JSON",
  "Math",
  "Intl",
  "ArrayBuffer",
  "Atomics",
  "SharedArrayBuffer",
  "Uint8Array",
  "Int8Array",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "Uint8ClampedArray",
  "BigUint64Array",
  "BigInt64Array",
  "DataView",
  "Map",
  "BigInt",
  "Set",
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "FinalizationRegistry",
  "Proxy",
  "Reflect",
  "Iterator",
  "decodeURI",
  "decodeURIComponent",
  "encodeURI",
  "encodeURIComponent",
  "escape",
  "unescape",
  "isFinite",
  "isNaN",
  "SuppressedError",
  "DisposableStack",
  "AsyncDisposableStack",
  "AsyncIterator",
  "Temporal",
]);

/**
 * What Node's own HTTP client, a bundled library, looks up on the global object
 * whenever it runs. None of it reads, sends or starts anything by itself.
 */
const NEEDED_BY_NODE = [
  "global",
  "queueMicrotask",
  "structuredClone",
  "setTimeout",
  "clearTimeout",
  "setImmediate",
  "clearImmediate",
  "setInterval",
  "clearInterval",
  "URL",
  "URLSearchParams",
  "Buffer",
  "Blob",
  "File",
  "FormData",
  "TextEncoder",
  "TextDecoder",
  "DOMException",
  "AbortController",
  "AbortSignal",
  "Event",
  "EventTarget",
  "MessageEvent",
  "CustomEvent",
  "ReadableStream",
  "TransformStream",
  "WritableStream",
  "ByteLengthQueuingStrategy",
  "CompressionStream",
  "DecompressionStream",
  "MessageChannel",
  "MessagePort",
  "performance",
  "WebAssembly",
];

/**
 * Looking at the descriptor of one of these makes Node load its HTTP client
 * (50 ms), its web streams (2 to 6 ms) or its web cryptography. They stay where they are, unread,
 * until a package that may use one asks.
 */
const LOADED_WHEN_READ: ReadonlySet<string> = new Set([
  "FormData",
  "Headers",
  "Request",
  "Response",
  "MessageEvent",
  "CloseEvent",
  "ErrorEvent",
  "WebSocket",
  "EventSource",
  "TransformStream",
  "TransformStreamDefaultController",
  "WritableStream",
  "WritableStreamDefaultController",
  "WritableStreamDefaultWriter",
  "ReadableStream",
  "ReadableStreamDefaultReader",
  "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest",
  "ReadableByteStreamController",
  "ReadableStreamDefaultController",
  "ByteLengthQueuingStrategy",
  "CountQueuingStrategy",
  "TextEncoderStream",
  "TextDecoderStream",
  "CompressionStream",
  "DecompressionStream",
  "CryptoKey",
]);

/** Those that a builtin has too: taken from there when they are asked for, since reading them loads it (1 to 4 ms from Node 22 on). */
const OF_BUILTINS: Readonly<Record<string, (builtin: (name: string) => any) => unknown>> = {
  File: (builtin) => builtin("buffer").File,
  Crypto: (builtin) => builtin("crypto").webcrypto.constructor,
  SubtleCrypto: (builtin) => builtin("crypto").webcrypto.subtle.constructor,
  Performance: (builtin) => builtin("perf_hooks").Performance,
  PerformanceEntry: (builtin) => builtin("perf_hooks").PerformanceEntry,
  PerformanceMark: (builtin) => builtin("perf_hooks").PerformanceMark,
  PerformanceMeasure: (builtin) => builtin("perf_hooks").PerformanceMeasure,
  PerformanceObserver: (builtin) => builtin("perf_hooks").PerformanceObserver,
  PerformanceObserverEntryList: (builtin) => builtin("perf_hooks").PerformanceObserverEntryList,
  PerformanceResourceTiming: (builtin) => builtin("perf_hooks").PerformanceResourceTiming,
};

/** The language's constants, which no object can shadow. */
const CONSTANTS = new Set(["undefined", "NaN", "Infinity"]);

/**
 * What is on the real global object now, for moat's own use: captured before it
 * is emptied. Getters (such as that of `crypto`) stay getters, so that nothing
 * is loaded that no package asks for.
 * @param builtin Node's module of that name.
 */
export function captureGlobals(builtin: (name: string) => any): Readonly<Record<string, any>> {
  const captured = Object.create(null) as Record<string, any>;
  const real = globalThis as unknown as Record<string, any>;
  void real["DOMException"]; // Its getter defines it anew each time: not to be asked later.
  for (const name of getOwnPropertyNames(globalThis)) {
    if (LOADED_WHEN_READ.has(name)) {
      Object.defineProperty(captured, name, { get: () => real[name] as unknown, enumerable: true });
      continue;
    }
    const read = Object.hasOwn(OF_BUILTINS, name) ? OF_BUILTINS[name] : undefined;
    if (read !== undefined) {
      Object.defineProperty(captured, name, { get: () => read(builtin), enumerable: true });
      continue;
    }
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)!;
    if (descriptor.get) {
      Object.defineProperty(captured, name, { get: () => readLazily(descriptor.get!, real), enumerable: true });
    } else {
      Object.defineProperty(captured, name, { value: descriptor.value, enumerable: true });
    }
  }
  return freeze(captured);
}

/**
 * Node's getters of what it loads lazily store the value on the global object
 * first, which fails once that is frozen, but remember it: asked again, they
 * answer.
 */
function readLazily(getter: () => unknown, real: object): unknown {
  try {
    return Reflect.apply(getter, real, []);
  } catch {
    return Reflect.apply(getter, real, []);
  }
}

/**
 * Takes every power off the real global object. Done before lockdown: SES would
 * freeze those that it finds there (`Buffer`) before moat has prepared them. SES
 * itself still needs `eval` and `Function`; they go with the rest.
 */
export function emptyRealGlobal(): void {
  removeAllBut((name) => HARMLESS.has(name) || name === "eval" || name === "Function");
}

function removeAllBut(stays: (name: string) => boolean): void {
  for (const key of ownKeys(globalThis)) {
    if (typeof key === "string" && (LOADED_WHEN_READ.has(key) || stays(key))) continue;
    deleteProperty(globalThis, key);
  }
}

/**
 * For a process whose own code goes on with the real global object: takes
 * everything off it while the realm is locked down, and returns what puts it back.
 * The second wall is then missing; that no text of a package can name the real
 * global object is what holds.
 */
export function borrowRealGlobal(): () => ReadonlySet<string> {
  const before = new Map<PropertyKey, PropertyDescriptor>();
  for (const key of ownKeys(globalThis)) {
    if (typeof key === "string" && LOADED_WHEN_READ.has(key)) continue;
    before.set(key, Object.getOwnPropertyDescriptor(globalThis, key)!);
  }
  emptyRealGlobal();
  return () => {
    removeAllBut((name) => HARMLESS.has(name));
    for (const [key, descriptor] of before) {
      // HAZARD: the one name that no parameter can shadow; the host goes without, too.
      if (key === "eval") continue;
      if (Object.getOwnPropertyDescriptor(globalThis, key)?.configurable !== false)
        Object.defineProperty(globalThis, key, descriptor);
    }
    return namesOfRealGlobal();
  };
}

function namesOfRealGlobal(): ReadonlySet<string> {
  const names = new Set<string>();
  for (let object: object | null = globalThis; object !== null; object = getPrototypeOf(object) as object | null) {
    for (const name of getOwnPropertyNames(object)) if (!CONSTANTS.has(name)) names.add(name);
  }
  return names;
}

/**
 * Puts back what Node itself needs, and freezes the global object. Returns the names that it still has, `Object.prototype`'s included.
 * @param captured what `captureGlobals` returned.
 * @param added what `addedGlobals` returned, where somebody goes on using it.
 */
export function freezeRealGlobal(
  captured: Readonly<Record<string, unknown>>,
  added: ReadonlyMap<PropertyKey, PropertyDescriptor> = new Map(),
): ReadonlySet<string> {
  removeAllBut((name) => HARMLESS.has(name));
  for (const [key, descriptor] of added) Object.defineProperty(globalThis, key, descriptor);
  for (const name of NEEDED_BY_NODE) {
    if (LOADED_WHEN_READ.has(name) || !(name in captured)) continue;
    Object.defineProperty(globalThis, name, { get: () => captured[name] });
  }
  // Node 24's HTTP client borrows from it as it loads. This is the one that every function's
  // `constructor` gives already: what it compiles sees the hardened intrinsics alone.
  Object.defineProperty(globalThis, "Function", { value: freeze.constructor });
  for (const symbol of STORED_BY_NODE) {
    if (Object.hasOwn(globalThis, symbol)) continue;
    // Written by Node itself when its HTTP client is first loaded, which may be much later.
    Object.defineProperty(globalThis, symbol, {
      value: undefined,
      writable: true,
      enumerable: false,
      configurable: false,
    });
  }
  lockAllBut(LOADED_WHEN_READ);
  for (
    let object = getPrototypeOf(globalThis) as object | null;
    object !== null;
    object = getPrototypeOf(object) as object | null
  ) {
    freeze(object);
  }
  return namesOfRealGlobal();
}

/** Whether the wall itself deals with what lies there: the language's, or Node's. */
export function isOfTheWall(key: string | symbol): boolean {
  if (typeof key === "symbol") return key === Symbol.toStringTag || STORED_BY_NODE.includes(key);
  return HARMLESS.has(key) || LOADED_WHEN_READ.has(key) || Object.hasOwn(OF_BUILTINS, key);
}

/** Where Node's HTTP client keeps its default agent and its origin. */
const STORED_BY_NODE: readonly symbol[] = [
  "undici.globalDispatcher.1",
  "undici.globalDispatcher.2",
  "undici.globalOrigin.1",
].map((name) => Symbol.for(name));

/** Freezes the global object without reading what loads when it is read. */
function lockAllBut(unread: ReadonlySet<string>): void {
  for (const key of ownKeys(globalThis)) {
    if (typeof key === "string" ? unread.has(key) : STORED_BY_NODE.includes(key)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, key)!;
    Object.defineProperty(
      globalThis,
      key,
      "value" in descriptor ? { writable: false, configurable: false } : { configurable: false },
    );
  }
  Object.preventExtensions(globalThis);
}
