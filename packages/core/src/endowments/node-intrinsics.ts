/**
 * The ECMAScript intrinsics of this realm. The hardener of
 * Node's classes stops at them: freezing them is `lockdown`'s business, and so
 * is deciding how.
 */
import { isObject } from "./is-object.ts";

const { getPrototypeOf, getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;

const INTRINSIC_NAMES = [
  "Object",
  "Function",
  "Array",
  "Number",
  "parseFloat",
  "parseInt",
  "Boolean",
  "String",
  "Symbol",
  "Date",
  "Promise",
  "RegExp",
  "Error",
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "SuppressedError",
  "JSON",
  "Math",
  "Intl",
  "ArrayBuffer",
  "SharedArrayBuffer",
  "Atomics",
  "Uint8Array",
  "Int8Array",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "Uint8ClampedArray",
  "BigUint64Array",
  "BigInt64Array",
  "DataView",
  "Map",
  "BigInt",
  "Set",
  "WeakMap",
  "WeakSet",
  "Proxy",
  "Reflect",
  "FinalizationRegistry",
  "WeakRef",
  "Iterator",
  "AsyncIterator",
  "DisposableStack",
  "AsyncDisposableStack",
  "Temporal",
  "decodeURI",
  "decodeURIComponent",
  "encodeURI",
  "encodeURIComponent",
  "escape",
  "unescape",
  "eval",
  "isFinite",
  "isNaN",
] as const;

/** Intrinsics that no global names: reached by syntax or through an instance. */
function hiddenIntrinsics(): unknown[] {
  const roots: unknown[] = [
    function* () {},
    async function () {},
    async function* () {},
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ""[Symbol.iterator](),
    "".matchAll(/x/g),
    getOwnPropertyDescriptor(
      (function () {
        "use strict";
        return arguments;
      })(),
      "callee",
    )?.get,
  ];
  const iterator = (globalThis as any).Iterator;
  if (iterator !== undefined) {
    roots.push(
      iterator.from({ next() {} }),
      ([][Symbol.iterator]() as any).map((value: unknown) => value),
    );
  }
  // The roots themselves are instances; their prototypes are what counts.
  return roots.map((root) =>
    typeof root === "function" && root.prototype === undefined ? root : getPrototypeOf(root),
  );
}

/** Namespaces whose members are classes. */
const NAMESPACES_OF_CLASSES: ReadonlySet<string> = new Set(["Intl", "Temporal"]);

/**
 * Makes the set of the intrinsics that hold properties: constructors, prototypes, namespaces.
 * Plain methods are not in it, of which there are five times as many: hardening one
 * again finds it frozen, and nothing behind it. Call it before guest code runs.
 */
export function collectIntrinsics(): WeakSet<object> {
  const found = new WeakSet<object>();
  /** With what it inherits from, and the other one of a class and its prototype. */
  const add = (value: unknown): void => {
    if (!isObject(value) || found.has(value)) return;
    found.add(value);
    add(getPrototypeOf(value));
    add(getOwnPropertyDescriptor(value, "prototype")?.value);
    add(getOwnPropertyDescriptor(value, "constructor")?.value);
  };
  hiddenIntrinsics().forEach(add);
  for (const name of INTRINSIC_NAMES) {
    const value: unknown = (globalThis as any)[name];
    add(value);
    if (!NAMESPACES_OF_CLASSES.has(name) || !isObject(value)) continue;
    for (const key of ownKeys(value)) add(getOwnPropertyDescriptor(value, key)?.value);
  }
  add(Array.prototype[Symbol.unscopables]);
  return found;
}
