/**
 * Hardening of Node's own shared objects, which SES's `lockdown` does not know.
 *
 * `EventEmitter`, `Readable`, `URL` and their like are one object for all
 * packages. Freezing them as they are breaks programs: assigning `this.emit = f`
 * to an instance, or `Sub.prototype.write = f`, fails where the prototype's
 * property is read-only (the "override mistake"). So each writable property of
 * a prototype and each static of a class becomes an accessor whose setter
 * defines an own property on the receiver, and only then is all of it locked.
 */
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import { promisify, types } from "node:util";
import { keepBuffersHonest } from "./buffer-arguments.ts";
import { keepStateOfDecoders } from "./decoder-state.ts";
import { makeFieldDefiner, type FieldDefiner } from "./define-field.ts";
import { makePropertiesFast } from "./fast-properties.ts";
import { giveFreshMemory } from "./fresh-memory.ts";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";
import { dropMembersForDebugging } from "./members-for-debugging.ts";
import { noteTolerated } from "./tolerated.ts";
import { areKeysOfMethod, isObject } from "./is-object.ts";
import { collectIntrinsics } from "./node-intrinsics.ts";
import { prepareEventEmitter } from "./prepare-event-emitter.ts";
import { keepConvertersOfDecoders } from "./text-decoders.ts";

const { defineProperty, getPrototypeOf, freeze, hasOwn, preventExtensions } = Object;
const { ownKeys, apply } = Reflect;
const { isProxy, isArrayBufferView, isAnyArrayBuffer, isModuleNamespaceObject } = types;
const objectPrototype = Object.prototype;
const { get: mapGet } = Map.prototype;
/**
 * What needs no hardener: the intrinsics, which are `lockdown`'s business, and what it has been over.
 * They are looked for at the first question, which a small program never asks; locked down, they are the same then.
 */
let isSettled = (object: object): boolean => {
  collectSettled();
  return isSettled(object);
};
let settle = (object: object): unknown => {
  collectSettled();
  return settle(object);
};
function collectSettled(): void {
  const settled = collectIntrinsics();
  isSettled = settled.has.bind(settled);
  settle = settled.add.bind(settled);
}
const classes = new WeakMap<object, boolean>();
// HAZARD: taken now; after this a guest may reach objects, but never these methods.
const knownClass = classes.get.bind(classes);
const noteClass = classes.set.bind(classes);

// Here, as the module is loaded, because SES's lockdown freezes `Buffer` where it finds it.
giveFreshMemory(Buffer);
keepBuffersHonest(Buffer);

/**
 * Classes of which Node itself makes instances in two steps, `instance.constructor = Blob`
 * last (for clones, slices, tees and transfers). All of them print themselves, so that
 * `util.inspect` has no need of a data property.
 */
const CONSTRUCTOR_ASSIGNED_BY_NODE: ReadonlySet<string> = new Set([
  "Blob",
  "ReadableStream",
  "TransformStream",
  "WritableStream",
  "RecordableHistogram",
]);

/** By the class, what is done to its prototype before it is locked. */
const PREPARED: Readonly<Record<string, (prototype: never) => void>> = {
  StringDecoder: keepStateOfDecoders,
  TextDecoder: keepConvertersOfDecoders,
};

/** The same for what a policy has added to a class, by its name. */
const preparedLater = new Map<string, ((prototype: object) => void)[]>();

/** Has something done to the prototype of a class of Node's before it is locked. @param path `http.IncomingMessage` */
export function beforeHardening(path: string, prepare: (prototype: object) => void): void {
  const name = path.slice(path.indexOf(".") + 1);
  preparedLater.set(name, [...(preparedLater.get(name) ?? []), prepare]);
}

/** One of those, or Node's internal heir of one (`InternalWritableStream`, `ClonedBlob`). */
function isConstructorAssigned(constructor: Function): boolean {
  if (CONSTRUCTOR_ASSIGNED_BY_NODE.has(constructor.name)) return true;
  const parent = getPrototypeOf(constructor) as Function | null;
  return parent !== null && CONSTRUCTOR_ASSIGNED_BY_NODE.has(parent.name);
}

/** The class whose prototype the object is, if it is one. */
function isClassPrototype(object: object): boolean {
  const constructor = getOwnPropertyDescriptor(object, "constructor")?.value;
  if (typeof constructor !== "function") return false;
  return getOwnPropertyDescriptor(constructor, "prototype")?.value === object;
}

