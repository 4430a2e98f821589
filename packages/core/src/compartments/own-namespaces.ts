/**
 * The language's namespace objects, a copy for each package: libraries extend
 * them (`Reflect.metadata`, polyfills of `Math` and `Intl`), which on the shared,
 * frozen ones fails and on shared, mutable ones would change other packages. The
 * functions in them are the shared, frozen ones.
 */
import { lazyDescriptor } from "../endowments/facade.ts";

const { create, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { ownKeys } = Reflect;

/** Their names. */
export const NAMESPACES = ["Atomics", "Intl", "JSON", "Math", "Reflect"] as const;

/** Descriptors for a global object; each copy is made when it is first asked for. */
export function ownNamespaces(hardened: Readonly<Record<string, unknown>>): Record<string, PropertyDescriptor> {
  const descriptors: Record<string, PropertyDescriptor> = create(null);
  for (const name of NAMESPACES) {
    const original = hardened[name];
    if (typeof original === "object" && original !== null)
      descriptors[name] = lazyDescriptor(name, () => copyOf(original), false, true);
  }
  return descriptors;
}

function copyOf(original: object): object {
  const copy = create(getPrototypeOf(original) as object) as object;
  for (const key of ownKeys(original)) {
    const descriptor = getOwnPropertyDescriptor(original, key)!;
    // Frozen by lockdown; what the language has as a constant (`Math.PI`, the tag) stays one.
    const constant = typeof descriptor.value !== "function";
    defineProperty(copy, key, {
      ...descriptor,
      configurable: !constant,
      ...("value" in descriptor && { writable: !constant }),
    });
  }
  makeFast(copy);
  return copy;
}

/**
 * Lets V8 treat the properties as constants, as it does the real namespaces':
 * an object that is somebody's prototype is laid out for fast reads.
 */
function makeFast(object: object): void {
  const heir = create(object) as object;
  void (heir as { any?: unknown }).any;
}
