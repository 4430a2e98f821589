/**
 * What packages and the application add for everybody to the language's own objects and Node's classes: `"x".red`,
 * `BigInt.prototype.toJSON`, `req.login`. These are locked before any of them gets at them, so each name that a policy
 * lists (`shares`: `String.prototype.red`) gets an accessor before that, which answers with what was added since. Its
 * setter asks who writes.
 *
 * The application may put what it likes there, also in the place of some of the language's own methods, as it may in
 * Node. A package may add what its policy lists, in the place of what the language has only where that is a method of
 * times or numbers (test doubles), and the first to add a name keeps it. HAZARD: whoever adds a method gets whatever it is called on by others, as in Node; hence the grant.
 */
import { makeFieldDefiner, type FieldDefiner } from "../endowments/define-field.ts";
import { beforeHardening } from "../endowments/harden-node.ts";
import { isObject } from "../endowments/is-object.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../endowments/native-definitions.ts";
import type { Caller, Principal } from "../endowments/principal.ts";
import { additionOf, isNodeClass, replaceableBy, type LanguageAddition } from "../policy/language-additions.ts";
import { isUsedByGuest, writerAbove } from "./export-writer.ts";
import { guardExports } from "./guarded-exports.ts";
import { assignThrough, noteStandIn, standInOf, type StandIn } from "./override-mistake.ts";
import { seenOfDouble } from "./test-doubles.ts";

const { freeze } = Object;
const { apply, preventExtensions } = Reflect;
const { get: mapGet } = Map.prototype;

class Addition implements StandIn {
  #added: unknown;
  /** What the language has there. */
  readonly original: unknown;
  /** Whether a package may put a test double in the place of that. */
  readonly isDoubled: boolean;
  /** What others see of it. */
  #seen: Function | undefined = undefined;
  get: (() => unknown) | undefined = undefined;
  /** Shown to nobody. */
  setter: ((value: unknown) => void) | undefined = undefined;
  /** Who has added something. */
  by: Principal | undefined = undefined;
  define: FieldDefiner | undefined = undefined;
  readonly holder: object;
  readonly key: string;
  /** In the words of policies. */
  readonly share: string;
  /** Whether packages may add it, and not the application alone. */
  readonly forPackages: boolean;
  readonly toPrototype: boolean;
  /** Methods of texts, lists and Node's classes are called often, and found by nobody who looks for something else. */
  readonly isCalledOften: boolean;

  constructor(holder: object, named: LanguageAddition, share: string, replacedBy: ReturnType<typeof replaceableBy>) {
    this.#added = this.original = (holder as Record<string, unknown>)[named.name];
    this.isDoubled = replacedBy === "listed" && typeof this.original === "function";
    this.holder = holder;
    this.key = named.name;
    this.share = share;
    this.forPackages = replacedBy !== "application";
    this.toPrototype = named.toPrototype;
    this.isCalledOften = holder === String.prototype || holder === Array.prototype || isNodeClass(named.holder);
  }

