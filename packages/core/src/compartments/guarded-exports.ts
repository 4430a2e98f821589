/**
 * What a package exports is changed by itself, by the application, and by whom the
 * policy names; nobody else. When exports first cross to another principal, the
 * properties that can be reached from them become accessors that nobody can
 * redefine, and whose setters ask who writes.
 *
 * Covered are functions, classes and their prototypes, and plain objects below
 * exports. What is left open, and why, is in `docs/caveats.md`.
 */
import { types } from "node:util";
import { isLazy, isLazyData } from "../endowments/facade.ts";
import { isObject } from "../endowments/is-object.ts";
import type { Principal } from "../endowments/principal.ts";
import { assertStackRoom, LITTLE_ROOM } from "../stack-room.ts";
import { guardProperty, noteGuarded, type AskToChange, type Guard } from "./guarded-property.ts";
import { showGuardedWhenInspected } from "./guarded-inspection.ts";
import { isNamespace } from "./module-record.ts";
import { standInOf } from "./override-mistake.ts";

const { create, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { apply, ownKeys } = Reflect;
const { add: weakSetAdd, delete: weakSetDelete, has: weakSetHas } = WeakSet.prototype;
const { toString: functionText } = Function.prototype;
const objectPrototype = Object.prototype;
const functionPrototype = Function.prototype;
const { isArray } = Array;
const { isProxy } = types;

/** How many plain objects below one export are guarded, and how large ones: beyond that they are tables of data. */
const MOST_PLAIN_OBJECTS = 200;
const MOST_DATA_PROPERTIES = 256;

const visited = new WeakSet<object>();

interface Walk {
  /** Objects to look at. */
  readonly queue: object[];
  readonly seen: WeakSet<object>;
  /** Those that this walk has seen: should it fail, the next one goes over them again. */
  readonly marked: object[];
  /** In a cycle: the package is still making what it exports, so nothing becomes final but who may change it. */
  readonly unfinished: boolean;
}

/** Guards what a package exports, and what can be reached from it; what is guarded already stays whose it is. */
export function guardExports(value: unknown, exporter: Principal, ask: AskToChange): void {
  guardFrom(
    value,
    { exporter, ask, onRead: (read) => guardExports(read, exporter, ask) },
    { queue: [], seen: visited, marked: [], unfinished: false },
  );
}

/** Guards what a module has exported so far, for another package that it imports itself; to be guarded again once it has run. */
export function guardUnfinished(value: unknown, exporter: Principal, ask: AskToChange): void {
  guardFrom(
    value,
    { exporter, ask, onRead: (read) => guardExports(read, exporter, ask) },
    { queue: [], seen: new WeakSet(), marked: [], unfinished: true },
  );
}

/**
 * Leaves an object as it is, whoever exports something that leads to it: a class of the window for tests is nobody's
 * export because a library's class extends it. HAZARD: not for what crossed already, which stays guarded.
 */
export function leaveUnguarded(object: object): void {
  apply(weakSetAdd, visited, [object]);
}

function guardFrom(value: unknown, guard: Guard, walk: Walk): void {
  if (!isObject(value) || isSeen(value, walk)) return;
  assertStackRoom(LITTLE_ROOM);
  walk.queue[0] = value;
  try {
    guardAll(guard, walk);
  } catch (error) {
    // What is made when it is looked at may need more stack, or files that can be open.
    for (let index = 0; index < walk.marked.length; index++) apply(weakSetDelete, walk.seen, [walk.marked[index]]);
    throw error;
  }
}

function guardAll(guard: Guard, walk: Walk): void {
  const { queue } = walk;
  let plainObjects = 0;
  for (let index = 0; index < queue.length; index++) {
    const next = queue[index]!;
    // HAZARD: a look at a proxy runs code of the package's, which may load or throw anything.
    if (isSeen(next, walk) || isProxy(next) || isOrdinary(next) || isArray(next)) continue;
    if (typeof next === "object" && isPlain(next) && ++plainObjects > MOST_PLAIN_OBJECTS) continue;
    mark(next, walk);
    guardOne(next, guard, walk);
  }
}

function isSeen(object: object, { seen }: Walk): boolean {
  return (
    (apply(weakSetHas, visited, [object]) as boolean) ||
    (seen !== visited && (apply(weakSetHas, seen, [object]) as boolean))
  );
}

function mark(object: object, { seen, marked }: Walk): void {
  apply(weakSetAdd, seen, [object]);
  marked[marked.length] = object;
}

function lookAtLater(value: unknown, { queue }: Walk): void {
  if (isObject(value)) queue[queue.length] = value;
}

function isPlain(object: object): boolean {
  const prototype: unknown = getPrototypeOf(object);
  return prototype === objectPrototype || prototype === null;
}

/** Guards one object's own properties; what they lead to is looked at later. */
function guardOne(object: object, guard: Guard, walk: Walk): void {
  if (typeof object === "function") guardFunction(object, guard, walk);
  else if (isNamespace(object)) lookAtNamespace(object, walk);
  else if (isPlain(object)) guardPlain(object, guard, walk);
  // An instance: its own properties are its state, and whoever made it may write them.
  else guardPrototype(getPrototypeOf(object) as object, guard, walk);
}

/** By a walk in a cycle, or by one that failed: what it leads to may have changed since, or was not reached. */
function isGuardedAlready({ get }: PropertyDescriptor): boolean {
  const standIn = standInOf(get);
  return standIn !== undefined && standIn.get === undefined;
}

function valueBehind(descriptor: PropertyDescriptor): unknown {
  return "value" in descriptor ? descriptor.value : standInOf(descriptor.get)?.value;
}

function lookAtNamespace(namespace: object, walk: Walk): void {
  const keys = ownKeys(namespace);
  for (let index = 0; index < keys.length; index++) {
    try {
      lookAtLater((namespace as Record<PropertyKey, unknown>)[keys[index]!], walk);
    } catch {
      // In its dead zone: a cycle. The next importer finds it.
    }
  }
}

/**
 * What renderers of React write into a context while they render what is in it: state, which whoever made the
 * context exports (Emotion's `CacheProvider` is one), and every renderer is another package.
 */
const CONTEXT_MARKS: ReadonlySet<unknown> = new Set([Symbol.for("react.context"), Symbol.for("react.provider")]);
const CONTEXT_STATE: ReadonlySet<unknown> = new Set([
  "_currentValue",
  "_currentValue2",
  "_currentRenderer",
  "_currentRenderer2",
  "_threadCount",
]);
const { has: setHas } = Set.prototype;

function isContext(object: object): boolean {
  const mark = getOwnPropertyDescriptor(object, "$$typeof");
  return mark !== undefined && (apply(setHas, CONTEXT_MARKS, [valueBehind(mark)]) as boolean);
}

function guardPlain(object: object, guard: Guard, walk: Walk): void {
  const keys = isContext(object)
    ? ownKeys(object).filter((key) => !(apply(setHas, CONTEXT_STATE, [key]) as boolean))
    : ownKeys(object);
  const isTable = keys.length > MOST_DATA_PROPERTIES;
  let guarded = 0;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    if (isTable && "value" in descriptor && typeof descriptor.value !== "function") continue;
    if ("value" in descriptor) {
      lookAtLater(descriptor.value, walk);
      if (guardData(object, key, descriptor, guard)) guarded++;
    } else if (isGuardedAlready(descriptor)) lookAtLater(valueBehind(descriptor), walk);
    else if (!walk.unfinished || isLazy(descriptor)) {
      if (isPlainRead(descriptor.get)) lookAtLater(readOrNothing(descriptor.get!, object), walk);
      if (guardAccessor(object, key, descriptor, guard)) guarded++;
    }
  }
  if (guarded > 0) finish(object, guard);
}

