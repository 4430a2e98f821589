/**
 * A window for tests (`document`, `HTMLElement`, …), which one package defines on its global object
 * (Vitest's environments, `global-jsdom`) or the application's set-up file, and which libraries look for on theirs.
 * Who has the share `window.*` defines it, who has `window.*` among its `globals` sees it, the application does both.
 * Nobody else takes part, and who sees it defines nothing for others.
 *
 * Unlike `shared-names.ts` it is looked at when it is used, accessors too: a runner takes a window away after each file
 * of tests, and has another one then.
 *
 * HAZARD: a definer's global object is everything that it may do (`Function`, `process`). It never goes along:
 * `window` and its like are the looking package's own global object, and where the definer has made
 * `document.defaultView` its own, that is a view of the names of a window.
 */
import { types } from "node:util";
import type { Principal } from "../endowments/principal.ts";
import { isObject } from "../endowments/is-object.ts";
import { mayBeCarried } from "../endowments/net/request-carriers.ts";
import { isHarmlessGlobal } from "../policy/global-risk.ts";
import { CLIENT_SHARE } from "../policy/special-shares.ts";
import { isWindowName, REPLACED_BY_WINDOW, WINDOW } from "../policy/window-names.ts";
import { leaveUnguarded } from "./guarded-exports.ts";
import { seekLate } from "./sought-late.ts";

const { create, defineProperty, getOwnPropertyDescriptor, hasOwn } = Object;
const { apply, get: read, set: write } = Reflect;
const { isProxy } = types;

type GlobalObject = Record<PropertyKey, unknown>;

interface Definer {
  readonly globalObject: GlobalObject;
  /** What it had from the start of what a window replaces, and else the names alone. */
  readonly given: ReadonlyMap<PropertyKey, PropertyDescriptor | undefined>;
  /** What stands for its global object elsewhere. */
  readonly view: object;
}

/** What a window makes its requests by. */
const REQUESTS = "XMLHttpRequest";

/** Who has the share `http.client`, and may have something of its own in the place of `XMLHttpRequest`. */
interface Carrier {
  readonly principal: Principal;
  readonly globalObject: GlobalObject;
}

export interface SharedWindow {
  /** Lets a global object take part, if the policy has it do so. */
  join(principal: Principal, globalObject: GlobalObject): void;
  /** Before another package's code runs: no document leads to its definer. */
  cover(): void;
}

/** @param isUsed whether any package of the policy defines the window or looks for it: else the application has nothing to do with one. */
export function makeSharedWindow(isUsed: boolean): SharedWindow {
  const definers: Definer[] = [];
  const carriers: Carrier[] = [];
  /** Documents whose window's classes have been looked at, and those that lead to no definer. */
  const known = new WeakSet<object>();
  const covered = new WeakSet<object>();

  const cover = (definer: Definer): void => {
    const document = valueIn(definer, "document")?.value;
    if (typeof document !== "object" || document === null || covered.has(document)) return;
    if (!known.has(document)) leaveClasses(definer);
    known.add(document);
    const own = getOwnPropertyDescriptor(document, "defaultView");
    // Before a runner has set it there is nothing to cover yet.
    if (own === undefined) return;
    covered.add(document);
    if (!own.configurable || read(document, "defaultView") !== definer.globalObject) return;
    defineProperty(document, "defaultView", { get: () => definer.view, enumerable: true, configurable: true });
  };
  /** A mock of the network stands in for the window's requests as for Node's; its own go by the window's. */
  const carriedFor = (whose: Principal, seeker: GlobalObject): { readonly value: unknown } | undefined => {
    if (carriers.some(({ globalObject }) => globalObject === seeker)) return undefined;
    for (const { principal, globalObject } of carriers) {
      const own = getOwnPropertyDescriptor(globalObject, REQUESTS);
      if (own === undefined || own.value === undefined) continue;
      if (mayBeCarried(whose, principal, REQUESTS)) return { value: own.value };
    }
    return undefined;
  };
  /** What the first that has the name has there. */
  const find = (key: PropertyKey, whose: Principal, seeker: GlobalObject): { readonly value: unknown } | undefined => {
    if (typeof key !== "string" || !isWindowName(key)) return undefined;
    if (key === REQUESTS) {
      const found = carriedFor(whose, seeker);
      if (found !== undefined) return found;
    }
    for (const definer of definers) {
      if (definer.globalObject === seeker) continue;
      const found = valueIn(definer, key);
      if (found === undefined) continue;
      cover(definer);
      return found.value === definer.globalObject ? { value: seeker } : found;
    }
    return undefined;
  };

  return {
    join(principal, globalObject) {
      const { shares = [], globals = [] } = principal.policy;
      if (isUsed && (principal.trusted || shares.includes(WINDOW))) definers.push(makeDefiner(globalObject));
      if (!isUsed || !(principal.trusted || globals.includes(WINDOW))) return;
      const seek = (key: PropertyKey) => find(key, principal, globalObject);
      if (!principal.trusted && shares.includes(CLIENT_SHARE)) {
        // Who replaces it looks for a property of its own first.
        defineProperty(globalObject, REQUESTS, { value: undefined, writable: true, configurable: true });
        showReplaced(globalObject, REQUESTS, seek);
        carriers.push({ principal, globalObject });
      }
      for (const name of REPLACED_BY_WINDOW) showReplaced(globalObject, name, seek);
      seekLate(globalObject, seek);
    },
    cover() {
      for (const definer of definers) cover(definer);
    },
  };
}

