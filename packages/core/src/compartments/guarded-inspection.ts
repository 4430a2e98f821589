/**
 * Guarded exports are accessors; printed, they look as what they stand for.
 * `util.inspect` asks an object for its own likeness by a symbol, and prints that.
 *
 * @see https://nodejs.org/api/util.html#utilinspectcustom
 */
import { isObject } from "../endowments/is-object.ts";
import { isGuarded } from "./guarded-property.ts";
import { standInOf } from "./override-mistake.ts";

const { create, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, isExtensible, setPrototypeOf } =
  Object;
const { apply, ownKeys } = Reflect;
const { get: weakMapGet, set: weakMapSet } = WeakMap.prototype;
const { test } = RegExp.prototype;
const { toString: functionText } = Function.prototype;

const inspection = Symbol.for("nodejs.util.inspect.custom");
/** One for each holder, so that what refers to itself is printed as such. */
const likenesses = new WeakMap<object, object>();

const asked = function (this: object): object {
  // What inherits from a guarded object is printed as itself.
  if (!isObject(this) || !hasOwn(this, inspection) || !isGuarded(this)) return this;
  let likeness = apply(weakMapGet, likenesses, [this]) as object | undefined;
  if (likeness === undefined) apply(weakMapSet, likenesses, [this, (likeness = likenessOf(this))]);
  return refresh(likeness, this);
};

export function showGuardedWhenInspected(holder: object): void {
  // Where nothing can be added to it, it is printed with its accessors.
  if (inspection in holder || !isExtensible(holder)) return;
  defineProperty(holder, inspection, { value: asked, writable: true, enumerable: false, configurable: true });
}

function likenessOf(holder: object): object {
  if (typeof holder !== "function") return create(null) as object;
  return (apply(test, /^class\b/, [apply(functionText, holder, [])]) as boolean) ? class {} : function () {};
}

function refresh(likeness: object, holder: object): object {
  setPrototypeOf(likeness, getPrototypeOf(holder) as object | null);
  const keys = ownKeys(holder);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    if (key === inspection || (key === "prototype" && typeof holder === "function")) continue;
    const descriptor = getOwnPropertyDescriptor(holder, key)!;
    const standIn = standInOf(descriptor.get);
    const shown =
      standIn === undefined
        ? descriptor
        : standIn.get === undefined && standIn.set === undefined
          ? { value: standIn.value }
          : { get: standIn.get!, set: standIn.set! };
    defineProperty(likeness, key, { ...shown, enumerable: descriptor.enumerable!, configurable: true });
  }
  for (const key of ownKeys(likeness)) {
    if (key !== "prototype" && !hasOwn(holder, key)) delete (likeness as Record<PropertyKey, unknown>)[key];
  }
  return likeness;
}
