/**
 * `Array.prototype[Symbol.unscopables].at = true`, as polyfills write it in strict code: nothing comes of
 * it, and it does not fail. Nobody but `with` reads the object.
 * To be called once, before the intrinsics are hardened.
 */
export function tameUnscopables(): void {
  const { unscopables } = Symbol;
  const value = new Proxy(
    (Array.prototype as unknown as Record<symbol, object>)[unscopables]!,
    Object.freeze({ __proto__: null, set: () => true }),
  );
  Object.defineProperty(Array.prototype, unscopables, {
    value,
    writable: false,
    enumerable: false,
    configurable: true,
  });
}
