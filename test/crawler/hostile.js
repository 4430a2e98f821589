"use strict";
/** A package that takes everything that its grants give, and walks it. */
const { makeWalker } = require("./walker.js");
const kept = { __proto__: null };
for (const key of ["setTimeout", "setImmediate"]) kept[key] = globalThis[key];

/** Runs something at every depth near the end of the stack, from the deepest up, until it fails no more for want of stack. */
const uphill = (run) => {
  let isDone = false;
  (function down() {
    try {
      down();
    } catch {}
    if (!isDone)
      try {
        run();
        isDone = true;
      } catch (error) {
        isDone = !(error instanceof RangeError && error.message.includes("call stack"));
      }
  })();
};

/** Runs something when no file can be opened, and again with each that can be opened besides. */
const starved = (run) => {
  const fs = require("node:fs");
  const open = [];
  try {
    for (;;) open.push(fs.openSync(__filename));
  } catch {}
  for (let left = MOST_FILES; left >= 0; left -= 1) {
    try {
      run();
    } catch {}
    if (open.length > 0) fs.closeSync(open.pop());
  }
  for (const fd of open) fs.closeSync(fd);
};
const MOST_FILES = 10;

/** How what a package does first fails, before it does it again. */
const WANTS = { "little stack": uphill, "no files": starved };
// What fails within Node's timers is Node's, and ends the walk.
const SPARED = /Interval|Timeout|Immediate|timeout|a stack overflow/;
let failFirst = () => {};

const attempt = (walker, label, run) => {
  if (!SPARED.test(label)) failFirst(run);
  try {
    const value = run();
    walker.add(label, value);
    if (value instanceof Promise) walker.record(label, value);
    return value;
  } catch (error) {
    walker.add(`${label}{threw}`, error);
    return undefined;
  }
};

exports.crawl = async function crawl({ name, builtins, globals, port, scratch, budget, taps, want }) {
  // The second one of two alike only has to meet what the first one found.
  const walker = makeWalker(name === "twin" ? { budget, kinds: ["none"] } : { budget });
  if (want && name === "granted") failFirst = WANTS[want];
  const walkers = require("./walker.js");
  for (const value of [
    walker,
    walkers,
    exports,
    kept,
    crawl,
    arguments[0],
    builtins,
    globals,
    ...Object.values(walker),
    ...Object.values(walkers),
  ])
    walker.own(value);
  walker.intrinsics([
    Object,
    Function.prototype,
    Array,
    Map,
    Set,
    WeakMap,
    Promise,
    RegExp,
    Date,
    Symbol,
    Error,
    TypeError,
    Proxy,
    ArrayBuffer,
    Uint8Array,
    Float64Array,
    DataView,
    BigInt,
    Iterated(),
    async function () {},
    function* () {},
    async function* () {},
    JSON,
    Math,
    Reflect,
    Intl,
    Atomics,
    SharedArrayBuffer,
    WeakRef,
    FinalizationRegistry,
    AggregateError,
  ]);
  const mine = [
    ["module", module],
    ["require", require],
    ["require.cache", require.cache],
    ["Module", module.constructor],
    ["globalThis", globalThis],
    ["exports", module.exports],
    ["this", this],
  ];
  walker.add("module", module);
  walker.add("require", require);
  walker.add("arguments", arguments);
  walker.add("globalThis", globalThis);
  walker.add("this of a sloppy function", Function("return this")());
  walker.add("Function", Function);
  walker.add("(function(){}).constructor", function () {}.constructor);
  for (const key of globals)
    attempt(walker, key, () => new Function(`return typeof ${key} === "undefined" ? undefined : ${key}`)());
  const modules = { __proto__: null };
  for (const builtin of builtins) {
    modules[builtin] = attempt(walker, `require("${builtin}")`, () => require(`node:${builtin}`));
    walker.record(`import("${builtin}")`, import(`node:${builtin}`));
    if (modules[builtin] && typeof modules[builtin] === "object")
      mine.push([`require("${builtin}")`, modules[builtin]]);
  }
  for (const key of ["process", "console"]) if (globalThis[key]) mine.push([key, globalThis[key]]);
  walker.record("import(./module.mjs)", import("./module.mjs"));
  const previous = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) => {
    walker.add("prepareStackTrace's error", error);
    walker.add("call sites", sites);
    return "";
  };
  void new Error().stack;
  Error.prepareStackTrace = previous;
  const turn = (ms = 40) => new Promise((done) => (kept.setTimeout ? kept.setTimeout(done, ms) : done()));
  walker.look();
  const finish = kept.setTimeout
    ? await require("./recipes.js").prepare({
        walker,
        modules,
        attempt: (label, run) => attempt(walker, label, run),
        port,
        scratch,
        turn,
        taps,
      })
    : undefined;
  const walk = await walker.walk(turn);
  finish?.();
  return { name, mine, ...walk };
};

function Iterated() {
  return [
    [].values(),
    new Map().values(),
    new Set().values(),
    ""[Symbol.iterator](),
    "".matchAll(/x/g),
    new Intl.Segmenter().segment("x"),
  ];
}
