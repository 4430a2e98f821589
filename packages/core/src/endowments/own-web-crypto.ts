/**
 * A principal's `crypto` of the web: the global one, which is `webcrypto` of the builtin.
 *
 * Node has one for all, and what a test or a framework puts in the place of its methods
 * (`crypto.randomUUID = () => "id"`) everybody would call. So each principal has an object
 * of the same class, whose methods call those of Node's.
 */
import { named } from "./facade.ts";
import { defineProperty } from "./native-definitions.ts";

const { create, getPrototypeOf } = Object;
const { apply, get, ownKeys } = Reflect;

/** @param shared Node's own, hardened. */
export function makeOwnWebCrypto(shared: object): object {
  const theirs = getPrototypeOf(shared) as object;
  // Members are inherited, as Node's are.
  const members = create(theirs) as object;
  for (const key of ownKeys(theirs)) {
    if (typeof key === "symbol" || key === "constructor") continue;
    const value: unknown = get(theirs, key, shared);
    const shape = { __proto__: null, enumerable: true, configurable: true } as PropertyDescriptor;
    defineProperty(
      members,
      key,
      typeof value === "function"
        ? {
            ...shape,
            value: named(value.name, value.length, (...args: unknown[]) => apply(value, shared, args) as unknown),
            writable: true,
          }
        : { ...shape, get: named(`get ${key}`, 0, () => value) },
    );
  }
  return create(members) as object;
}
