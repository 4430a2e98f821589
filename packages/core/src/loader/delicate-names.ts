/**
 * Whether some frozen prototype keeps a property of this name as plain data, since V8 watches it (see
 * `compartments/override-mistake.ts`), and programs assign it to instances and heirs: `promise.then = …`,
 * `pattern.exec = …`. `next` of iterators is one too, and is left: lists are linked by it.
 */
export function isInheritedAsData(name: string): boolean {
  return name === "constructor" || name === "then" || name === "exec";
}

/**
 * Settings that libraries assign to intrinsics which they got by other names, and which have no effect there:
 * of an `Error` that came from elsewhere, such as a `vm` context's (`global.Error.stackTraceLimit = 100`), and
 * `observable`, which a library that found no such symbol has for itself then.
 */
export const SETTINGS_OF_INTRINSICS: ReadonlySet<string> = new Set([
  "stackTraceLimit",
  "prepareStackTrace",
  "observable",
]);
