/**
 * Freezes a prototype that several principals' objects share, in such a way
 * that assigning to an object below it still makes an own property: every data
 * property becomes an accessor whose setter defines on the receiver.
 */
export function sharePrototype<T extends object>(prototype: T): T {
  for (const key of Reflect.ownKeys(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key)!;
    if (!("value" in descriptor) || !descriptor.configurable) continue;
    const { value, enumerable } = descriptor;
    if (typeof value === "function" && key !== "constructor") Object.freeze(value);
    const accessors = {
      get: () => value,
      set(this: object, replacement: unknown) {
        if (this === prototype) throw new TypeError(`Cannot assign to read only property '${String(key)}' of object`);
        Object.defineProperty(this, key, {
          __proto__: null,
          value: replacement,
          writable: true,
          enumerable: true,
          configurable: true,
        } as PropertyDescriptor);
      },
    };
    Object.defineProperty(prototype, key, {
      __proto__: null,
      configurable: false,
      enumerable: enumerable === true,
      get: Object.freeze(accessors.get),
      set: Object.freeze(accessors.set),
    } as PropertyDescriptor);
  }
  return Object.freeze(prototype);
}

/**
 * What `constructor` of a shared prototype is: it has the name, and no power.
 * HAZARD: the class itself would give whoever holds an instance the authority
 * of the principal that made it, or of nobody at all.
 */
export function powerless(name: string): Function {
  const inert = {
    __proto__: null,
    [name]: function () {
      throw new TypeError(`Illegal constructor: ${name}`);
    },
  }[name]!;
  return inert;
}

/** Puts the powerless constructor in the place of the real one: of the same name and prototype. */
export function hideConstructor(Class: { readonly prototype: object; readonly name: string }): void {
  const inert = powerless(Class.name);
  inert.prototype = Class.prototype;
  Object.defineProperty(Class.prototype, "constructor", {
    value: inert,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  Object.freeze(inert);
}

/** The class, whose instances lead to no other of it, with its prototype shared. */
export function withoutConstructor<T extends { prototype: object; name: string }>(Class: T): T {
  hideConstructor(Class);
  sharePrototype(Class.prototype);
  return Class;
}
