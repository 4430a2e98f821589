/**
 * Freezes the intrinsics and all that they lead to: by properties, by what their getters and
 * setters are, and by prototypes. SES walks them with this (it takes a `harden` that it
 * finds for the engine's own), since it knows what SES's can't:
 * functions have most often nothing but a length and a name, and `Object.prototype` is locked
 * and not frozen. That takes half of the time, with a third of the garbage.
 */
import { areKeysOfMethod, isObject } from "../endowments/is-object.ts";
import { lockPrototype } from "./lock-prototype.ts";

const { freeze, getOwnPropertyDescriptor, getPrototypeOf, prototype: objectPrototype } = Object;
const { ownKeys } = Reflect;

export interface IntrinsicHardener {
  readonly harden: <T>(root: T) => T;
  readonly hardenAll: (roots: Iterable<unknown>) => void;
}

export function makeIntrinsicHardener(): IntrinsicHardener {
  // The intrinsics are there as long as the process is.
  let hardened = new Set<object>();

  const hardenAll = (roots: Iterable<unknown>): void => {
    const reached = new Set<object>();
    const reach = (object: object): void => {
      if (!hardened.has(object)) reached.add(object);
    };
    for (const root of roots) if (isObject(root)) reach(root);
    // Those that are added meanwhile too.
    for (const object of reached) {
      // First: nothing is added to it any more.
      if (object === objectPrototype) lockPrototype(object);
      else freeze(object);
      const prototype = getPrototypeOf(object) as object | null;
      if (prototype !== null) reach(prototype);
      const keys = ownKeys(object);
      if (typeof object === "function" && areKeysOfMethod(keys)) continue;
      for (let index = 0; index < keys.length; index++) {
        const { value, get, set } = getOwnPropertyDescriptor(object, keys[index]!)! as {
          value?: unknown;
          get?: () => unknown;
          set?: (value: unknown) => void;
        };
        // Most are plain values, and methods of no accessor.
        if (typeof value === "function" || (typeof value === "object" && value !== null)) reach(value);
        if (get !== undefined) reach(get);
        if (set !== undefined) reach(set);
      }
    }
    // HAZARD: only now. What ends half-way, for want of stack, is done again.
    if (hardened.size === 0) hardened = reached;
    else for (const object of reached) hardened.add(object);
  };

  return {
    harden: (root) => {
      hardenAll([root]);
      return root;
    },
    hardenAll,
  };
}
