/**
 * Globals that tests and set-up files replace while modules that use them are
 * loaded already: `globalThis.fetch = mine`, mock clocks. The project's own code
 * looks them up at each use; packages, whose globals nobody else can replace,
 * have them as constants.
 */
const LIVE_NAMES: ReadonlySet<string> = new Set([
  "setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "queueMicrotask",
  "fetch", "WebSocket", "EventSource", "Date", "performance", "console", "process", "crypto", "navigator",
]);

export function lookedUpLate(name: string): boolean {
  return LIVE_NAMES.has(name);
}
