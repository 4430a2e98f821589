/**
 * Locks down the realm: SES removes what is not permitted from the intrinsics,
 * moat mends the override mistake in its own way, restores harmless native
 * constructors, installs its stack-trace hook, and SES freezes everything.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { makePropertiesFast } from "../endowments/fast-properties.ts";
import { MOAT_FOLDER } from "../moat-folder.ts";
import { installPowerlessConstructors, type PowerlessConstructors } from "./powerless-constructors.ts";
import { tameAssignments } from "./assignment-target.ts";
import { tameDefinitions } from "./tame-definitions.ts";
import { tameFunctionText } from "./function-text.ts";
import { sourceOf } from "./loaded-sources.ts";
import { makeIntrinsicHardener } from "./intrinsic-hardener.ts";
import { keepElementStoresFast, type MarkCode, type WorkerMarks } from "./element-kinds.ts";
import { reserveAdditions } from "./language-additions.ts";
import { enableOverrides, valuesBehindAccessors } from "./override-mistake.ts";
import { STACK_TRACE_LIMIT, tameStackTraces } from "./stack-traces.ts";
import { tameSegments } from "./tame-segments.ts";
import { tameMatchAll } from "./tame-match-all.ts";
import { tamePatterns } from "./tame-patterns.ts";
import { tameRegExp } from "./tame-regexp.ts";
import { tameUnscopables } from "./tame-unscopables.ts";

interface SesGlobals {
  repairIntrinsics(options: Record<string, string>): void;
  hardenIntrinsics(): void;
  Compartment: new (options: object) => { globalThis: Record<PropertyKey, unknown> };
}

/** What the rest of moat uses of SES once the realm is locked down. */
export interface LockedRealm {
  readonly harden: <T>(value: T) => T;
  /** A fresh SES compartment's global object: hardened intrinsics and nothing else. */
  readonly makeCompartmentGlobal: () => Record<PropertyKey, unknown>;
  readonly powerlessConstructors: PowerlessConstructors;
  /** For the lockdown of this process's workers; to be called before the first one is started. */
  readonly markCode: () => MarkCode | undefined;
}

const requireHere = createRequire(import.meta.url);
/** Taken now: there are hundreds of packages, and lockdown puts slower ones in their places. */
const { create, defineProperty, getPrototypeOf, hasOwn, setPrototypeOf } = Object;
const native = { Date, RegExp, Symbol, Math, Error };

/** `RegExp.$1` and its like tell what another package matched last. */
const LEGACY_REGEXP_STATICS = [
  "input",
  "$_",
  "lastMatch",
  "$&",
  "lastParen",
  "$+",
  "leftContext",
  "$`",
  "rightContext",
  "$'",
  "$1",
  "$2",
  "$3",
  "$4",
  "$5",
  "$6",
  "$7",
  "$8",
  "$9",
];

const { toString: textOf } = Function.prototype;

/**
 * The name of something on the intrinsics that is no function of the engine's,
 * or undefined: what a program put there before lockdown would be everybody's after it.
 */
export function changedIntrinsic(): string | undefined {
  for (const { holder, keys, descriptors } of captureNative()) {
    for (const [index, { value, get, set }] of descriptors.entries()) {
      for (const member of [value, get, set]) {
        if (typeof member === "function" && !/\{\s*\[native code\]\s*\}$/.test(Reflect.apply(textOf, member, [])))
          return `${(holder as { name?: string }).name ?? "a prototype"}.${String(keys[index])}`;
      }
    }
  }
  return undefined;
}

/** What an object has of its own, as the engine made it. */
interface Native {
  readonly holder: object;
  readonly keys: readonly PropertyKey[];
  readonly descriptors: readonly PropertyDescriptor[];
}

/** Holders of what SES drops or does not know and that carries no authority. */
function captureNative(): Native[] {
  const holders: object[] = [
    Object,
    Function.prototype,
    Array,
    Array.prototype,
    String,
    String.prototype,
    Number,
    Math,
    JSON,
    Reflect,
    Promise,
    Promise.prototype,
    Map,
    Map.prototype,
    Set,
    Set.prototype,
    WeakMap.prototype,
    Symbol,
    RegExp,
    RegExp.prototype,
    Date.prototype,
    ArrayBuffer,
    ArrayBuffer.prototype,
    Object.getPrototypeOf(Int8Array),
    Object.getPrototypeOf(Int8Array).prototype,
    Uint8Array,
    Uint8Array.prototype,
    DataView.prototype,
    BigInt,
    BigInt.prototype,
    Object.getPrototypeOf(Object.getPrototypeOf([].values())),
    Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)),
    Object.prototype,
    Number.prototype,
    Symbol.prototype,
  ];
  return holders.map((holder) => {
    const keys = Reflect.ownKeys(holder).filter(
      (key) => holder !== Function.prototype || (key !== "caller" && key !== "arguments" && key !== "constructor"),
    );
    return { holder, keys, descriptors: keys.map((key) => Object.getOwnPropertyDescriptor(holder, key)!) };
  });
}

