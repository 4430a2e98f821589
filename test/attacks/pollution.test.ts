import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

/** Every shared object whose change would reach moat, Node or another package. */
const TARGETS = `[Object.prototype, Function.prototype, Array.prototype, String.prototype, Number.prototype, RegExp.prototype, Promise.prototype, Map.prototype, Set.prototype,
  WeakMap.prototype, Error.prototype, TypeError.prototype, Symbol.prototype, Date.prototype, Uint8Array.prototype, Uint8Array.__proto__.prototype, ArrayBuffer.prototype, DataView.prototype, Object, Array, Promise, Symbol, Proxy, Date, RegExp,
  Object.getPrototypeOf([].values()), Object.getPrototypeOf(new Map().values()), Object.getPrototypeOf(new Set().values()), Object.getPrototypeOf(""[Symbol.iterator]()), Object.getPrototypeOf("".matchAll(/x/g)),
  Object.getPrototypeOf(function* () {}), Object.getPrototypeOf(function* () {}).prototype, Object.getPrototypeOf(async function* () {}), Object.getPrototypeOf(async () => {}), Object.getPrototypeOf(Object.getPrototypeOf([].values())),
  typeof [].values().map === "function" && Object.getPrototypeOf([].values().map((x) => x)), typeof Iterator === "function" && Iterator.prototype, typeof Iterator === "function" && Object.getPrototypeOf(Iterator.from({ next() {} })),
  typeof Intl === "object" && Intl.NumberFormat.prototype, typeof Intl === "object" && Object.getPrototypeOf(new Intl.Segmenter().segment("x")), typeof Intl === "object" && Object.getPrototypeOf(new Intl.Segmenter().segment("x")[Symbol.iterator]()),
  typeof WeakRef === "function" && WeakRef.prototype, typeof FinalizationRegistry === "function" && FinalizationRegistry.prototype, typeof SharedArrayBuffer === "function" && SharedArrayBuffer.prototype, 
  typeof DisposableStack === "function" && DisposableStack.prototype, typeof AsyncDisposableStack === "function" && AsyncDisposableStack.prototype, typeof SuppressedError === "function" && SuppressedError.prototype, AggregateError.prototype,
  typeof Temporal === "object" && Temporal, typeof Temporal === "object" && Temporal.Duration.prototype, typeof Float16Array === "function" && Float16Array.prototype, typeof AsyncIterator === "function" && AsyncIterator.prototype,
  Object.getPrototypeOf(require("events").prototype), require.prototype, module.constructor.prototype.constructor === module.constructor ? undefined : module].filter((t) => t && (typeof t === "object" || typeof t === "function"))`;

test("no intrinsic can be changed in any way", async () => {
  const damage = await attack({
    techniques: {
      namespaces: `for (const o of [JSON, Math, Reflect, Intl, Atomics]) o.pwned = 1; JSON.stringify = () => "{}"; return "tried"`,
      "new properties": `for (const t of ${TARGETS}) { try { t.pwned = "canary" } catch {} try { Object.defineProperty(t, "pwned2", { value: 1 }) } catch {} } return ${TARGETS}.map((t, i) => (Object.prototype.hasOwnProperty.call(t, "pwned") || Object.prototype.hasOwnProperty.call(t, "pwned2") ? "canary changed " + i : "")).join("")`,
      "extensible ones": `return ${TARGETS}.map((t, i) => (Object.isExtensible(t) ? "canary extensible " + i + " " + Object.getOwnPropertyNames(t).slice(0, 3) : "")).join("")`,
      "defaults of descriptors": `for (const k of ["get", "set", "has", "value", "writable", "then", "type", "with", "paths", "filename"]) { try { Object.prototype[k] = () => "canary" } catch {} try { Object.defineProperty(Object.prototype, k, { value: () => "canary", configurable: true }) } catch {} } return typeof ({}).has`,
      "setters on indexes": `for (const k of [0, 1, 2, "length"]) try { Object.defineProperty(Array.prototype, k, { set(v) { globalThis.caught = v } }) } catch {} void require("./other.js"); return globalThis.caught`,
      "__proto__ of prototypes": `for (const t of ${TARGETS}) try { Object.setPrototypeOf(t, { pwned: "canary" }) } catch {} return ({}).pwned ?? [].pwned ?? (() => {}).pwned`,
      __defineGetter__: `try { Object.prototype.__defineGetter__.call(Object.prototype, "pwned", () => "canary") } catch {} return ({}).pwned`,
      "compile of a shared regular expression": `const re = Object.freeze(/a/); try { re.compile("canary") } catch {} return re.source`,
      "legacy statics of RegExp": `require("./other.js"); return RegExp.$1 || RegExp.lastMatch || RegExp.input`,
      "an event emitter": `const E = require("events"); for (const o of [E, E.prototype]) try { o.emit = () => "canary" } catch {} return "tried"`,
    },
    grants: { builtins: { events: true } },
    files: { "node_modules/hostile/other.js": '/(c.*)/.exec("canary-3f9c1d"); exports.list = [1, 2, 3];' },
    aftermath: `const E = require("events"); let heard = false; const e = new E(); e.on("x", () => { heard = true }); e.emit("x");
      assert(heard, "EventEmitter of the application"); assert([JSON, Math, Reflect, Intl, Atomics].every((o) => !("pwned" in o)), "namespaces, of which each package has its own"); assert(!("pwned" in {}) && !("pwned" in []) && typeof ({}).has === "undefined", "prototypes");
      assert(!JSON.stringify(outcomes).includes("canary"), JSON.stringify(outcomes));`,
  });
  expect(damage).toMatchObject(NOTHING);
});
