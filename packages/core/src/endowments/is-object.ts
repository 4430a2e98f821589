/** Whether it has properties of its own to harden, to guard or to ask: an object or a function. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Whether these are all the keys that methods have, a length and a name: two plain values, which lead nowhere. */
export function areKeysOfMethod(keys: readonly PropertyKey[]): boolean {
  return keys.length === 2 && keys[0] === "length" && keys[1] === "name";
}
