/**
 * Native handles that are of the class which Node's C++ takes them for.
 *
 * HAZARD: a native function that is given a handle does not ask of which class it is. It takes what lies behind any
 * object of Node's for what it expects, and reads and writes there. So whoever has two handles (`hash[kHandle]`,
 * `gzip._handle`) could give one for the other: to a native constructor (`new hash[kHandle].constructor(handle)`), to a
 * method that takes a key (`sign[kHandle].sign(handle)`), to `hash.copy()` by putting it where that one looks.
 * So handles lead to no constructor, and what takes a handle asks V8 first, which checks the receivers of methods.
 */
import { Buffer } from "node:buffer";
import { types } from "node:util";
import { methodFor } from "./facade.ts";
import { hardenNodeObject, isHardenedNodeObject } from "./harden-node.ts";
import { isObject } from "./is-object.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";
import { ownSymbol } from "./own-symbol.ts";
import { hideConstructor } from "./shared-prototype.ts";
import { assertStackRoom } from "../stack-room.ts";

const { getPrototypeOf, prototype: objectPrototype, setPrototypeOf } = Object;
const { apply, construct } = Reflect;
const { isAnyArrayBuffer, isArrayBufferView, isCryptoKey, isKeyObject, isProxy } = types;
const { toString: textOf } = Function.prototype;

const NO_BYTES = new Uint8Array(0);

type Native = Record<PropertyKey, any>;

/** Methods of native classes that take bytes or the handle of a key, or that of a histogram, and at which place. */
const TAKING_HANDLES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  CipherBase: { initiv: 1 },
  Histogram: { ksTest: 0, cohensD: 0, cliffsD: 0, mannWhitneyTest: 0, welchTest: 0 },
  Hmac: { init: 1 },
  KeyObjectHandle: { init: 1, equals: 0 },
  Sign: { sign: 0 },
  Verify: { verify: 0 },
  X509Certificate: { verify: 0, checkPrivateKey: 0 },
};

/** Guards the native classes up an instance's chain that are not hardened yet. */
export function guardNativeClasses(instance: object): void {
  for (
    let level: Native | null = getPrototypeOf(instance);
    level !== null && level !== objectPrototype && !isHardenedNodeObject(level);
    level = getPrototypeOf(level)
  ) {
    const constructor: unknown = getOwnPropertyDescriptor(level, "constructor")?.value;
    if (typeof constructor !== "function" || !isNative(constructor)) continue;
    // That of ports is a global, and makes none. By its name, since to read the global has Node load its modules for threads.
    if (constructor.name === "MessagePort") continue;
    if (constructor.name === "Histogram") countsOfHistograms.push(level["countBigInt"]);
    guardArguments(level, constructor.name);
    hideConstructor(constructor as never);
  }
}

function isNative(constructor: Function): boolean {
  return (apply(textOf, constructor, []) as string).endsWith("{ [native code] }");
}

/** Of each class of histograms; they take one another. */
const countsOfHistograms: Function[] = [];

let equalsOfKeys: Function | undefined;

/** Comparing it with itself, which only a key's handle can be. */
const isKey = (handle: object): boolean => equalsOfKeys !== undefined && isReceiverOf(equalsOfKeys, handle, [handle]);

/** Whether V8 lets a native method have the object for its receiver. @param args with which it changes nothing */
export function isReceiverOf(method: Function, object: object, args: readonly unknown[]): boolean {
  try {
    apply(method, object, args);
    return true;
  } catch {
    return false;
  }
}

function guardArguments(prototype: Native, name: string): void {
  if (!Object.hasOwn(TAKING_HANDLES, name)) return;
  const genuine = name === "Histogram" ? genuineHistogram : genuineKey;
  for (const [method, at] of Object.entries(TAKING_HANDLES[name]!)) {
    const descriptor = getOwnPropertyDescriptor(prototype, method);
    if (typeof descriptor?.value !== "function") continue;
    const real: Function = descriptor.value;
    const value = methodFor(method, real.length, (receiver, args) => {
      const given = genuine(args[at], args[at + 1]);
      if (given === args[at]) return apply(real, receiver, args);
      const all = Array.from(args);
      all[at] = given;
      return apply(real, receiver, all);
    });
    defineProperty(prototype, method, { ...descriptor, value });
  }
}

function genuineHistogram(value: unknown): unknown {
  if (!isObject(value) || !countsOfHistograms.some((count) => isReceiverOf(count, value, [])))
    throw new TypeError("Not the handle of a histogram");
  return value;
}

/** Node's number for a key that is given as a JSON Web Key, an object whose properties native code reads from Node 24 on. */
const FORMAT_JWK = 2;

/** The handle of a key, bytes, or a copy of a JSON Web Key, behind which nothing lies. */
function genuineKey(value: unknown, format: unknown): unknown {
  if (!isObject(value) || isArrayBufferView(value) || isAnyArrayBuffer(value) || isKey(value)) return value;
  if (format === FORMAT_JWK && typeof value === "object") return { __proto__: null, ...value };
  throw new TypeError("Not the handle of a key");
}

