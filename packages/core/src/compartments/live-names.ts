import { CLOCK_NAMES } from "./packages-clock.ts";

/** What mock clocks replace. */
export const TIMERS = [
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
  "queueMicrotask",
  "Date",
] as const;

/**
 * Globals that tests and set-up files replace while modules that use them are
 * loaded already: `globalThis.fetch = mine`, mock clocks. The project's own code
 * looks them up at each use, and so do texts that packages evaluate (Vitest's specs); modules
 * of packages, whose globals nobody else can replace, have them as constants.
 */
export const LIVE_NAMES: ReadonlySet<string> = new Set([
  ...TIMERS,
  "fetch",
  "WebSocket",
  "EventSource",
  "performance",
  "console",
  "process",
  "crypto",
  "navigator",
]);

/**
 * Globals that load or harden much of Node when they are read first, and that many
 * texts mention and few come to use: packages look these up at each use, too. As
 * constants they would be made whenever a module that names one is loaded.
 */
const MADE_LATE: ReadonlySet<string> = new Set([
  "FormData",
  "Headers",
  "Request",
  "Response",
  "WebSocket",
  "CloseEvent",
  "EventSource",
  "MessageEvent",
  "ReadableStream",
  "ReadableStreamDefaultReader",
  "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest",
  "ReadableByteStreamController",
  "ReadableStreamDefaultController",
  "TransformStream",
  "TransformStreamDefaultController",
  "WritableStream",
  "WritableStreamDefaultController",
  "WritableStreamDefaultWriter",
  "ByteLengthQueuingStrategy",
  "CountQueuingStrategy",
  "TextEncoderStream",
  "TextDecoderStream",
  "CompressionStream",
  "DecompressionStream",
  "MessageChannel",
  "MessagePort",
  "BroadcastChannel",
  "crypto",
  "Crypto",
  "CryptoKey",
  "SubtleCrypto",
  "AbortController",
  "AbortSignal",
  "Event",
  "EventTarget",
  "CustomEvent",
  "ErrorEvent",
  "Blob",
  "File",
  "WebAssembly",
  "navigator",
  "Navigator",
  "Performance",
  "PerformanceEntry",
  "PerformanceMark",
  "PerformanceMeasure",
  "PerformanceObserver",
  "PerformanceObserverEntryList",
  "PerformanceResourceTiming",
]);

export function lookedUpLate(name: string): boolean {
  return LIVE_NAMES.has(name) || MADE_LATE.has(name);
}

/** The same for packages. */
export function madeLate(name: string): boolean {
  return MADE_LATE.has(name);
}

const OF_CLOCKS: ReadonlySet<string> = new Set(CLOCK_NAMES);

/** The same where a mock clock may come to be theirs. */
export function madeLateOrMocked(name: string): boolean {
  return MADE_LATE.has(name) || OF_CLOCKS.has(name);
}
