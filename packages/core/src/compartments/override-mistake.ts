/**
 * Mends the override mistake: once a prototype is frozen, assigning to a
 * property that it has as data fails on every object that inherits from it.
 * Each such data property becomes an accessor whose setter defines the property
 * on the object that was assigned to.
 *
 * Left alone is what V8's protector cells watch (`Symbol.iterator` and
 * `constructor` of arrays, `then` of promises, `exec` of regular expressions):
 * touching these makes spread, promise chains and array methods two to thirty
 * times slower, measured on Node 20, 24 and 26.
 *
 * @see https://web.archive.org/web/2014/http://wiki.ecmascript.org/doku.php?id=strawman:fixing_override_mistake
 */
import { defineProperty, getOwnPropertyDescriptor } from "../endowments/native-definitions.ts";
import { Given, makeFieldDefiner, type FieldDefiner } from "../endowments/define-field.ts";
import { describedAsData, isLazyData } from "../endowments/facade.ts";
import { isTolerated } from "../endowments/tolerated.ts";
import { showAsNative } from "./function-text.ts";

const { getPrototypeOf, hasOwn } = Object;
const { apply, ownKeys } = Reflect;
// Taken now: SES puts a `Date` of its own into its place, which moat takes back.
const { Date, Function } = globalThis;

const arrayIteratorPrototype = getPrototypeOf([][Symbol.iterator]());
const generatorPrototype = getPrototypeOf(function* () {}).prototype;
const asyncGeneratorPrototype = getPrototypeOf(async function* () {}).prototype;
const typedArray = getPrototypeOf(Int8Array);

/** Prototypes whose properties programs override by assignment on instances or subclasses. */
function overridablePrototypes(): object[] {
  const constructors = [
    Object,
    Function,
    Array,
    String,
    Number,
    Boolean,
    BigInt,
    Symbol,
    Date,
    RegExp,
    Map,
    Set,
    WeakMap,
    WeakSet,
    WeakRef,
    Promise,
    ArrayBuffer,
    DataView,
    typedArray,
    Uint8Array,
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
    AggregateError,
  ];
  return [
    ...constructors.map((constructor) => constructor.prototype as object),
    getPrototypeOf(arrayIteratorPrototype),
    generatorPrototype,
    getPrototypeOf(generatorPrototype),
    asyncGeneratorPrototype,
    // Mock clocks: `class MockDate extends Date {}; MockDate.UTC = Date.UTC`.
    Date,
  ];
}

/** What V8's protectors watch; see the head of this file. */
const watchedByProtectors = new Map<object, ReadonlySet<string>>([
  [Promise.prototype, new Set(["then"])],
  [RegExp.prototype, new Set(["exec"])],
]);

/** What programs give to many instances. V8 puts what a constant holds in place of the assignment, not what a variable does; making it costs a start 6 µs. */
const assignedOften = new Map<object, ReadonlySet<string>>([
  [Object.prototype, new Set(["toString", "valueOf"])],
  [Error.prototype, new Set(["name", "message"])],
]);

/** Every class has its own. */
const NAMES_OF_CLASSES: ReadonlySet<string | symbol> = new Set(["length", "name", "prototype"]);

/** What an override-tolerant accessor stands for: writable data, or an accessor of somebody's own. */
export interface StandIn {
  value: unknown;
  get?: (() => unknown) | undefined;
  set?: ((value: unknown) => void) | undefined;
}

/** A private field and no `WeakMap`: programs have tens of thousands of these, and the garbage collector looks at each entry. */
class TolerantGetter extends Given {
  #standsFor: StandIn;
  constructor(getter: Function, standIn: StandIn) {
    super(getter);
    this.#standsFor = standIn;
  }
  static standInOf(getter: Function): StandIn | undefined {
    return #standsFor in getter ? getter.#standsFor : undefined;
  }
}

