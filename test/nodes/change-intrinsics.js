// Code of a package: tries to add elements to what everybody's arrays, objects and
// bytes inherit from, often enough for V8 to compile each way of doing so, and
// looks for an intrinsic that is not frozen. Gives a line for each that it found.
"use strict";

const TARGETS = [Array.prototype, Object.prototype, Uint8Array.prototype, Object.getPrototypeOf(Uint8Array.prototype)];
const returns = (target) =>
  function Returned() {
    return target;
  };
/** An array with holes. */
const holes = (size) => Array(size);
const speciesOf = (target) => {
  const list = ["canary", "canary"];
  list.constructor = { [Symbol.species]: returns(target) };
  return list;
};

/** Hot: they learn from the objects that they may change, and are then given one that they may not. */
const STORES = {
  assignment: (object, n) => void (object[n] = "canary"),
  "assignment of a small integer": (object, n) => void (object[n] = n),
  "assignment of a number": (object, n) => void (object[n] = n + 0.5),
  "assignment beyond the end": (object, n) => void (object[n + 3] = n),
  "logical assignment": (object, n) => void (object[n] ??= "canary"),
  increment: (object, n) => void object[n]++,
  destructuring: (object, n) => void ([object[n]] = ["canary"]),
  "head of a loop": (object, n) => {
    for (object[n] of ["canary"]);
  },
  "Reflect.set": (object, n) => void Reflect.set(object, n, "canary"),
  "Reflect.set by another": (object, n) => void Reflect.set([], n, "canary", object),
  "through a proxy": (object, n) => void (new Proxy(object, {})[n] = "canary"),
  super: (object, n) =>
    ({
      store() {
        super[n] = "canary";
      },
    }).store.call(object),
  "field of a class": (object) =>
    void new (class extends returns(object) {
      0 = "canary";
    })(),
  "computed field of a class": (object, n) =>
    void new (class extends returns(object) {
      [n] = "canary";
    })(),
  defineProperty: (object, n) =>
    void Object.defineProperty(object, n, { value: "canary", writable: true, configurable: true }),
  "Reflect.defineProperty": (object, n) =>
    void Reflect.defineProperty(object, n, { value: "canary", configurable: true }),
};
const CALLS = {
  push: (object) => Array.prototype.push.call(object, "canary"),
  "push of many": (object) => Array.prototype.push.apply(object, ["canary", "canary", "canary"]),
  unshift: (object) => Array.prototype.unshift.call(object, "canary"),
  splice: (object) => Array.prototype.splice.call(object, 0, 0, "canary"),
  length: (object) => void (object.length = 7),
  "length defined": (object) => void Object.defineProperty(object, "length", { value: 7 }),
  fill: (object) => Array.prototype.fill.call(object, "canary", 0, 3),
  "Object.assign": (object) => Object.assign(object, ["canary"]),
  "Object.assign of an object": (object) => Object.assign(object, { 0: "canary", length: 1 }),
  defineProperties: (object) => Object.defineProperties(object, { 0: { value: "canary" } }),
  "Array.from": (object) => Array.from.call(returns(object), ["canary"]),
  "Array.from of an array-like": (object) => Array.from.call(returns(object), { length: 2, 0: "canary" }),
  "Array.of": (object) => Array.of.call(returns(object), "canary"),
  map: (object) => speciesOf(object).map(String),
  filter: (object) => speciesOf(object).filter(Boolean),
  slice: (object) => speciesOf(object).slice(0),
  "splice into": (object) => speciesOf(object).splice(0, 1),
  concat: (object) => speciesOf(object).concat(["canary"]),
  flat: (object) => speciesOf(object).flat(),
  "accessor defined": (object) => Object.prototype.__defineGetter__.call(object, "0", () => "canary"),
  reverse: (object) => Array.prototype.reverse.call(object),
  "the prototype of it": (object) => Object.setPrototypeOf(object, ["canary"]),
};