/** Functions that a function has, and plain objects; other values are a function's state (`Decimal.precision`). */
function guardFunction(callable: object, guard: Guard, walk: Walk): void {
  const keys = ownKeys(callable);
  let guarded = 0;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    if (key === "name" || key === "length") continue;
    const descriptor = getOwnPropertyDescriptor(callable, key)!;
    const value = valueBehind(descriptor);
    if (key === "prototype") {
      if (!isObject(value) || !isClassPrototype(value)) continue;
      if (descriptor.writable && !walk.unfinished) defineProperty(callable, key, { writable: false });
      guardPrototype(value, guard, walk);
    } else if (!("value" in descriptor) && !isGuardedAlready(descriptor)) {
      // `yargs` defines its getters anew for each `argv` that it is given.
      if (!walk.unfinished && guardAccessor(callable, key, descriptor, guard)) guarded++;
    } else if (
      typeof value === "function" ||
      (isObject(value) && !isProxy(value) && !isArray(value) && isPlain(value))
    ) {
      lookAtLater(value, walk);
      if (guardData(callable, key, descriptor, guard)) guarded++;
    }
  }
  if (guarded > 0) finish(callable, guard);
  const parent: unknown = getPrototypeOf(callable);
  if (parent !== functionPrototype) lookAtLater(parent, walk);
}

