/**
 * Global variables beyond the hardened intrinsics that give no power over
 * anything outside the package. One that is not here is risky: `process`,
 * `fetch`, `WebSocket`, `EventSource`, `BroadcastChannel`, `localStorage`, …
 */
const HARMLESS_GLOBALS: ReadonlySet<string> = new Set(
  `console setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask structuredClone
   global globalThis
   URL URLSearchParams URLPattern TextEncoder TextDecoder TextEncoderStream TextDecoderStream atob btoa Buffer Blob File
   FormData Headers Request Response Event EventTarget CustomEvent ErrorEvent CloseEvent MessageEvent AbortController AbortSignal DOMException
   ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader
   ReadableByteStreamController WritableStream WritableStreamDefaultController WritableStreamDefaultWriter TransformStream
   TransformStreamDefaultController ByteLengthQueuingStrategy CountQueuingStrategy CompressionStream DecompressionStream
   MessageChannel MessagePort performance Performance PerformanceEntry PerformanceMark PerformanceMeasure
   crypto Crypto CryptoKey SubtleCrypto navigator Navigator
   Intl WebAssembly SharedArrayBuffer Atomics Iterator Temporal Float16Array SuppressedError DisposableStack AsyncDisposableStack
   Math Date JSON Reflect Proxy WeakRef FinalizationRegistry escape unescape`.split(/\s+/u),
);

/** Whether a package that nobody has looked at may have this global variable. */
export function isHarmlessGlobal(name: string): boolean {
  return HARMLESS_GLOBALS.has(name);
}
