/**
 * One property of what a package exports: an accessor that nobody can redefine, and
 * whose setter asks who writes. See `guarded-exports.ts` for which properties.
 */
import { makeFieldDefiner, type FieldDefiner } from "../endowments/define-field.ts";
import { isLazyData } from "../endowments/facade.ts";
import { isObject } from "../endowments/is-object.ts";
import type { Caller, Principal } from "../endowments/principal.ts";
import { isMethodBuiltin, writerAbove } from "./export-writer.ts";
import { assignThrough, noteStandIn, standInOf, type StandIn } from "./override-mistake.ts";

const { defineProperty, getOwnPropertyDescriptor, hasOwn, is } = Object;
const { apply } = Reflect;
const { get: weakMapGet, set: weakMapSet } = WeakMap.prototype;

/** Says whether `writer` may change what `exporter` exports; reports it where not. */
export type AskToChange = (writer: Caller, exporter: Principal, property: string) => boolean;

/** Whose exports an object is among, and who decides about changes. */
export interface Guard {
  readonly exporter: Principal;
  readonly ask: AskToChange;
  /** Told of what a lazy export gives. */
  readonly onRead: (value: unknown) => void;
}
const guardOf = new WeakMap<object, Guard>();

/** Lets definitions on an object find who exports it. */
export function noteGuarded(holder: object, guard: Guard): void {
  apply(weakMapSet, guardOf, [holder, guard]);
}

/**
 * A counter that a package keeps on its exports: once the package has changed it as
 * often, it is nothing that others rely on, and asking each time would cost microseconds.
 */
const MOST_CHANGES_OF_STATE = 32;

/** One guarded property. */
class Access implements StandIn {
  value: unknown;
  get: (() => unknown) | undefined;
  set: ((value: unknown) => void) | undefined;
  readonly holder: object;
  readonly key: string | symbol;
  readonly guard: Guard;
  stateChanges = 0;
  /** For instances of a class, at the first assignment. */
  define: FieldDefiner | undefined;

  /** All fields at once: programs have tens of thousands of these, and what is added later takes V8 twice the memory. */
  constructor(holder: object, key: string | symbol, value: unknown, { get, set }: PropertyDescriptor, guard: Guard) {
    this.value = value;
    this.get = get;
    this.set = set;
    this.holder = holder;
    this.key = key;
    this.guard = guard;
    this.define = undefined;
  }

  /** What a lazy export gives is guarded when it is first seen: functions, classes and members of builtins; other objects may be made for each reader. */
  readThrough(receiver: unknown): unknown {
    const get = this.get!;
    const value: unknown = apply(get, receiver, []);
    const isMade = isLazyData(get);
    if ((typeof value === "function" || isMade) && value !== this.value) {
      // HAZARD: in this order. At the end of the stack it throws, and the next reader has it guarded.
      this.guard.onRead(value);
      this.value = value;
    }
    // A getter of the package's may have put another one in its place.
    if (isMade && this.get === get) this.get = undefined;
    return value;
  }
}

/** Makes an accessor of a property, which stands for the same and can't be redefined. */
export function guardProperty(
  holder: object,
  key: string | symbol,
  value: unknown,
  descriptor: PropertyDescriptor,
  guard: Guard,
): void {
  defineAccessors(new Access(holder, key, value, descriptor, guard), descriptor.enumerable!);
}

/** @param access a parameter, of which V8 need not look whether it is there yet. Both functions in one, which V8 gives one context. */
function defineAccessors(access: Access, enumerable: boolean): void {
  // Short, on purpose: up to 27 bytes of its own code V8 puts a function in place of each call, however many there are (`case TOKENS.NAME:`).
  function getter(this: unknown): unknown {
    const own = access;
    if (own.get === undefined) return own.value;
    return own.readThrough(this);
  }
  function setter(this: unknown, assigned: unknown): void {
    const { holder, key } = access;
    if (access.set !== undefined) apply(access.set, this, [assigned]);
    else if (this === holder || isViewOf(this, key, getter)) change(access, assigned, setter);
    else assignThrough(this, holder, key, assigned, (access.define ??= makeFieldDefiner(key)));
  }
  noteStandIn(getter, access);
  defineProperty(access.holder, access.key, { get: getter, set: setter, enumerable, configurable: false });
}

/** Somebody assigns to the property itself. @param setter by which it was called. */
function change(access: Access, assigned: unknown, setter: Function): void {
  const { guard, key } = access;
  // `module.exports.X = addon.X`, where `module.exports` is that addon: nothing changes.
  if (access.get === undefined && is(assigned, access.value)) return;
  const isState = isPrimitive(access.value) && isPrimitive(assigned);
  if (!isState || access.stateChanges < MOST_CHANGES_OF_STATE) {
    const writer = writerAbove(setter);
    assertMayChange(guard, key, writer);
    if (isState && writer.principal === guard.exporter) access.stateChanges++;
  }
  if (access.get !== undefined && !isLazyData(access.get))
    throw new TypeError(`Cannot set property ${String(key)} of #<Object> which has only a getter`);
  access.value = assigned;
  access.get = undefined;
}

/** A proxy of the holder: what is assigned to it arrives with the proxy as `this`. */
function isViewOf(receiver: unknown, key: PropertyKey, getter: Function): boolean {
  return isObject(receiver) && hasOwn(receiver, key) && getOwnPropertyDescriptor(receiver, key)?.get === getter;
}

function isPrimitive(value: unknown): boolean {
  return !isObject(value);
}

function assertMayChange({ exporter, ask }: Guard, key: PropertyKey, writer: Caller): void {
  if (ask(writer, exporter, String(key))) return;
  throw new TypeError(
    `Cannot assign to read only property '${String(key)}' of what ${exporter.name} exports (not allowed by moat's policy)`,
  );
}

/** Whether an object is among somebody's exports. */
export function isGuarded(holder: unknown): boolean {
  return isObject(holder) && apply(weakMapGet, guardOf, [holder]) !== undefined;
}

/**
 * Carries out a definition that failed because the property is guarded, where the
 * writer may change it.
 * @param called what stands in for the builtin, for whose caller it is done
 * @returns whether it was done. @throws {TypeError} where the writer may not.
 */
export function redefineGuarded(
  target: unknown,
  key: PropertyKey,
  descriptor: PropertyDescriptor,
  called: Function,
  builtin: string,
): boolean {
  if (!isObject(target)) return false;
  const guard = apply(weakMapGet, guardOf, [target]) as Guard | undefined;
  const standIn = guard && standInOf(getOwnPropertyDescriptor(target, key)?.get);
  if (guard === undefined || standIn === undefined) return false;
  const writer = writerAbove(called, builtin);
  // HAZARD: a method may be bound to this very object and lie on another, on which somebody calls it: only the exporter is believed.
  const isOthers = isMethodBuiltin(builtin) && writer.principal !== guard.exporter;
  assertMayChange(guard, key, isOthers ? { principal: undefined, nearest: writer.nearest } : writer);
  if ("value" in descriptor) {
    standIn.value = descriptor.value;
    standIn.get = standIn.set = undefined;
  }
  if ("get" in descriptor) standIn.get = descriptor.get;
  if ("set" in descriptor) standIn.set = descriptor.set;
  return true;
}
