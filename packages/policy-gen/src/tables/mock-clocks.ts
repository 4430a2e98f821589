/**
 * Mock clocks: a package that the project's tests name, and the package on whose global
 * object it puts its timers. The project's modules are to use them while they lie there.
 */
export const MOCK_CLOCKS: ReadonlyMap<string, string> = new Map([
  ["@sinonjs/fake-timers", "@sinonjs/commons"],
  ["sinon", "@sinonjs/commons"],
  ["mockdate", "mockdate"],
  ["timekeeper", "timekeeper"],
]);

/** What such a clock stands in for. */
export const CLOCK_GLOBALS: readonly string[] = [
  "clearImmediate",
  "clearInterval",
  "clearTimeout",
  "performance",
  "queueMicrotask",
  "setImmediate",
  "setInterval",
  "setTimeout",
];
