/**
 * The ECMAScript intrinsics of this realm, found by walking. The hardener of
 * Node's classes stops at them: freezing them is `lockdown`'s business, and so
 * is deciding how.
 */
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

/** Makes the set of all intrinsics. Call it before guest code runs. */
export function collectIntrinsics(): WeakSet<object> {
  const found = new WeakSet<object>();
  const queue: unknown[] = hiddenIntrinsics();
  for (const name of INTRINSIC_NAMES) queue.push((globalThis as any)[name]);
  while (queue.length > 0) {
    const next = queue.pop();
    if (next === null || (typeof next !== "object" && typeof next !== "function")) continue;
    if (found.has(next)) continue;
    found.add(next);
    queue.push(getPrototypeOf(next));
    for (const key of ownKeys(next)) {
      const descriptor = getOwnPropertyDescriptor(next, key);
      if (descriptor !== undefined) queue.push(descriptor.value, descriptor.get, descriptor.set);
    }
  }
  return found;
}
