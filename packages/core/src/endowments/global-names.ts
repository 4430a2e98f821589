/**
 * What becomes of each global of Node that is not an ECMAScript intrinsic, on
 * Node 20 to 26. One that is not named here is absent.
 *
 * - `shared`: harmless; the real value, hardened
 * - `own`: made for the principal
 * - `performance`: from the principal's `perf_hooks`
 * - `worker`: from the principal's `worker_threads`
 * - `fetch`: from the principal's network attenuator
 * - `absent`: nobody's, and why
 */
export type GlobalRule = "shared" | "own" | "performance" | "worker" | "fetch" | "absent";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const NAMES_BY_RULE: Readonly<Record<GlobalRule, readonly string[]>> = {
  shared: words(`
    URL URLSearchParams URLPattern DOMException QuotaExceededError AbortController AbortSignal
    Event EventTarget CustomEvent MessageEvent ErrorEvent TextEncoder TextDecoder
    TransformStream TransformStreamDefaultController WritableStream
    WritableStreamDefaultController WritableStreamDefaultWriter ReadableStream
    ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest
    ReadableByteStreamController ReadableStreamDefaultController ByteLengthQueuingStrategy
    CountQueuingStrategy TextEncoderStream TextDecoderStream CompressionStream
    DecompressionStream queueMicrotask structuredClone atob btoa MessageChannel MessagePort
    Blob File Crypto CryptoKey SubtleCrypto`),
  own: words(`
    console process Buffer setTimeout clearTimeout setInterval clearInterval setImmediate
    clearImmediate WebAssembly crypto navigator Navigator`),
  performance: words(`
    Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver
    PerformanceObserverEntryList PerformanceResourceTiming performance`),
  worker: words("BroadcastChannel"),
  fetch: words("fetch FormData Headers Request Response WebSocket CloseEvent EventSource"),
  // Storage: a file, or memory, that all packages would share.
  absent: words("Storage localStorage sessionStorage global"),
};

/** The rule of each global. */
export const GLOBAL_RULES: ReadonlyMap<string, GlobalRule> = new Map(
  (Object.keys(NAMES_BY_RULE) as GlobalRule[]).flatMap((rule) =>
    NAMES_BY_RULE[rule].map((name) => [name, rule] as const),
  ),
);
