/**
 * `Object.prototype` is made immutable by locking each property and forbidding
 * new ones, not by `Object.freeze`. To a program the two are alike; V8 marks what
 * is frozen as having frozen elements, and each store that may add an element to
 * an object that inherits from it then takes a slow path.
 *
 * Other prototypes are frozen, though some would be slow for the same reason:
 * redefining `constructor` of arrays, typed arrays and promises switches off what
 * V8 does for their methods, for good. See `element-kinds.ts`.
 */
const { defineProperty, freeze, getOwnPropertyDescriptor, preventExtensions } = Object;
const { ownKeys } = Reflect;
const { prototype: objectPrototype } = Object;

/** Makes every property read-only and permanent, and the object's shape final. */
function lock<T extends object>(object: T): T {
  for (const key of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    defineProperty(object, key, "value" in descriptor ? { writable: false, configurable: false } : { configurable: false });
  }
  return preventExtensions(object);
}

/**
 * Runs `load` while `Object.freeze` locks `Object.prototype`: what it takes from
 * `Object` is what SES will harden with. `Object.freeze` itself is as before afterwards.
 */
export function withLockedPrototype<T>(load: () => T): T {
  Object.freeze = (<O>(value: O): O =>
    (value as unknown) === objectPrototype ? (lock(value as object) as O) : freeze(value)) as typeof Object.freeze;
  try {
    return load();
  } finally {
    Object.freeze = freeze;
  }
}
