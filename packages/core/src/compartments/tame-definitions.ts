/**
 * Polyfills replace what the language already has: `Object.defineProperty(Array.prototype,
 * "find", …)`. The intrinsics are everybody's and can't change, but such a package does
 * not fail: what it would have replaced stays as it is, which on a current Node is what the
 * polyfill would do. Nor does one that marks an intrinsic with hidden data of its own (dart2js
 * caches what it knows of a constructor there, core-js 2 the text of a method): it finds none the
 * next time, and goes on as at the first. The same holds for classes of Node's, whose methods tracers wrap (Sentry: `ClientRequest`):
 * they trace nothing. What the language does not have is left out too, and told of: polyfills add
 * dozens, of which programs use few (core-js), and who misses one fails where it uses it. Enumerable
 * properties, the older `__defineGetter__`, assignments and additions to Node's classes fail as on any
 * frozen object.
 */
import { types } from "node:util";
import { isHardenedNodeObject } from "../endowments/harden-node.ts";
import { isObject } from "../endowments/is-object.ts";
import type { Principal } from "../endowments/principal.ts";
import { additionOf, nodeClassNamed } from "../policy/language-additions.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../endowments/native-definitions.ts";
import { showAsNative } from "./function-text.ts";
import { writerAbove } from "./export-writer.ts";
import { defineAddition } from "./language-additions.ts";
import { isGuarded, redefineGuarded } from "./guarded-property.ts";
import { standInOf } from "./override-mistake.ts";
import { keepShown } from "./replaced-globals.ts";

const { apply } = Reflect;
const { isProxy } = types;
const nativeDefine = Object.defineProperty;
const nativeDefineAll = Object.defineProperties;
const nativeReflectDefine = Reflect.defineProperty;
const { add: weakSetAdd, has: weakSetHas } = WeakSet.prototype;
const { get: mapGet, has: mapHas } = Map.prototype;
const { isExtensible, ownKeys } = Reflect;
const { hasOwn } = Object;
const { propertyIsEnumerable } = Object.prototype;

const INTRINSICS = [
  "Object",
  "Function",
  "Array",
  "String",
  "Number",
  "Boolean",
  "BigInt",
  "Symbol",
  "Date",
  "RegExp",
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "Promise",
  "ArrayBuffer",
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "AggregateError",
  "Iterator",
  "Proxy",
  "Reflect",
  "Math",
  "JSON",
  "Intl",
  "Atomics",
];
/** These and their prototypes, as they are before lockdown. */
let intrinsics: object[] = [];
const names = new Map<unknown, string>();
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
  if (!isHardenedIntrinsic(target) && (typeof target !== "function" || isProxy(target) || isExtensible(target)))
    return false;
  if (hasOwn(target, key as PropertyKey)) return false;
  if (typeof descriptor !== "object" || descriptor === null) return false;
  const value: unknown = getOwnPropertyDescriptor(descriptor, "value")?.value;
  return (
    value !== undefined &&
    typeof value !== "function" &&
    getOwnPropertyDescriptor(descriptor, "enumerable")?.value !== true
  );
}

/** What a polyfill adds to one of the language's objects, hidden as the language's own are. */
function isPolyfill(target: unknown, descriptor: unknown): boolean {
  if (!apply(mapHas, names, [target]) || typeof descriptor !== "object" || descriptor === null) return false;
  return getOwnPropertyDescriptor(descriptor, "enumerable")?.value !== true;
}

/** `String.prototype`, `http.IncomingMessage.prototype`. */
function nameOf(target: unknown): string | undefined {
  const ofLanguage = apply(mapGet, names, [target]) as string | undefined;
  if (ofLanguage !== undefined || !isHardenedNodeObject(target)) return ofLanguage;
  const constructor: unknown = getOwnPropertyDescriptor(target as object, "constructor")?.value;
  const path = typeof constructor === "function" ? nodeClassNamed(constructor.name) : undefined;
  return path && `${path}.prototype`;
}

