/**
 * What the Node that runs this has: the members of each builtin module, and its
 * globals. As a program, it prints that as JSON.
 */
import { builtinModules, createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
/** Builtins that are only known with their prefix. */
const PREFIXED = ["sea", "sqlite", "test", "test/reporters", "ffi", "quic", "vfs", "stream/iter", "zlib/iter"];
/** Never loaded: they change the process. */
const UNLOADED = ["domain", "repl"];

/** The language's own globals, which are no member of Node. */
const LANGUAGE = new Set(
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp Error
  AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis JSON Math Intl ArrayBuffer
  Atomics SharedArrayBuffer Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array
  Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap WeakSet WeakRef
  FinalizationRegistry Proxy Reflect Iterator AsyncIterator SuppressedError DisposableStack AsyncDisposableStack Temporal
  decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite isNaN`.split(/\s+/u),
);

export function lookAtNode() {
  const names = builtinModules.map((name) => name.replace(/^node:/u, ""));
  const modules = {};
  const { noDeprecation } = process;
  process.noDeprecation = true;
  for (const name of new Set([...names, ...PREFIXED])) {
    if (UNLOADED.includes(name)) continue;
    try {
      modules[name] = Object.getOwnPropertyNames(require(`node:${name}`));
    } catch (error) {
      if (error.code !== "ERR_UNKNOWN_BUILTIN_MODULE") throw error;
    }
  }
  process.noDeprecation = noDeprecation;
  const globals = Object.getOwnPropertyNames(globalThis).filter((name) => !LANGUAGE.has(name));
  return { version: process.versions.node, modules, globals };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(JSON.stringify(lookAtNode()));