/**
 * SES makes each NaN that these write the same one, and gives compartments no typed
 * arrays of floating point, which show a NaN's bits too. moat gives them.
 */
const WRITING_NAN: readonly PropertyKey[] = ["setFloat16", "setFloat32", "setFloat64"];

function restoreDropped(natives: readonly Native[]): void {
  for (const { holder, keys, descriptors } of natives) {
    keys.forEach((key, index) => {
      const isReplaced = holder === DataView.prototype && WRITING_NAN.includes(key);
      if (Object.hasOwn(holder, key) && !isReplaced) return;
      if (holder === native.RegExp && LEGACY_REGEXP_STATICS.includes(key as string)) return;
      // HAZARD: it changes a regular expression in place, a frozen one too.
      if (holder === native.RegExp.prototype && key === "compile") return;
      Object.defineProperty(holder, key, descriptors[index]!);
    });
  }
}

/** @param harden what SES is to harden the intrinsics with. */
function loadSes(harden: LockedRealm["harden"]): SesGlobals {
  // SES looks at the console; the real one is no longer there.
  Object.assign(globalThis, { console: {}, harden });
  const { requireOwn } = requireHere("./own-code.cjs") as typeof import("../own-code/index.ts");
  // HAZARD: compiled as moat's own files are, without `importModuleDynamically`, on purpose.
  // Evals inherit it from the calling script, and SES's text filter does not know `import.source()`.
  // Node's `require`, which a host of the API came in by, would give it that.
  // With this, SES leaves buffers as the engine has them. Programs ask whether `transfer` is there, and what SES puts there where it isn't fails.
  const prototype = ArrayBuffer.prototype as { sliceToImmutable?: unknown };
  const isNative = "sliceToImmutable" in prototype;
  if (!isNative) prototype.sliceToImmutable = undefined;
  requireOwn(join(MOAT_FOLDER, "ses.cjs"));
  if (!isNative) delete prototype.sliceToImmutable;
  return globalThis as unknown as SesGlobals;
}

/**
 * Locks down the realm of this process. Irreversible; to be called once, before
 * any package's code runs and after moat has loaded its own modules.
 * @param ownFiles gives prefixes of file names whose frames stacks don't show.
 * @param shares of all policies: what may be added to the language has to have a place by then
 * @param worker in a worker
 */
export function lockdownRealm(
  ownFiles: () => readonly string[],
  shares: Iterable<string>,
  worker?: WorkerMarks,
): LockedRealm {
  defineMetadata();
  const natives = captureNative();
  // SES looks at stacks of errors that it makes, and V8 would count all lines of moat for that.
  Error.stackTraceLimit = 0;
  const { harden, hardenAll } = makeIntrinsicHardener();
  let others: readonly unknown[] = [];
  const ses = loadSes((intrinsics) => {
    Error.stackTraceLimit = STACK_TRACE_LIMIT;
    // In one walk, since each one has to know what those before it have reached.
    hardenAll([intrinsics, ...others]);
    return intrinsics;
  });
  ses.repairIntrinsics({
    errorTaming: "unsafe",
    consoleTaming: "unsafe",
    overrideTaming: "min",
    localeTaming: "unsafe",
    regExpTaming: "unsafe",
    domainTaming: "unsafe",
    evalTaming: "safe-eval",
    reporting: "none",
    errorTrapping: "none",
    unhandledRejectionTrapping: "none",
    stackFiltering: "verbose",
  });
  // SES's hardener under a symbol of its own: programs that name what `Object` has don't expect one.
  delete (Object as unknown as Record<symbol, unknown>)[Symbol.for("harden")];
  restoreDropped(natives);
  restoreNativeConstructors();
  const powerlessConstructors = installPowerlessConstructors();
  tameStackTraces(() => [...ownFiles(), "moat:", "node:internal/vm"]);
  tameFunctionText(sourceOf);
  tamePatterns();
  tameMatchAll();
  tameDefinitions();
  tameUnscopables();
  enableOverrides();
  reserveAdditions(shares);
  tameAssignments();
  tameRegExp();
  tameSegments(harden);
  others = [...valuesBehindAccessors(), ...extraIntrinsics()];
  ses.hardenIntrinsics();
  const { Compartment } = ses;
  makeIntrinsicsFast();
  return {
    markCode: keepElementStoresFast(worker),
    harden,
    makeCompartmentGlobal: globalMaker(makeIntrinsicsGlobal(new Compartment({ __options__: true }).globalThis)),
    powerlessConstructors,
  };
}

