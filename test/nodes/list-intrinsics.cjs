// Code of a package: the language as it finds it, a line for each property that it
// can get at, so that what Node itself says can be compared with what moat leaves.
"use strict";

const NAMES =
  `Object Function Array Number Boolean String Symbol Date Promise RegExp Error AggregateError EvalError RangeError
  ReferenceError SyntaxError TypeError URIError JSON Math Intl ArrayBuffer Atomics SharedArrayBuffer Uint8Array Int8Array
  Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array Float64Array Uint8ClampedArray BigUint64Array
  BigInt64Array DataView Map BigInt Set WeakMap WeakSet WeakRef FinalizationRegistry Proxy Reflect Iterator AsyncIterator
  SuppressedError DisposableStack AsyncDisposableStack Temporal parseFloat parseInt decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape unescape isFinite isNaN`.split(/\s+/u);

/** What tells what others matched, changes a frozen regular expression, or belongs to stacks and callers. */
const LEFT_OUT =
  /^RegExp\.(?:\$|input|last|left|right)|^RegExp\.prototype\.compile|^Error\.prepareStackTrace|\.(?:caller|arguments)\b/;
/** A constructor of the package's own, with nothing behind it. */
const OWN = new Set(["Function"]);

/** What no engine has yet, and moat brings since libraries would add it for everybody. */
const BROUGHT = new Set(["Symbol.metadata"]);

exports.listIntrinsics = () => {
  const lines = new Set();
  const seen = new Set();
  const look = (value, path, depth) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value) || depth > 5)
      return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const at = `${path}.${String(key)}`;
      if (LEFT_OUT.test(at)) continue;
      lines.add(at);
      look(Object.getOwnPropertyDescriptor(value, key).value, at, depth + 1);
    }
  };
  for (const name of NAMES) {
    if (!(name in globalThis)) continue;
    lines.add(name);
    if (!OWN.has(name)) look(globalThis[name], name, 0);
  }
  const { getPrototypeOf } = Object;
  look(Function.prototype, "Function.prototype", 0);
  look(getPrototypeOf(Int8Array), "TypedArray", 0);
  look(getPrototypeOf(getPrototypeOf([].values())), "iterators", 0);
  look(getPrototypeOf(getPrototypeOf(async function* () {}.prototype)), "asynchronous iterators", 0);
  for (const made of [
    [].values(),
    new Map().keys(),
    new Set().keys(),
    ""[Symbol.iterator](),
    "".matchAll(/x/g),
    function* () {},
    async function* () {},
    async () => {},
  ]) {
    look(getPrototypeOf(made), Object.prototype.toString.call(made), 0);
  }
  return [...lines].filter((line) => !BROUGHT.has(line)).sort();
};

if (require.main === module) process.stdout.write(exports.listIntrinsics().join("\n"));