/** Whether a function has instances. Asked before it is locked, and remembered. */
function isClass(object: unknown): boolean {
  if (typeof object !== "function") return false;
  const known = knownClass(object);
  if (known !== undefined) return known;
  const prototype = getOwnPropertyDescriptor(object, "prototype");
  const answer = prototype !== undefined && isObject(prototype.value);
  noteClass(object, answer);
  return answer;
}

/**
 * Turns a writable data property into an accessor that assignment on heirs goes through.
 * On the class itself an assignment has no effect: `Buffer.concat = list => list` around a call of
 * Node's is how minizlib spares Node work, and it is as well without.
 */
function tolerateOverride(object: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
  const { value } = descriptor;
  let define: FieldDefiner | undefined;
  const accessors = {
    get() {
      return value;
    },
    set(this: unknown, next: unknown) {
      if (!isObject(this)) throw new TypeError(`Cannot create property '${String(key)}' on a primitive`);
      if (this === object && typeof object === "function") return;
      if (this === object || (hasOwn(this, key) && getOwnPropertyDescriptor(this, key)?.configurable === false)) {
        throw new TypeError(`Cannot assign to read only property '${String(key)}' of object`);
      }
      (define ??= makeFieldDefiner(key))(this, next);
    },
  };
  inPlace.get = freeze(accessors.get);
  inPlace.set = freeze(accessors.set);
  inPlace.enumerable = descriptor.enumerable!;
  defineProperty(object, key, inPlace);
  noteTolerated(object, key);
}

/** One for all: thousands are defined while a program starts. */
const inPlace = {
  __proto__: null,
  get: undefined,
  set: undefined,
  enumerable: false,
  configurable: false,
} as unknown as PropertyDescriptor;

/**
 * Reads the accessors of a plain object once.
 * HAZARD: Node has tables with getters that replace themselves by their value
 * when they are read (`crypto.constants.defaultCipherList`), which fails on a
 * locked object.
 */
function settleLazyProperties(object: object, keys: readonly PropertyKey[]): void {
  const prototype = getPrototypeOf(object);
  if (prototype !== null && prototype !== objectPrototype) return;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    const descriptor = getOwnPropertyDescriptor(object, key);
    if (descriptor?.get !== undefined && descriptor.configurable === true) apply(descriptor.get, object, []);
  }
}

/**
 * As `Object.freeze`.
 * HAZARD: `Object.freeze` on a prototype of typed arrays makes element access
 * 47 times slower on Node 20; locking each property and then the object does not.
 */
function lock(object: object): void {
  if (object !== Buffer.prototype) {
    freeze(object);
    return;
  }
  preventExtensions(object);
  for (const key of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    if (descriptor.configurable !== true && descriptor.writable !== true) continue;
    const locked = { __proto__: null, configurable: false } as PropertyDescriptor;
    if ("value" in descriptor) locked.writable = false;
    defineProperty(object, key, locked);
  }
}

/**
 * Hardens everything reachable from the object by own properties, accessors'
 * functions and prototypes, up to intrinsics and what is hardened already.
 * Values behind getters of classes are not read. Idempotent.
 *
 * @param spare objects that Node itself goes on changing: left alone, and not entered
 */
export function hardenNodeObject<T>(root: T, spare: readonly unknown[] = []): T {
  if (unfinished !== undefined) finish(unfinished);
  if (isObject(root) && !isSettled(root)) {
    unfinished = { queue: [root], spare };
    finish(unfinished);
  }
  if (due.length > 0) runDue();
  return root;
}

/**
 * Has something run as soon as the hardener has been over an object: what instances of it lead to, and none of its properties shows.
 */
export function whenHardened(object: object, run: () => void): void {
  if (isSettled(object)) run();
  else waiting.set(object, run);
}

const waiting = new Map<object, () => void>();
const due: (() => void)[] = [];

/** HAZARD: not in the middle of a walk, since these harden; and one that fails, near the end of the stack, is run again. */
function runDue(): void {
  for (let run = due.pop(); run !== undefined; run = due.pop()) {
    try {
      run();
    } catch (error) {
      due.push(run);
      throw error;
    }
  }
}

interface Walk {
  readonly queue: object[];
  readonly spare: readonly unknown[];
}

