/**
 * Names of Node's global object beyond the ECMAScript intrinsics: each needs a
 * grant. The union over Node 20 to 26, browser-compatible ones included.
 *
 * `WebAssembly` is here although it holds no authority of its own (a module
 * reaches what it is given): compiling machine code is worth seeing.
 * `SharedArrayBuffer` and `Atomics` are ECMAScript's and need no grant.
 * `globalThis` and `global` are the package's own global object: no grant.
 */
export const NODE_GLOBALS: ReadonlySet<string> = new Set([
  "AbortController", "AbortSignal", "Blob", "BroadcastChannel", "Buffer", "ByteLengthQueuingStrategy",
  "CloseEvent", "CompressionStream", "CountQueuingStrategy", "Crypto", "CryptoKey", "CustomEvent",
  "DOMException", "DecompressionStream", "ErrorEvent", "Event", "EventSource", "EventTarget", "File",
  "FormData", "Headers", "MessageChannel", "MessageEvent", "MessagePort", "Navigator", "Performance",
  "PerformanceEntry", "PerformanceMark", "PerformanceMeasure", "PerformanceObserver",
  "PerformanceObserverEntryList", "PerformanceResourceTiming", "QuotaExceededError",
  "ReadableByteStreamController", "ReadableStream", "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest", "ReadableStreamDefaultController", "ReadableStreamDefaultReader",
  "Request", "Response", "Storage", "SubtleCrypto", "TextDecoder", "TextDecoderStream", "TextEncoder",
  "TextEncoderStream", "TransformStream", "TransformStreamDefaultController", "URL", "URLPattern",
  "URLSearchParams", "WebAssembly", "WebSocket", "WritableStream", "WritableStreamDefaultController",
  "WritableStreamDefaultWriter", "atob", "btoa", "clearImmediate", "clearInterval", "clearTimeout",
  "console", "crypto", "fetch", "gc", "localStorage", "navigator", "performance", "process",
  "queueMicrotask", "sessionStorage", "setImmediate", "setInterval", "setTimeout", "structuredClone",
]);

/**
 * Those that a package may take off a global object that it was handed by another
 * of its files, where nobody can see that it is the global object: all without
 * authority of their own.
 */
export const HARMLESS_GLOBALS: ReadonlySet<string> = new Set([
  "AbortController", "AbortSignal", "Blob", "Buffer", "DOMException", "Event", "EventTarget", "FormData", "Headers", "MessageChannel",
  "ReadableStream", "TextDecoder", "TextEncoder", "TransformStream", "URL", "URLSearchParams", "WritableStream", "atob", "btoa",
  "clearImmediate", "clearInterval", "clearTimeout", "console", "performance", "queueMicrotask", "setImmediate", "setInterval",
  "setTimeout", "structuredClone",
]);

/** Namespace objects that libraries extend for each other, with the language's own members. */
export const EXTENDED_NAMESPACES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  // reflect-metadata defines on it what decorators' helpers and libraries over them read.
  ["Reflect", new Set([
    "apply", "construct", "defineProperty", "deleteProperty", "get", "getOwnPropertyDescriptor", "getPrototypeOf",
    "has", "isExtensible", "ownKeys", "preventExtensions", "set", "setPrototypeOf",
  ])],
]);

/** Names that a module has without asking: ECMAScript's intrinsics and its own scope. */
export const FREE_OF_CHARGE: ReadonlySet<string> = new Set([
  "AggregateError", "Array", "ArrayBuffer", "AsyncDisposableStack", "Atomics", "BigInt", "BigInt64Array",
  "BigUint64Array", "Boolean", "DataView", "Date", "DisposableStack", "Error", "EvalError",
  "FinalizationRegistry", "Float16Array", "Float32Array", "Float64Array", "Function", "Infinity",
  "Int16Array", "Int32Array", "Int8Array", "Intl", "Iterator", "JSON", "Map", "Math", "NaN", "Number",
  "Object", "Promise", "Proxy", "RangeError", "ReferenceError", "Reflect", "RegExp", "Set",
  "SharedArrayBuffer", "String", "SuppressedError", "Symbol", "SyntaxError", "Temporal", "TypeError",
  "URIError", "Uint16Array", "Uint32Array", "Uint8Array", "Uint8ClampedArray", "WeakMap", "WeakRef",
  "WeakSet", "arguments", "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape",
  "eval", "exports", "global", "globalThis", "isFinite", "isNaN", "module", "parseFloat", "parseInt",
  "require", "undefined", "unescape", "__dirname", "__filename", "constructor", "hasOwnProperty", "toString",
  "valueOf", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "__proto__",
]);