function tryTo(way, ...given) {
  try {
    way(...given);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

function addElements() {
  for (const way of Object.values(STORES)) {
    for (let n = 0; n < 600; n++) {
      way([1, 2], n % 3);
      way({}, n % 3);
      way([1.5], n % 2);
      way(holes(4), n % 4);
      if (n > 550) for (const target of TARGETS) tryTo(way, target, n % 3);
    }
    for (let n = 0; n < 60; n++) for (const target of TARGETS) tryTo(way, target, n % 3);
  }
  for (const way of Object.values(CALLS)) {
    for (let n = 0; n < 60; n++) {
      tryTo(way, []);
      for (const target of TARGETS) tryTo(way, target);
    }
  }
}

const keysOf = () => TARGETS.map((target) => Reflect.ownKeys(target).map(String).join());

/** What is each package's own: its global object and the namespaces, whose members are everybody's. */
const OWN = new Set([globalThis, Reflect, Math, JSON, Atomics, Intl, Function]);
const NAMES =
  `Object Function Array Number parseFloat parseInt Boolean String Symbol Date Promise RegExp Error AggregateError
  EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON Math Intl ArrayBuffer Atomics SharedArrayBuffer
  Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array Float64Array Uint8ClampedArray
  BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap WeakSet WeakRef FinalizationRegistry Proxy Reflect Iterator
  AsyncIterator SuppressedError DisposableStack AsyncDisposableStack Temporal decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape unescape isFinite isNaN`.split(/\s+/u);

/** What methods of the language give: some of it is of classes that nothing else leads to. */
function results() {
  const samples = [
    [1],
    "x",
    1,
    1n,
    Symbol(),
    /x/dgv,
    new Date(0),
    new Map([[1, 2]]),
    new Set([1]),
    new ArrayBuffer(8),
    new Uint8Array(2),
    Promise.resolve(),
  ];
  const holders = [Intl, ...("Temporal" in globalThis ? [Temporal, Temporal.Now] : [])];
  const members = holders.flatMap((holder) => Reflect.ownKeys(holder).map((key) => holder[key]));
  const classes = [...NAMES.map((name) => globalThis[name]), ...members].filter(
    (member) => typeof member === "function",
  );
  const attempt = (run) => {
    try {
      return run();
    } catch {
      return undefined;
    }
  };
  for (const Class of classes) {
    for (const given of [[], [() => {}], ["en"], [1, 1, 1], [0n], [0n, "UTC"]])
      samples.push(attempt(() => new Class(...given)));
  }
  const found = [];
  for (const sample of [...samples, ...classes]) {
    if (sample === undefined) continue;
    const keys = new Set();
    for (let level = Object(sample); level !== null; level = Object.getPrototypeOf(level))
      Reflect.ownKeys(level).forEach((key) => keys.add(key));
    for (const key of ["constructor", "create"]) keys.delete(key);
    for (const key of keys) {
      for (const given of [[], [() => []], [1], ["x"], [[[1]]]]) {
        const value = attempt(() =>
          typeof sample[key] === "function" ? Reflect.apply(sample[key], sample, given) : sample[key],
        );
        if (value instanceof Promise) value.catch(() => {});
        found.push([`result of ${String(key)}`, value]);
      }
    }
  }
  return found;
}

function roots() {
  const found = new Map(NAMES.filter((name) => name in globalThis).map((name) => [globalThis[name], name]));
  const { getPrototypeOf } = Object;
  const more = {
    "array iterator": [].values(),
    "map iterator": new Map().values(),
    "set iterator": new Set().values(),
    "text iterator": ""[Symbol.iterator](),
    matches: "".matchAll(/x/g),
    segments: new Intl.Segmenter().segment("x"),
    "segment iterator": new Intl.Segmenter().segment("x")[Symbol.iterator](),
    ...(typeof [].values().map === "function" && {
      "iterator helper": [].values().map(String),
      "wrapped iterator": Iterator.from({ next() {} }),
    }),
  };
  for (const [name, value] of Object.entries(more)) found.set(getPrototypeOf(value), name);
  for (const [path, value] of results()) {
    const prototype = Object(value) === value ? getPrototypeOf(value) : null;
    // Those of the package's own generators say nothing of themselves.
    const isOfLanguage =
      prototype !== null && (Object.hasOwn(prototype, Symbol.toStringTag) || Object.hasOwn(prototype, "constructor"));
    if (isOfLanguage && !found.has(prototype)) found.set(prototype, path);
  }
  for (const value of [function* () {}, async () => {}, async function* () {}])
    found.set(getPrototypeOf(value), String(value));
  return found;
}

function changeable() {
  const seen = new Set();
  const found = [];
  const queue = [...roots()];
  const isClosed = (holder) => {
    try {
      Object.setPrototypeOf(holder, { canary: true });
      return false;
    } catch {
      return true;
    }
  };
  const look = (value, path) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
    seen.add(value);
    if (value === globalThis) return;
    if (!OWN.has(value)) {
      if (Object.isExtensible(value)) found.push(`extensible: ${path}`);
      if (!Object.isFrozen(value)) found.push(`not frozen: ${path}`);
      if (!isClosed(value)) found.push(`another prototype: ${path}`);
    }
    queue.push([Object.getPrototypeOf(value), `${path}.__proto__`]);
    for (const key of Reflect.ownKeys(value)) {
      const { value: held, get, set } = Object.getOwnPropertyDescriptor(value, key);
      for (const member of [held, get, set]) queue.push([member, `${path}.${String(key)}`]);
    }
  };
  for (let at = 0; at < queue.length && seen.size < 20_000; at++) look(...queue[at]);
  if (seen.size < 600) found.push(`only ${seen.size} intrinsics were seen`);
  return found;
}

exports.changeIntrinsics = () => {
  const before = keysOf();
  addElements();
  const found = changeable();
  keysOf().forEach((keys, at) => keys === before[at] || found.push(`another list of keys: ${keys}`));
  for (const n of [0, 1, 2, 3, 4, 5, 6]) {
    if ([][n] !== undefined || {}[n] !== undefined || new Uint8Array(0)[n] !== undefined) found.push(`an element ${n}`);
  }
  if (Array.prototype.length !== 0) found.push("a length");
  // The elements of the package's own things go where they should.
  const grown = [];
  for (let n = 0; n < 5000; n++) grown[n] = n;
  const list = holes(100);
  for (let n = 99; n >= 0; n--) list[n] = n;
  if (grown.length !== 5000 || grown[4999] !== 4999 || list.join() !== grown.slice(0, 100).join())
    found.push("an array that is wrong");
  return found;
};