/** Makes descriptors show what an accessor with this getter stands for, and keeps its setter from everybody. */
export function noteStandIn(getter: Function, standIn: StandIn): void {
  void new TolerantGetter(getter, standIn);
}

export function standInOf(getter: Function | undefined): StandIn | undefined {
  return getter && TolerantGetter.standInOf(getter);
}

/** Turns one configurable data property of `holder` into an override-tolerant accessor. */
function makeOverrideTolerant(holder: object, key: string | symbol): void {
  const descriptor = getOwnPropertyDescriptor(holder, key);
  // What nobody could override before, such as the tag of a Map, stays so: lodash asks by an assignment what it hides.
  if (descriptor === undefined || !descriptor.writable || !descriptor.configurable) return;
  const { value } = descriptor;
  const { get, set } = tolerantAccessor(holder, key, value);
  noteStandIn(get, { value });
  defineProperty(holder, key, { get, set, enumerable: descriptor.enumerable!, configurable: true });
  hidden[hidden.length] = value;
}

/**
 * There are some seven hundred of these: plain closures are made and frozen twice as fast as an object's accessors.
 * What is assigned on the language's own object, by whatever name (`const { prototype } = Array; prototype.indexOf = f`:
 * Svelte, in development), is left out, as what is defined there.
 */
function tolerantAccessor(
  holder: object,
  key: string | symbol,
  value: unknown,
): { get: () => unknown; set: (assigned: unknown) => void } {
  const get = () => value;
  if (assignedOften.get(holder)?.has(key as string)) {
    const define = makeFieldDefiner(key);
    return {
      get,
      set(this: unknown, assigned: unknown) {
        if (this !== holder) assignThrough(this, holder, key, assigned, define);
      },
    };
  }
  let define: FieldDefiner | undefined;
  return {
    get,
    set(this: unknown, assigned: unknown) {
      if (this === holder) return;
      define ??= makeFieldDefiner(key);
      assignThrough(this, holder, key, assigned, define);
    },
  };
}

const hidden: unknown[] = [];

/** What accessors stand for. HAZARD: whoever hardens the intrinsics does not find it behind a getter. */
export function valuesBehindAccessors(): readonly unknown[] {
  return hidden;
}

/** What assigning to an inherited property of `holder` does where nothing is frozen. */
export function assignThrough(
  receiver: unknown,
  holder: object,
  key: string | symbol,
  value: unknown,
  define?: FieldDefiner,
): void {
  if (receiver === holder) {
    // What it has already: mock clocks give their class `Date.prototype`, and that its own methods again.
    if (standInOf(getOwnPropertyDescriptor(holder, key)?.get)?.value === value && value !== undefined) return;
    throw new TypeError(`Cannot assign to read only property '${String(key)}' of object`);
  }
  if ((typeof receiver !== "object" && typeof receiver !== "function") || receiver === null) {
    throw new TypeError(`Cannot create property '${String(key)}' on ${typeof receiver}`);
  }
  if (hasOwn(receiver, key)) {
    (receiver as Record<string | symbol, unknown>)[key] = value;
  } else if (define !== undefined) {
    define(receiver, value);
  } else {
    defineProperty(receiver, key, { value, writable: true, enumerable: true, configurable: true });
  }
}

/**
 * Programs that look at descriptors (`Object.getOwnPropertyDescriptor(Error.prototype,
 * "message")`) see what Node has there: writable data. A lie that harms nobody: what
 * they then try on the frozen prototype itself fails, and what they copy works.
 */
