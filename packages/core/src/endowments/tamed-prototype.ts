import { getOwnPropertyDescriptor } from "./native-definitions.ts";
import { checkedField, hasNativeField, NATIVE_FIELD } from "./native-field.ts";

/**
 * HAZARD: an instance of one of Node's classes leads to power through its
 * prototype: `child.constructor`, `socket.connect`, `handle.constructor`.
 * This makes a prototype with only the members named, on a parent of choice;
 * `Object.setPrototypeOf(instance, …)` then cuts the instance off the real one.
 * Native methods and accessors go on working: they check the receiver, not the chain.
 *
 * @param members names; symbols by their descriptions as `@@name`
 * @param overridable whether programs assign to instances (`child.kill = …`), which
 *   a frozen method on the prototype would forbid
 */
export function tamedPrototype(
  original: object,
  members: readonly string[],
  parent: object | null,
  overridable = false,
): object {
  const wanted = new Set(members);
  const tamed = Object.create(parent);
  for (
    let level: object | null = original;
    level !== null && level !== Object.prototype && level !== parent;
    level = Object.getPrototypeOf(level)
  ) {
    for (const key of Reflect.ownKeys(level)) {
      const label = typeof key === "symbol" ? `@@${key.description}` : key;
      if (!wanted.has(label) || Object.hasOwn(tamed, key)) continue;
      if (key === NATIVE_FIELD && hasNativeField(level)) {
        Object.defineProperty(tamed, key, checkedField(level, level));
        continue;
      }
      const descriptor = getOwnPropertyDescriptor(level, key)!;
      for (const method of [descriptor.value, descriptor.get, descriptor.set]) {
        if (typeof method === "function") Object.freeze(method);
      }
      Object.defineProperty(
        tamed,
        key,
        overridable && typeof descriptor.value === "function" ? overridableMethod(key, descriptor) : descriptor,
      );
    }
  }
  return tamed;
}

function overridableMethod(key: PropertyKey, descriptor: PropertyDescriptor): PropertyDescriptor {
  const { value } = descriptor;
  return {
    get: Object.freeze(() => value),
    set: Object.freeze(function (this: object, next: unknown) {
      Object.defineProperty(this, key, { value: next, writable: true, enumerable: true, configurable: true });
    }),
    enumerable: descriptor.enumerable === true,
    configurable: false,
  };
}