/**
 * HAZARD: who calls near the end of the stack has a walk end half-way, when what led to the
 * rest of it counts as hardened. So the next walk begins with the rest.
 */
let unfinished: Walk | undefined;

function finish({ queue, spare }: Walk): void {
  try {
    for (let at = 0; at < queue.length; at += 1) {
      const object = queue[at]!;
      if (isSettled(object) || isLeftAlone(object, spare)) continue;
      hardenOne(object, queue);
      // Not before: what was hardened by half is hardened again.
      settle(object);
    }
    unfinished = undefined;
  } catch (error) {
    // An object that can't be hardened is the affair of who asked for it, and of no later one.
    if (!(error instanceof RangeError)) unfinished = undefined;
    throw error;
  }
}

/** A proxy would run foreign traps; views and buffers are data, not classes. */
function isLeftAlone(object: object, spare: readonly unknown[]): boolean {
  for (let index = 0; index < spare.length; index += 1) if (spare[index] === object) return true;
  if (isProxy(object)) return true;
  if (typeof object === "function") return false;
  return isArrayBufferView(object) || isAnyArrayBuffer(object) || isModuleNamespaceObject(object);
}

/** A package's own class that is called so, and that the hardener comes to, gets the same: places that answer nothing. */
function prepareLater(name: string, prototype: object): void {
  const prepares = apply(mapGet, preparedLater, [name]) as ((prototype: object) => void)[] | undefined;
  if (prepares !== undefined) for (let index = 0; index < prepares.length; index += 1) prepares[index]!(prototype);
}

/** Hardens one object; what it leads to is added to the queue, whose prototype is locked: no setter sees it. */
function hardenOne(object: object, queue: object[]): void {
  // By whichever way the hardener comes to it.
  if (object === EventEmitter || object === EventEmitter.prototype) prepareEventEmitter(EventEmitter);
  const prototype: unknown = getPrototypeOf(object);
  if (isObject(prototype) && !isSettled(prototype)) queue[queue.length] = prototype;
  if (typeof object !== "function") dropMembersForDebugging(object);
  const keys = ownKeys(object);
  if (typeof object === "function" && areKeysOfMethod(keys)) {
    freeze(object);
    return;
  }
  const run = waiting.get(object);
  if (run !== undefined) {
    waiting.delete(object);
    due.push(run);
  }
  const isPrototype = typeof object !== "function" && isClassPrototype(object) && isClass((object as any).constructor);
  if (isPrototype) {
    const { name } = (object as { constructor: Function }).constructor;
    if (hasOwn(PREPARED, name)) PREPARED[name]!(object as never);
    if (preparedLater.size > 0) prepareLater(name, object);
  }
  const tolerant = isPrototype || isClass(object);
  if (!tolerant && typeof object !== "function") settleLazyProperties(object, keys);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    // HAZARD: `util.promisify` defines this very symbol on the function it finds
    // under it, and fails where it can't: such functions stay extensible.
    if (key === promisify.custom) continue;
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    const { value, get, set } = descriptor;
    if (isObject(value)) {
      if (!isSettled(value)) queue[queue.length] = value;
    } else {
      if (get !== undefined && !isSettled(get)) queue[queue.length] = get;
      if (set !== undefined && !isSettled(set)) queue[queue.length] = set;
    }
    // Data, for `util.inspect`; guest code that assigns it is rewritten by the loader.
    if (key === "constructor" && isPrototype && !isConstructorAssigned(value as Function)) continue;
    if (!tolerant || descriptor.writable !== true || descriptor.configurable !== true) continue;
    // `ServerResponse.prototype.statusMessage`: read, it is the same if it is not there, and assigned by each instance.
    if (isPrototype && value === undefined) Reflect.deleteProperty(object, key);
    else tolerateOverride(object, key, descriptor);
  }
  lock(object);
  if (tolerant) makePropertiesFast(object);
}

/**
 * Hardens a class with its statics, its prototype and the chains of both.
 * Assigning to instances and to heirs still works; to a static of the class it has no effect, to its prototype it throws.
 */
export function hardenNodeClass<T extends Function>(constructor: T): T {
  return hardenNodeObject(constructor);
}

/** Whether the hardener has been over the object. */
export function isHardenedNodeObject(value: unknown): boolean {
  return isObject(value) && isSettled(value);
}