function tameDescriptors(): void {
  const shown = (
    descriptor: PropertyDescriptor | undefined,
    holder: unknown,
    key: PropertyKey,
  ): PropertyDescriptor | undefined => {
    const getter = descriptor?.get;
    if (getter === undefined) return descriptor;
    const { enumerable } = descriptor!;
    if (isTolerated(holder as object, key)) {
      return {
        value: apply(getter, holder, []) as unknown,
        writable: true,
        enumerable: enumerable!,
        configurable: true,
      };
    }
    if (isLazyData(getter)) return describedAsData(holder as object, key, enumerable!, getter as () => unknown);
    const standIn = standInOf(getter);
    if (standIn === undefined) return descriptor;
    if (standIn.get !== undefined && isLazyData(standIn.get))
      return describedAsData(holder as object, key, enumerable!, standIn.get);
    if (standIn.get === undefined && standIn.set === undefined) {
      return { value: standIn.value, writable: true, enumerable: enumerable!, configurable: true };
    }
    return { get: standIn.get!, set: standIn.set!, enumerable: enumerable!, configurable: true };
  };
  const nativeOfObject = Object.getOwnPropertyDescriptor;
  const nativeOfReflect = Reflect.getOwnPropertyDescriptor;
  const nativeOfAll = Object.getOwnPropertyDescriptors;
  const ofObject = {
    getOwnPropertyDescriptor: (object: unknown, key: PropertyKey) => shown(nativeOfObject(object, key), object, key),
    getOwnPropertyDescriptors(object: object) {
      const descriptors = nativeOfAll(object) as Record<PropertyKey, PropertyDescriptor>;
      for (const key of ownKeys(descriptors)) descriptors[key] = shown(descriptors[key], object, key)!;
      return descriptors;
    },
  };
  const ofReflect = {
    getOwnPropertyDescriptor: (object: object, key: PropertyKey) => shown(nativeOfReflect(object, key), object, key),
  };
  for (const [holder, methods] of [
    [Object, ofObject],
    [Reflect, ofReflect],
  ] as const) {
    for (const [name, value] of Object.entries(methods)) {
      showAsNative(value);
      defineProperty(holder, name, { value, writable: true, enumerable: false, configurable: true });
    }
  }
}

/** The older way to an accessor's functions: HAZARD: whoever holds a stand-in's setter writes in others' names. */
function tameAccessorLookup(): void {
  const { prototype } = Object;
  const lookedUp = (receiver: object, key: PropertyKey, which: "get" | "set"): unknown => {
    // HAZARD: coerced once; an object may answer differently the second time.
    const property = typeof key === "symbol" ? key : `${key as string}`;
    for (let holder: object | null = Object(receiver); holder !== null; holder = getPrototypeOf(holder)) {
      const descriptor = getOwnPropertyDescriptor(holder, property);
      if (descriptor === undefined) continue;
      if (isTolerated(holder, property)) return undefined;
      const standIn = standInOf(descriptor.get);
      return standIn === undefined ? descriptor[which] : standIn[which];
    }
    return undefined;
  };
  const lookups = {
    __lookupGetter__(this: object, key: PropertyKey): unknown {
      return lookedUp(this, key, "get");
    },
    __lookupSetter__(this: object, key: PropertyKey): unknown {
      return lookedUp(this, key, "set");
    },
  };
  for (const [name, value] of Object.entries(lookups)) {
    showAsNative(value);
    defineProperty(prototype, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

/** To be called once, after the intrinsics are repaired and before they are hardened. */
export function enableOverrides(): void {
  tameAccessorLookup();
  for (const prototype of overridablePrototypes()) {
    const watched = watchedByProtectors.get(prototype);
    for (const key of ownKeys(prototype)) {
      if (typeof key === "symbol" && key !== Symbol.toStringTag) continue;
      // `constructor` stays data: `util.inspect` reads class names from it, and V8's species
      // protectors watch it. Guest code that assigns it is rewritten: see `RESERVED.setConstructor`.
      if (key === "constructor" || watched?.has(key as string)) continue;
      if (prototype === Function.prototype && key === "length") continue;
      if (prototype === Date && NAMES_OF_CLASSES.has(key)) continue;
      makeOverrideTolerant(prototype, key);
    }
  }
  tameDescriptors();
}
