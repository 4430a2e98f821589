/**
 * Polyfills replace what the language already has: `Object.defineProperty(Array.prototype,
 * "find", …)`. The intrinsics are everybody's and can't change, but such a package does
 * not fail: what it would have replaced stays as it is, which on a current Node is what the
 * polyfill would do. Nor does one that marks an intrinsic with hidden data of its own (dart2js
 * caches what it knows of a constructor there): it finds none the next time, and goes on as at
 * the first. The same holds for classes of Node's, whose methods tracers wrap (Sentry: `ClientRequest`):
 * they trace nothing. Adding a method that is not there fails as on any frozen object: whoever adds it
 * means to use it.
 */
import { types } from "node:util";
import { isHardenedNodeObject } from "../endowments/harden-node.ts";
import { isObject } from "../endowments/is-object.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../endowments/native-definitions.ts";
import { showAsNative } from "./function-text.ts";
import { isGuarded, redefineGuarded } from "./guarded-property.ts";
import { standInOf } from "./override-mistake.ts";

const { apply } = Reflect;
const { isProxy } = types;
const nativeDefine = Object.defineProperty;
const nativeDefineAll = Object.defineProperties;
const nativeReflectDefine = Reflect.defineProperty;
const { add: weakSetAdd, has: weakSetHas } = WeakSet.prototype;
const { isExtensible, ownKeys } = Reflect;
const { hasOwn } = Object;
const { propertyIsEnumerable } = Object.prototype;

const INTRINSICS = [
  "Object", "Function", "Array", "String", "Number", "Boolean", "BigInt", "Symbol", "Date", "RegExp", "Map", "Set", "WeakMap",
  "WeakSet", "WeakRef", "Promise", "ArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array",
  "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "Error", "EvalError", "RangeError", "ReferenceError",
  "SyntaxError", "TypeError", "URIError", "AggregateError", "Iterator", "Proxy", "Reflect", "Math", "JSON", "Intl", "Atomics",
];
/** These and their prototypes, as they are before lockdown. */
let intrinsics: readonly object[] = [];
let known: WeakSet<object> | undefined;

/** With their methods. Most programs never ask; locked down, the intrinsics are the same then. */
function knownIntrinsics(): WeakSet<object> {
  const found = new WeakSet<object>();
  for (let index = 0; index < intrinsics.length; index++) {
    const intrinsic = intrinsics[index]!;
    apply(weakSetAdd, found, [intrinsic]);
    const keys = ownKeys(intrinsic);
    for (let at = 0; at < keys.length; at++) {
      const { value, get } = getOwnPropertyDescriptor(intrinsic, keys[at]!)!;
      const method = standInOf(get)?.value ?? value;
      if (typeof method === "function") apply(weakSetAdd, found, [method]);
    }
  }
  return found;
}

/** Whether it is one of the language's objects that nobody can extend. */
export function isHardenedIntrinsic(value: unknown): value is object {
  return isObject(value) && (apply(weakSetHas, (known ??= knownIntrinsics()), [value]) as boolean);
}

/** Whether a definition that fails asks for something that an intrinsic or a class of Node's already has, inherited or not, or one of its methods. */
export function isReplacement(target: unknown, key: unknown): boolean {
  if (typeof key !== "string" && typeof key !== "symbol") return false;
  // HAZARD: what it is known by comes first. A package's proxy would notice whatever else it is asked.
  const isLocked = isHardenedIntrinsic(target) || (isHardenedNodeObject(target) && !isExtensible(target as object));
  return isLocked && key in (target as object);
}

/** Hidden data, and no method, for the language's objects or Node's constructors, which are as frozen. */
function isMark(target: unknown, key: unknown, descriptor: unknown): boolean {
  // HAZARD: a package's proxy would notice that it is asked.
  if (!isHardenedIntrinsic(target) && (typeof target !== "function" || isProxy(target) || isExtensible(target))) return false;
  if (hasOwn(target, key as PropertyKey)) return false;
  if (typeof descriptor !== "object" || descriptor === null) return false;
  const value: unknown = getOwnPropertyDescriptor(descriptor, "value")?.value;
  return typeof value === "object" && value !== null && getOwnPropertyDescriptor(descriptor, "enumerable")?.value !== true;
}

/** The older way to accessors, by which yargs 16 exports its options anew for each program that it reads. */
const { __defineGetter__: defineGetter, __defineSetter__: defineSetter } = Object.prototype as unknown as Record<"__defineGetter__" | "__defineSetter__", Function>;
const olderMethods = {
  __defineGetter__(this: object, name: PropertyKey, getter: () => unknown): void {
    // HAZARD: coerced once; an object may answer differently the second time.
    const key = typeof name === "symbol" ? name : `${name as string}`;
    try {
      apply(defineGetter, this, [key, getter]);
    } catch (error) {
      if (!redefineGuarded(this, key, { get: getter }, olderMethods.__defineGetter__, "__defineGetter__")) throw error;
    }
  },
  __defineSetter__(this: object, name: PropertyKey, setter: (assigned: unknown) => void): void {
    const key = typeof name === "symbol" ? name : `${name as string}`;
    try {
      apply(defineSetter, this, [key, setter]);
    } catch (error) {
      if (!redefineGuarded(this, key, { set: setter }, olderMethods.__defineSetter__, "__defineSetter__")) throw error;
    }
  },
};

/** To be called once, before the intrinsics are hardened. */
export function tameDefinitions(): void {
  intrinsics = INTRINSICS.flatMap((name) => {
    const intrinsic = (globalThis as unknown as Record<string, { prototype?: object } | undefined>)[name];
    return [intrinsic, intrinsic?.prototype].filter(isObject);
  });
  const define = (target: object, key: PropertyKey, descriptor: PropertyDescriptor, called: Function, builtin: string): object => {
    try {
      return nativeDefine(target, key, descriptor);
    } catch (error) {
      if (isReplacement(target, key) || isMark(target, key, descriptor) || redefineGuarded(target, key, descriptor, called, builtin)) return target;
      throw error;
    }
  };
  const methods = {
    defineProperty(target: object, key: PropertyKey, descriptor: PropertyDescriptor): object {
      return define(target, key, descriptor, methods.defineProperty, "defineProperty");
    },
    defineProperties(target: object, descriptors: PropertyDescriptorMap): object {
      if (!isHardenedIntrinsic(target) && !isGuarded(target)) return nativeDefineAll(target, descriptors);
      const given = Object(descriptors) as PropertyDescriptorMap;
      for (const key of ownKeys(given)) {
        if (apply(propertyIsEnumerable, given, [key]) as boolean) define(target, key, given[key as string]!, methods.defineProperties, "defineProperties");
      }
      return target;
    },
  };
  const ofReflect = {
    defineProperty(target: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
      if (nativeReflectDefine(target, key, descriptor)) return true;
      try {
        return redefineGuarded(target, key, descriptor, ofReflect.defineProperty, "defineProperty");
      } catch {
        // This one says no instead of throwing; the denial has been told.
        return false;
      }
    },
  };
  for (const [holder, tamed] of [[Object, methods], [Reflect, ofReflect], [Object.prototype, olderMethods]] as const) {
    for (const [name, value] of Object.entries(tamed)) {
      showAsNative(value as Function);
      defineProperty(holder, name, { value, writable: true, enumerable: false, configurable: true });
    }
  }
}
