/**
 * The `Proxy` of texts that say which descriptors a proxy shows. What a package exports is accessors that
 * nobody can redefine and that are shown as data (`guarded-property.ts`), as are the properties of the language's
 * own objects; a trap that hands on what it was shown would contradict the target, for which the engine throws.
 * Vitest puts CommonJS packages behind such a proxy. Other texts have the language's `Proxy`, which is faster.
 */
import { types } from "node:util";
import { isHardenedNodeObject } from "../endowments/harden-node.ts";
import { isObject } from "../endowments/is-object.ts";
import { getOwnPropertyDescriptor } from "../endowments/native-definitions.ts";
import { showAsNative } from "./function-text.ts";
import { isGuarded } from "./guarded-property.ts";
import { standInOf } from "./override-mistake.ts";
import { isHardenedIntrinsic } from "./tame-definitions.ts";

const { apply } = Reflect;
const { create, defineProperty, freeze } = Object;
const { isProxy } = types;
const NativeProxy = Proxy;
const nativeRevocable = Proxy.revocable;
/** The language's own ways, for a handler that has lost a trap. */
const ordinary = Reflect as unknown as Readonly<Record<string, Function>>;
const TRAPS = Reflect.ownKeys(Reflect).filter((key) => typeof key === "string");

type Traps = Record<string, unknown>;

/** Whether a text seems to make such a proxy. */
export function showsDescriptors(source: string): boolean {
  return source.includes("getOwnPropertyDescriptor") && /\bProxy\s*[(.]/.test(source);
}

let own: ProxyConstructor | undefined;

/** One for all packages: it is frozen, and keeps nothing. */
export function ownProxy(): ProxyConstructor {
  return (own ??= makeOwnProxy());
}

function makeOwnProxy(): ProxyConstructor {
  const made = function Proxy(target: object, handler: Traps): object {
    if (new.target === undefined) throw new TypeError("Constructor Proxy requires 'new'");
    return new NativeProxy(target, handlerFor(target, handler));
  } as unknown as ProxyConstructor;
  const { revocable } = {
    revocable: (target: object, handler: Traps) => nativeRevocable(target, handlerFor(target, handler)),
  };
  showAsNative(made);
  showAsNative(revocable);
  defineProperty(made, "prototype", { value: undefined, writable: false });
  defineProperty(made, "revocable", { value: freeze(revocable), writable: true, configurable: true });
  return freeze(made);
}

/**
 * HAZARD: what the trap gives the engine holds the accessors themselves, whose setter would let its holder write in others'
 * names. So it lies on an object that no guest has: each trap is called on the guest's handler.
 */
function handlerFor(target: object, handler: Traps): object {
  if (!isObject(target) || !isObject(handler) || isProxy(handler)) return handler;
  if (!isGuarded(target) && !isHardenedIntrinsic(target) && !isHardenedNodeObject(target)) return handler;
  if (typeof handler["getOwnPropertyDescriptor"] !== "function") return handler;
  const traps = create(null) as Traps;
  for (const trap of TRAPS) {
    const call = (...args: unknown[]): unknown => {
      const given = handler[trap];
      return given === undefined || given === null
        ? apply(ordinary[trap]!, Reflect, args)
        : callTrap(given, handler, args);
    };
    if (trap === "getOwnPropertyDescriptor")
      traps[trap] = (object: object, key: PropertyKey) => compatible(call(object, key), object, key);
    else if (handler[trap] !== undefined) traps[trap] = call;
  }
  return freeze(traps);
}

function callTrap(trap: unknown, handler: Traps, args: readonly unknown[]): unknown {
  return apply(trap as Function, handler, args) as unknown;
}

/** What a trap shows of a property, unless that is data where the object has an accessor of moat's: then this. */
function compatible(shown: unknown, object: object, key: PropertyKey): unknown {
  if (!isObject(shown)) return shown;
  const real = getOwnPropertyDescriptor(object, key);
  if (real === undefined || real.configurable === true || standInOf(real.get) === undefined) return shown;
  return Boolean((shown as PropertyDescriptor).enumerable) === real.enumerable ? real : shown;
}
