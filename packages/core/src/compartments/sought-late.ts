/**
 * Somebody is asked when a global object is looked at for what it does not have. What
 * others define for it may have been defined just now, by a function that was called, and not by a
 * module that was loaded: Next.js's bundles do while they render a page.
 *
 * The object gets a prototype of moat's, which only look-ups of absent properties come to;
 * what is there costs what it cost before.
 */
const { create, getPrototypeOf, setPrototypeOf } = Object;
const { get, has } = Reflect;

/** @param ask what somebody has there; never for what all objects have. */
export function seekLate(
  globalObject: object,
  ask: (key: PropertyKey) => { readonly value: unknown } | undefined,
): void {
  setPrototypeOf(
    globalObject,
    new Proxy(create(getPrototypeOf(globalObject) as object | null) as object, {
      has: (above, key) => has(above, key) || ask(key) !== undefined,
      get: (above, key, receiver) => {
        const found = ask(key);
        return found === undefined ? get(above, key, receiver) : found.value;
      },
    }),
  );
}
