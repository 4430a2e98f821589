/**
 * Some prototypes are made immutable by locking each property and forbidding
 * new ones, not by `Object.freeze`. To a program the two are alike; V8 stores a
 * frozen object's elements in a way of their own, and every store to an element
 * of an object that inherits from one then takes a slow path.
 *
 * Measured on Node 20, times native with `freeze` and with this: filling a typed
 * array 60 and 2, an object's indexed elements 3 and 1. `Array.prototype` stays
 * frozen: locked, spread would be 45 times slower. See also `element-kinds.ts`.
 */
const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, preventExtensions } = Object;
const { ownKeys } = Reflect;

const typedArrays = [
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  Float32Array, Float64Array, BigInt64Array, BigUint64Array,
];
const lockedPrototypes: ReadonlySet<object> = new Set([
  Object.prototype,
  (getPrototypeOf(Int8Array) as Int8ArrayConstructor).prototype,
  ...typedArrays.map(({ prototype }) => prototype),
]);

/** Makes every property read-only and permanent, and the object's shape final. */
function lock<T extends object>(object: T): T {
  for (const key of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    defineProperty(object, key, "value" in descriptor ? { writable: false, configurable: false } : { configurable: false });
  }
  return preventExtensions(object);
}

/**
 * Runs `load` while `Object.freeze` locks those prototypes: what it takes from
 * `Object` is what SES will harden with. `Object.freeze` itself is as before afterwards.
 */
export function withLockedPrototypes<T>(load: () => T): T {
  Object.freeze = (<O>(value: O): O =>
    lockedPrototypes.has(value as object) ? (lock(value as object) as O) : freeze(value)) as typeof Object.freeze;
  try {
    return load();
  } finally {
    Object.freeze = freeze;
  }
}