function makeDefiner(globalObject: GlobalObject): Definer {
  const given = new Map<PropertyKey, PropertyDescriptor | undefined>();
  for (const key of Reflect.ownKeys(globalObject))
    given.set(key, REPLACED_BY_WINDOW.has(key as string) ? getOwnPropertyDescriptor(globalObject, key) : undefined);
  const definer = { globalObject, given };
  const view: object = new Proxy(timersOf(globalObject), {
    get: (own, key) => {
      if (hasOwn(own, key)) return read(own, key);
      const found = shown(key);
      return found !== undefined && found.value === globalObject ? view : found?.value;
    },
    has: (own, key) => hasOwn(own, key) || shown(key) !== undefined,
    // What others put on a window that is not theirs they have there, and its definer has not.
    set: (own, key, value) => write(own, key, value),
    getPrototypeOf: () => null,
    setPrototypeOf: () => false,
  });
  /** The window, and what only computes. */
  const shown = (key: PropertyKey): { readonly value: unknown } | undefined => {
    if (typeof key !== "string") return undefined;
    if (isWindowName(key)) return valueIn({ ...definer, view }, key) ?? fromNode(key);
    return LANGUAGE.has(key) ? fromNode(key) : undefined;
  };
  const fromNode = (key: string): { readonly value: unknown } | undefined =>
    LANGUAGE.has(key) || isHarmlessGlobal(key)
      ? hasOwn(globalObject, key)
        ? { value: globalObject[key] }
        : undefined
      : undefined;
  return { ...definer, view };
}

/**
 * Of the language and of Node, what a view of a window has besides timers: nothing that compiles texts with its definer's
 * grants, and nothing that each package has a copy of which others could change (`Math`, `Intl`, `Symbol`, `performance`).
 */
const LANGUAGE: ReadonlySet<string> = new Set(
  `Object Array String Number Boolean BigInt Proxy Promise Date RegExp Error EvalError RangeError
   ReferenceError SyntaxError TypeError URIError AggregateError Map Set WeakMap WeakSet WeakRef ArrayBuffer DataView
   Uint8Array Uint8ClampedArray Uint16Array Uint32Array Int8Array Int16Array Int32Array Float32Array Float64Array
   parseInt parseFloat isNaN isFinite undefined NaN Infinity URL URLSearchParams AbortController AbortSignal
   queueMicrotask structuredClone atob btoa`.split(/\s+/u),
);

/**
 * Functions of its own, which make timers as the definer's do at that time, a test's clock among them.
 * HAZARD: they take back what they have made: the definer's would any timer of its by a number.
 */
function timersOf(globalObject: GlobalObject): object {
  const timers = create(null) as GlobalObject;
  const made = new WeakSet<object>();
  const numbers = new Set<unknown>();
  const call = (name: string, args: readonly unknown[]): unknown =>
    apply(globalObject[name] as Function, undefined, args);
  for (const name of ["setTimeout", "setInterval"])
    timers[name] = (...args: unknown[]): unknown => {
      const timer = call(name, args);
      if (isObject(timer)) made.add(timer);
      else numbers.add(timer);
      return timer;
    };
  for (const name of ["clearTimeout", "clearInterval"])
    timers[name] = (timer: unknown): void => {
      if (isObject(timer) ? made.has(timer) : numbers.has(timer)) call(name, [timer]);
    };
  return timers;
}

/** What a definer has put under a name; nothing where that is still what it was given. */
function valueIn({ globalObject, given }: Definer, key: string): { readonly value: unknown } | undefined {
  const own = getOwnPropertyDescriptor(globalObject, key);
  if (own === undefined) return undefined;
  if (given.has(key)) {
    const before = given.get(key);
    if (before === undefined || isSame(own, before)) return undefined;
  }
  return { value: globalObject[key] };
}

function isSame(now: PropertyDescriptor, before: PropertyDescriptor): boolean {
  if (now.get !== undefined) return now.get === before.get;
  // What is made when it is first read replaces itself by a value.
  return before.get === undefined ? now.value === before.value : now.value === valueOf(before);
}

/** Without a receiver, a property that is computed late stays as it is. */
function valueOf(descriptor: PropertyDescriptor | undefined): unknown {
  if (descriptor?.get === undefined) return descriptor?.value;
  return apply(descriptor.get, undefined, []) as unknown;
}

/** The window's classes: libraries extend them, and who has the window puts functions of its own on them. */
function leaveClasses(definer: Definer): void {
  for (const key of Reflect.ownKeys(definer.globalObject)) {
    const value = typeof key === "string" && /^[A-Z]/u.test(key) ? windowValueIn(definer, key)?.value : undefined;
    // What many classes extend has a name of its own on a window: `EventTarget`, `Node`.
    if (typeof value !== "function" || isProxy(value)) continue;
    leaveUnguarded(value);
    const prototype = getOwnPropertyDescriptor(value, "prototype")?.value as unknown;
    if (typeof prototype === "object" && prototype !== null && !isProxy(prototype)) leaveUnguarded(prototype);
  }
}

function windowValueIn(definer: Definer, key: string): { readonly value: unknown } | undefined {
  return isWindowName(key) ? valueIn(definer, key) : undefined;
}

/** Shows the window's in the place of what the package has of Node's, while there is a window. */
function showReplaced(
  globalObject: GlobalObject,
  name: string,
  seek: (key: string) => { readonly value: unknown } | undefined,
): void {
  const own = getOwnPropertyDescriptor(globalObject, name);
  if (own === undefined || !own.configurable) return;
  defineProperty(globalObject, name, {
    get: () => {
      const found = seek(name);
      return found === undefined ? valueOf(own) : found.value;
    },
    set(this: unknown, value: unknown) {
      defineProperty(this as object, name, { value, writable: true, enumerable: true, configurable: true });
    },
    enumerable: own.enumerable === true,
    configurable: true,
  });
}