/** A function that has nothing to guard, as most have. */
function isOrdinary(value: object): boolean {
  if (typeof value !== "function" || getPrototypeOf(value) !== functionPrototype) return false;
  const keys = ownKeys(value);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    if (key === "name" || key === "length") continue;
    if (key !== "prototype") return false;
    const { prototype } = value as { prototype: unknown };
    if (isObject(prototype) && isClassPrototype(prototype)) return false;
  }
  return true;
}

/** An ordinary function's prototype has its `constructor` and nothing else. */
function isClassPrototype(prototype: object): boolean {
  return ownKeys(prototype).length > 1 || getPrototypeOf(prototype) !== objectPrototype;
}

/** The methods of a class and of those above it. */
function guardPrototype(prototype: object, guard: Guard, walk: Walk): void {
  for (
    let holder: object | null = prototype;
    holder !== null && holder !== objectPrototype;
    holder = getPrototypeOf(holder) as object | null
  ) {
    if (isProxy(holder) || isSeen(holder, walk)) return;
    mark(holder, walk);
    noteGuarded(holder, guard);
    const keys = ownKeys(holder);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      const descriptor = getOwnPropertyDescriptor(holder, key)!;
      // `constructor` stays data; see `enableOverrides`.
      if (isWaiting(descriptor)) guardWaiting(holder, key, descriptor, guard);
      else if (key === "constructor" || !("value" in descriptor)) {
        if (!walk.unfinished) lock(holder, key, descriptor);
      } else if (typeof descriptor.value === "function") guardData(holder, key, descriptor, guard);
    }
  }
}

function lock(holder: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
  if (!descriptor.configurable) return;
  defineProperty(
    holder,
    key,
    "value" in descriptor ? { writable: false, configurable: false } : { configurable: false },
  );
}

function guardData(holder: object, key: string | symbol, descriptor: PropertyDescriptor, guard: Guard): boolean {
  if (!descriptor.configurable) return false;
  if (!descriptor.writable) {
    defineProperty(holder, key, { configurable: false });
    return false;
  }
  guardProperty(holder, key, descriptor.value, descriptor, guard);
  return true;
}

/** A member of a builtin that is made when somebody looks at it: guarded, it still is. */
function isWaiting({ get, configurable }: PropertyDescriptor): boolean {
  return get !== undefined && configurable === true && isLazyData(get);
}

function guardWaiting(
  holder: object,
  key: string | symbol,
  { get, enumerable }: PropertyDescriptor,
  guard: Guard,
): true {
  // Without the setter, which asks nobody.
  guardProperty(holder, key, undefined, { get: get!, enumerable: enumerable! }, guard);
  return true;
}

/** Lazy exports replace their own getter when they are first read: the exporter may go on doing so. */
function guardAccessor(holder: object, key: string | symbol, descriptor: PropertyDescriptor, guard: Guard): boolean {
  if (!descriptor.configurable) return false;
  if (isWaiting(descriptor)) return guardWaiting(holder, key, descriptor, guard);
  if (isLazy(descriptor)) {
    // Of a package's own global object, which it exports (@sinonjs/commons).
    void (holder as Record<PropertyKey, unknown>)[key];
    const settled = getOwnPropertyDescriptor(holder, key)!;
    if ("value" in settled) return guardData(holder, key, settled, guard);
    // HAZARD: of a facade it is an accessor still (`http.ClientRequest`), whose setter replaces for its own package.
    if (settled.configurable) guardProperty(holder, key, undefined, settled, guard);
    return settled.configurable === true;
  }
  guardProperty(holder, key, undefined, descriptor, guard);
  return true;
}

function finish(holder: object, guard: Guard): void {
  noteGuarded(holder, guard);
  showGuardedWhenInspected(holder);
  // V8 lays out what is somebody's prototype for fast reads, its accessors included.
  void (create(holder) as { any?: unknown }).any;
}

/** `() => x.y`, as compilers write re-exports: reading it runs nothing of the package's. */
const PLAIN_READ =
  /^(?:get )?(?:function\s*\w*\s*\(\)\s*\{\s*return\s+[\w$]+(?:\.[\w$]+|\[\w+\])?;?\s*\}|\(\)\s*=>\s*[\w$]+(?:\.[\w$]+|\[\w+\])?)$/;

function isPlainRead(getter: Function | undefined): boolean {
  return getter !== undefined && PLAIN_READ.test(apply(functionText, getter, []) as string);
}

function readOrNothing(getter: Function, receiver: object): unknown {
  try {
    return apply(getter, receiver, []);
  } catch {
    // A class or a constant in its dead zone: a cycle.
    return undefined;
  }
}