/**
 * The one symbol that libraries put on `Symbol` for everybody and can't do without: decorators of compilers and
 * of lit meet at it (`Symbol.metadata ??= Symbol("metadata")`). No engine of a supported Node has it.
 */
function defineMetadata(): void {
  if (hasOwn(Symbol, "metadata")) return;
  const value = Symbol("Symbol.metadata");
  defineProperty(Symbol, "metadata", { value, writable: false, enumerable: false, configurable: true });
}

/** Those that V8 does not make fast by itself once they are read: a text's prototype is no object's. */
function makeIntrinsicsFast(): void {
  for (const { prototype } of [String, Number, Boolean, Symbol, BigInt, Uint8Array]) makePropertiesFast(prototype);
  for (const constructor of [Object, Function, native.Date, native.RegExp, native.Error])
    makePropertiesFast(constructor);
}

/** A SES compartment's global object without SES's own names and with ECMAScript's other intrinsics. */
function makeIntrinsicsGlobal(guestGlobal: Record<PropertyKey, unknown>): Record<PropertyKey, unknown> {
  for (const name of ["lockdown", "harden", "Compartment", "TextEncoder", "TextDecoder", "assert"])
    delete guestGlobal[name];
  for (const [name, value] of Object.entries(extraIntrinsicsByName())) {
    Object.defineProperty(guestGlobal, name, { value, writable: true, enumerable: false, configurable: true });
  }
  return guestGlobal;
}

/**
 * Each package's global object has the same properties at first, so they are taken from
 * one of SES's own making. It is handed to nobody; neither are its evaluators:
 * `makeCompartment` puts the package's own in their places.
 */
function globalMaker(template: Record<PropertyKey, unknown>): () => Record<PropertyKey, unknown> {
  for (const name of ["eval", "Function", "globalThis"]) delete template[name];
  const prototype = getPrototypeOf(template) as object;
  const descriptors = Object.getOwnPropertyDescriptors(template);
  return () => {
    // Without a prototype V8 makes a table at once, which the first accessor would make of it anyway, property by property.
    const made = create(null, descriptors) as Record<PropertyKey, unknown>;
    setPrototypeOf(made, prototype);
    defineProperty(made, "globalThis", { value: made, writable: true, enumerable: false, configurable: true });
    return made;
  };
}

/** SES's replacements of these are slower and break `x.constructor === Date`; frozen, the native ones are harmless. */
function restoreNativeConstructors(): void {
  for (const name of LEGACY_REGEXP_STATICS) delete (native.RegExp as unknown as Record<string, unknown>)[name];
  // That of `RegExp.prototype` was never replaced; see `keepNativeRegExp` in `scripts/bundle.mjs`.
  for (const constructor of [native.Date, native.Symbol, native.Error]) {
    Object.defineProperty(constructor.prototype, "constructor", {
      value: constructor,
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
}

/** ECMAScript's own globals that SES does not put into compartments. */
function extraIntrinsics(): object[] {
  return [...Object.values(extraIntrinsicsByName()), ...unnamedIntrinsics()];
}

/** Prototypes that no constructor's `prototype` leads to, and that SES does not look for; those of segments, see `tame-segments.ts`. */
function unnamedIntrinsics(): object[] {
  const found: object[] = [];
  const { Iterator } = globalThis as { Iterator?: { from?(source: object): { map?(f: () => void): object } } };
  const wrapped = Iterator?.from?.({ next() {} });
  if (wrapped !== undefined) found.push(getPrototypeOf(wrapped) as object);
  const mapped = wrapped?.map?.(() => {});
  if (mapped !== undefined) found.push(getPrototypeOf(mapped) as object);
  return found;
}

/** ECMAScript globals, by name, that every compartment gets besides what SES gives. */
export function extraIntrinsicsByName(): Record<string, object> {
  const names = [
    "Intl",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    "SharedArrayBuffer",
    "Atomics",
    "WeakRef",
    "FinalizationRegistry",
    "Iterator",
    "AsyncIterator",
    "SuppressedError",
    "DisposableStack",
    "AsyncDisposableStack",
    "Temporal",
  ];
  const found: Record<string, object> = { __proto__: null } as unknown as Record<string, object>;
  const source = globalThis as unknown as Record<string, object | undefined>;
  for (const name of names) if (source[name] !== undefined) found[name] = source[name];
  return Object.assign(found, { ...native });
}