/**
 * Guards the handles of keys and hashes, and hardens those of keys: no property shows their class from Node 24 on, but
 * an heir of `Hmac` is given one. To be called before anybody has some, again to no effect.
 */
export function guardHandlesOfCrypto({ createHash, createHmac, createSecretKey, KeyObject }: any): void {
  if (equalsOfKeys !== undefined) return;
  assertStackRoom();
  const key = createSecretKey(Buffer.alloc(1));
  const handle = handleOfKey(createHmac, key);
  heldUnder = symbolsOfKeys(key, KeyObject);
  const prototype: Native = getPrototypeOf(handle);
  equalsOfKeys = prototype["equals"] as Function;
  guardArguments(prototype, "KeyObjectHandle");
  hideConstructor(prototype["constructor"]);
  hardenNodeObject(prototype);
  guardKeysThemselves(KeyObject);
  guardCopies(getPrototypeOf(nativeOf(createHash("sha256"))));
}

/** Under which keys hold their handles, and keys of the web their keys. From Node 24 on no property holds either, and Node knows its own keys. */
interface SymbolsOfKeys {
  readonly handle: symbol;
  readonly key: symbol;
}
let heldUnder: SymbolsOfKeys | undefined;

function symbolsOfKeys(key: object, KeyObject: any): SymbolsOfKeys | undefined {
  const handle = ownSymbol(key, "kHandle");
  if (handle === undefined) return undefined;
  let found: symbol | undefined;
  const asked = new Proxy(
    {},
    {
      get(_target, property) {
        if (typeof property === "symbol" && property.description === "kKeyObject") found = property;
      },
    },
  );
  try {
    KeyObject.from(asked);
  } catch {
    // It is none.
  }
  if (found === undefined) throw new TypeError("This version of Node does not show what its keys are held under");
  return { handle, key: found };
}

/** Whether Node's own check of keys holds, so that there is nothing to look at. To be asked once handles are guarded. */
export const knowsItsKeys = (): boolean => heldUnder === undefined;

/**
 * A key of Node's. HAZARD: up to Node 22 it takes what has a symbol for one, which keys show, and gives native code
 * whatever that leads to.
 */
export function isGenuineKey(value: object): boolean {
  if (heldUnder === undefined) return isKeyObject(value);
  const handle = lastingly(value, heldUnder.handle);
  return isObject(handle) && isKey(handle);
}

/** The same of a key of the web. */
export function isGenuineWebKey(value: object): boolean {
  if (heldUnder === undefined) return isCryptoKey(value);
  const key = lastingly(value, heldUnder.key);
  return isObject(key) && isGenuineKey(key);
}

/** What a property holds for good, as those of Node's keys do. */
function lastingly(value: object, symbol: symbol): unknown {
  const property = isProxy(value) ? undefined : getOwnPropertyDescriptor(value, symbol);
  return property?.writable === false && property.configurable === false ? property.value : undefined;
}

function nativeOf(instance: Native): Native {
  const symbol = ownSymbol(instance, "kHandle");
  if (symbol === undefined) throw new TypeError("This version of Node does not show the handles of crypto");
  return instance[symbol];
}

/** What Node gives an `Hmac`'s handle for a key. */
function handleOfKey(createHmac: any, key: object): object {
  const prototype: Native = getPrototypeOf(nativeOf(createHmac("sha256", "")));
  const { init } = prototype;
  let given: unknown;
  prototype["init"] = (_algorithm: string, handle: unknown): void => void (given = handle);
  try {
    createHmac("sha256", key);
  } finally {
    prototype["init"] = init;
  }
  if (!isObject(given)) throw new TypeError("This version of Node does not show the handles of keys");
  return given;
}

/** The native class below `KeyObject`, which its prototype is: `new (Object.getPrototypeOf(KeyObject))(handle)`. */
function guardKeysThemselves(KeyObject: Function): void {
  const Native = getPrototypeOf(KeyObject) as Function;
  // An heir, since any other class makes an object first, of which V8 then has two shapes: that takes as long as a key.
  const StandIn = class extends null {
    constructor(handle: unknown) {
      if (!isObject(handle) || !isKey(handle)) throw new TypeError("Not the handle of a key");
      // oxlint-disable-next-line no-constructor-return
      return construct(Native, [handle], new.target);
    }
  };
  defineProperty(StandIn, "name", { value: Native.name });
  setPrototypeOf(KeyObject, StandIn);
}

/** `new Hash(handle)`, as Node copies one, asks whether it is an instance of the native class. */
function guardCopies(prototype: Native): void {
  const { update } = prototype as { update: Function };
  defineProperty(prototype["constructor"], Symbol.hasInstance, {
    value: (handle: unknown): boolean => isObject(handle) && isReceiverOf(update, handle, [NO_BYTES]),
  });
}
