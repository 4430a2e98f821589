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
const { defineProperty, getOwnPropertyDescriptor, preventExtensions } = Object;
const { ownKeys } = Reflect;

/** Makes every property read-only and permanent, and the object's shape final. */
export function lockPrototype(object: object): void {
  for (const key of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    defineProperty(
      object,
      key,
      "value" in descriptor ? { writable: false, configurable: false } : { configurable: false },
    );
  }
  preventExtensions(object);
}
