/**
 * Keys that the methods of `crypto.subtle` take.
 *
 * HAZARD: up to Node 22 it takes what has the right prototype for a key of the web, and gives native code the handle that
 * its symbols lead to, whatever that is a handle of.
 */
import { named } from "./facade.ts";
import { isGenuineWebKey, knowsItsKeys } from "./genuine-handles.ts";
import { isObject } from "./is-object.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";
import { readOnce } from "./private-keys.ts";

const { apply } = Reflect;

/** Where each method takes keys. */
const KEYS_AT: Readonly<Record<string, readonly number[]>> = {
  decrypt: [1],
  deriveBits: [1],
  deriveKey: [1],
  encrypt: [1],
  exportKey: [1],
  sign: [1],
  unwrapKey: [2],
  verify: [1],
  wrapKey: [1, 2],
};
/** Those whose algorithm, which comes first, has another key in it. */
const WITH_PUBLIC_KEY: ReadonlySet<string> = new Set(["deriveBits", "deriveKey"]);
/** Another realm of the same process, or one whose first attempt ended for want of stack, finds it done. */
const taken = new WeakSet<object>();
const OPTIONS = ["name", "public", "hash", "salt", "info", "iterations", "length"];

/** @param prototype of `subtle`, before it is hardened and after handles are guarded */
export function takeGenuineWebKeys(prototype: object): void {
  if (knowsItsKeys() || taken.has(prototype)) return;
  for (const [name, places] of Object.entries(KEYS_AT)) {
    const descriptor = getOwnPropertyDescriptor(prototype, name);
    const real = descriptor?.value as Function | undefined;
    if (typeof real !== "function") throw new TypeError(`This version of Node has no crypto.subtle.${name}`);
    const value = named(name, real.length, async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      for (const place of places) assertKey(args[place]);
      if (WITH_PUBLIC_KEY.has(name) && isObject(args[0])) {
        const algorithm = readOnce(args[0], OPTIONS);
        assertKey(algorithm["public"]);
        args[0] = algorithm;
      }
      return (await apply(real, this, args)) as unknown;
    });
    defineProperty(prototype, name, { ...descriptor, value });
  }
  taken.add(prototype);
}

/** What is no object Node refuses itself. */
function assertKey(value: unknown): void {
  if (!isObject(value) || isGenuineWebKey(value)) return;
  throw Object.assign(new TypeError("The key is not of type CryptoKey."), { code: "ERR_INVALID_ARG_TYPE" });
}