  set value(added: unknown) {
    this.#added = added;
  }
  /** What is there, for who asks: a double of a package's is seen itself by those alone who may put one there. */
  get value(): unknown {
    if (!this.isDoubled || this.by === undefined || this.by.trusted) return this.#added;
    const reader = writerAbove(readValue).nearest;
    if (reader !== undefined && mayAdd(this, reader)) return this.#added;
    return (this.#seen ??= seenOfDouble(this.holder, this.original as Function, () => this.#added));
  }
}
const { get: readValue } = getOwnPropertyDescriptor(Addition.prototype, "value") as { get: Function };

const additions = new Map<object, Map<string, Addition>>();
/** Shares of all policies that add something. */
const reserved = new Set<string>();
const { has: setHas } = Set.prototype;

/** To be called once overrides are enabled and before the intrinsics are hardened. @param shares of all policies; others are left out. */
export function reserveAdditions(shares: Iterable<string>): void {
  for (const share of shares) {
    const named = additionOf(share);
    if (named === undefined) continue;
    reserved.add(share);
    if (isNodeClass(named.holder)) beforeHardening(named.holder, (prototype) => reserve(prototype, named, share));
    else {
      // From where every realm has them: SES has put others into the global object's place for some.
      const constructor = (globalThis as unknown as Record<string, { prototype?: object } | undefined>)[named.holder];
      const native = constructor?.prototype?.constructor;
      const holder = named.toPrototype ? constructor?.prototype : native;
      if (holder !== undefined) reserve(holder, named, share);
    }
  }
}

function reserve(holder: object, named: LanguageAddition, share: string): void {
  const key = named.name;
  // HAZARD: of Node's classes, what they inherit as well: Node calls it.
  if (isNodeClass(named.holder) && key in holder) return;
  const own = getOwnPropertyDescriptor(holder, key);
  const replacedBy = own && replaceableBy(named);
  // What the language has stays: a polyfill of it has nothing to add.
  if (own !== undefined && (replacedBy === undefined || standInOf(own.get) === undefined)) return;
  let ofHolder = additions.get(holder);
  if (ofHolder === undefined) additions.set(holder, (ofHolder = new Map()));
  if (ofHolder.has(key)) return;
  const addition = new Addition(holder, named, share, replacedBy);
  ofHolder.set(key, addition);
  defineAccessor(addition);
}

function defineAccessor(addition: Addition): void {
  const { holder, key } = addition;
  const get = function (this: unknown): unknown {
    if (isForGuests(addition) && !isUsedByGuest(get)) return undefined;
    if (addition.get === undefined) return addition.value;
    const given = apply(addition.get, this, []);
    if (typeof given === "function" && given !== this) lockFunction(given, addition.by!);
    return given;
  };
  const set = function (this: unknown, assigned: unknown): void {
    // HAZARD: a setter that defines what it is given on `this` (chai's) would do it here in its maker's name.
    const isHeirs = addition.setter !== undefined && this !== holder;
    if (isHeirs && (!isForGuests(addition) || isUsedByGuest(set))) apply(addition.setter!, this, [assigned]);
    else if (this === holder) {
      if (!add(addition, { value: assigned }, writerAbove(set)))
        throw new TypeError(`Cannot assign to read only property '${key}' of object (not allowed by moat's policy)`);
    } else assignThrough(this, holder, key, assigned, (addition.define ??= makeFieldDefiner(key)));
  };
  noteStandIn(freeze(get), addition);
  freeze(set);
  // Not enumerable, whoever adds it how: loops over arrays and objects find nothing that is not there yet.
  defineProperty(holder, key, { get, set, enumerable: false, configurable: true });
}

/** Of these, moat and Node read what is theirs alone. */
const OF_VALUES: ReadonlySet<object> = new Set(
  [Number, Boolean, BigInt, Symbol, Date].map(({ prototype }) => prototype as object),
);

/**
 * Whether what a package has added is not there for moat and for Node.
 * HAZARD: they read off their objects what these may not have, and write them as JSON: an accessor would be called on
 * those that hold their powers, and a value be taken for theirs. Texts as well: a private key may be one, of which
 * `crypto.sign` reads the `padding`.
 */
function isForGuests({ by, value, get, setter, holder, key, toPrototype, isCalledOften }: Addition): boolean {
  if (by === undefined || by.trusted || OF_VALUES.has(holder)) return false;
  if (get !== undefined || setter !== undefined || key === "toJSON") return true;
  return toPrototype && !(isCalledOften && typeof value === "function");
}

function additionAt(holder: unknown, key: unknown): Addition | undefined {
  if (additions.size === 0 || typeof key !== "string") return undefined;
  return (apply(mapGet, additions, [holder]) as Map<string, Addition> | undefined)?.get(key);
}

/** Whether something may be added there by `principal`, to the object itself and for everybody. */
export function mayAddTo(holder: unknown, key: unknown, principal: Principal | undefined): boolean {
  const addition = additionAt(holder, key);
  return addition !== undefined && principal !== undefined && mayAdd(addition, principal);
}

/** Whether a package may add anything. */
export function mayAddSomething(principal: Principal | undefined): boolean {
  if (reserved.size === 0 || principal === undefined || principal.trusted) return false;
  return principal.policy.shares?.some((share) => apply(setHas, reserved, [share]) as boolean) ?? false;
}

/** Whether this is the place of something that is or may be added. */
export function isAddition(holder: unknown, key: unknown): boolean {
  return additionAt(holder, key) !== undefined;
}

function mayAdd({ share, forPackages }: Addition, { trusted, policy }: Principal): boolean {
  return trusted || (forPackages && (policy.shares?.includes(share) ?? false));
}

/**
 * Carries out a definition that failed because the place is reserved, where the writer may add it.
 * @param called what stands in for the builtin, for whose caller it is done
 * @returns whether it was done
 */
export function defineAddition(
  target: unknown,
  key: unknown,
  descriptor: PropertyDescriptor,
  called: Function,
  builtin: string,
): boolean {
  const addition = additionAt(target, key);
  if (addition === undefined) return false;
  return add(addition, descriptor, writerAbove(called, builtin, addition.share));
}

function add(addition: Addition, given: PropertyDescriptor, { principal, nearest }: Caller): boolean {
  // HAZARD: read once and first: it is the writer's object, whose accessors may have somebody else add something.
  const { value, get, set } = getOwnPropertyDescriptor(defineProperty({}, addition.key, given), addition.key)!;
  const isAllowed = principal !== undefined && mayAdd(addition, principal);
  if (!isAllowed && (nearest?.denies({ capability: "extend", target: addition.share }) ?? true)) return false;
  const by = principal ?? nearest!;
  const { by: first } = addition;
  if (first !== undefined && first !== by && !by.trusted) return true;
  const { original } = addition;
  // A double goes on being told what to answer.
  const isLocked = !addition.isDoubled || by.trusted;
  // HAZARD: an accessor would be called on others' dates.
  if (!isLocked && (get !== undefined || set !== undefined)) return false;
  for (const part of isLocked ? [value, get, set] : [])
    if (isObject(part) && part !== original) guardExports(part, by, mayChange);
  if (isLocked && typeof value === "function" && value !== original) lockFunction(value, by);
  // What the language has is nobody's: a test double has put it back.
  addition.by = value !== undefined && value === addition.original ? undefined : by;
  addition.value = value;
  addition.get = get;
  addition.setter = set;
  return true;
}

/** Everybody gets at it. HAZARD: with a `call` of its own, `[].last.call(list)` would call that. */
function lockFunction(added: Function, by: Principal): void {
  guardExports(added, by, mayChange);
  preventExtensions(added);
}

const mayChange = ({ principal: writer }: Caller, owner: Principal): boolean =>
  writer !== undefined && (writer === owner || writer.trusted);