/** Tells whoever seems to add to the language, or to a class of Node's, that it can't. */
export function tellOfAddition(target: unknown, key: unknown, writer: Principal | undefined): void {
  const name = nameOf(target);
  if (name === undefined) return;
  const share = `${name}.${typeof key === "string" ? key : ""}`;
  if (additionOf(share) !== undefined) writer?.denies({ capability: "extend", target: share });
  else {
    const via = typeof key === "string" ? key : "a symbol";
    writer?.denies({ capability: "intrinsic", target: name, via, never: true });
  }
}

function noteName(constructor: { prototype?: object } | undefined, name: string): void {
  if (isObject(constructor)) names.set(constructor, name);
  if (isObject(constructor?.prototype)) names.set(constructor.prototype, `${name}.prototype`);
}

/** The older way to accessors, by which yargs 16 exports its options anew for each program that it reads. */
const { __defineGetter__: defineGetter, __defineSetter__: defineSetter } = Object.prototype as unknown as Record<
  "__defineGetter__" | "__defineSetter__",
  Function
>;
const olderMethods = {
  __defineGetter__(this: object, name: PropertyKey, getter: () => unknown): void {
    // HAZARD: coerced once; an object may answer differently the second time.
    const key = typeof name === "symbol" ? name : `${name as string}`;
    try {
      apply(defineGetter, this, [key, getter]);
    } catch (error) {
      const called = olderMethods.__defineGetter__;
      const descriptor = { get: getter };
      if (defineAddition(this, key, descriptor, called, "__defineGetter__")) return;
      if (redefineGuarded(this, key, descriptor, called, "__defineGetter__")) return;
      tellOfAddition(this, key, writerAbove(called, "__defineGetter__").nearest);
      throw error;
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
    // SES has put others in the place of some, which packages don't get.
    const native = intrinsic?.prototype?.constructor as typeof intrinsic;
    noteName(intrinsic, name);
    noteName(native, name);
    return [intrinsic, intrinsic?.prototype, native].filter(isObject);
  });
  for (const name of Object.getOwnPropertyNames(Intl)) {
    const constructor = (Intl as unknown as Record<string, { prototype?: object }>)[name]!;
    noteName(constructor, `Intl.${name}`);
    if (isObject(constructor.prototype)) intrinsics.push(constructor, constructor.prototype);
  }
  noteName(Object.getPrototypeOf(Int8Array) as { prototype: object }, "TypedArray");
  noteName({ prototype: Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object }, "Iterator");
  const define = (
    target: object,
    key: PropertyKey,
    descriptor: PropertyDescriptor,
    called: Function,
    builtin: string,
  ): object => {
    try {
      nativeDefine(target, key, descriptor);
      keepShown(target, key);
      return target;
    } catch (error) {
      if (
        defineAddition(target, key, descriptor, called, builtin) ||
        isReplacement(target, key) ||
        isMark(target, key, descriptor) ||
        redefineGuarded(target, key, descriptor, called, builtin)
      )
        return target;
      tellOfAddition(target, key, writerAbove(called, builtin).nearest);
      if (isPolyfill(target, descriptor)) return target;
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
        if (apply(propertyIsEnumerable, given, [key]) as boolean)
          define(target, key, given[key as string]!, methods.defineProperties, "defineProperties");
      }
      return target;
    },
  };
  const ofReflect = {
    defineProperty(target: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
      if (nativeReflectDefine(target, key, descriptor)) {
        keepShown(target, key);
        return true;
      }
      try {
        return (
          defineAddition(target, key, descriptor, ofReflect.defineProperty, "defineProperty") ||
          redefineGuarded(target, key, descriptor, ofReflect.defineProperty, "defineProperty")
        );
      } catch {
        // This one says no instead of throwing; the denial has been told.
        return false;
      }
    },
  };
  for (const [holder, tamed] of [
    [Object, methods],
    [Reflect, ofReflect],
    [Object.prototype, olderMethods],
  ] as const) {
    for (const [name, value] of Object.entries(tamed)) {
      showAsNative(value as Function);
      defineProperty(holder, name, { value, writable: true, enumerable: false, configurable: true });
    }
  }
}
