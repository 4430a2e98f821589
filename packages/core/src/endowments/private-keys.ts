/**
 * What packages give `crypto` for a key: text, bytes or one of Node's keys; no address of one, and nothing that only looks like one.
 *
 * HAZARD: from Node 26 on a key may be a `URL`, which OpenSSL reads by itself: any key file of the user's, by a function
 * that else only computes (`crypto.sign("sha256", data, new URL("file:///…/server.key"))`), or by a loader of its own.
 */
import { types } from "node:util";
import { assertMayUse } from "./access-denied.ts";
import { named } from "./facade.ts";
import { guardHandlesOfCrypto, isGenuineKey, isGenuineWebKey } from "./genuine-handles.ts";
import { isObject } from "./is-object.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";
import type { EndowmentContext } from "./principal.ts";

const { apply, ownKeys } = Reflect;
const { isAnyArrayBuffer, isArrayBufferView } = types;

/** Members of `crypto` that take a key, or options that hold one, and at which place. */
const KEY_AT: Readonly<Record<string, number>> = {
  __proto__: null as never,
  createPrivateKey: 0,
  createPublicKey: 0,
  decapsulate: 0,
  diffieHellman: 0,
  encapsulate: 0,
  hkdf: 1,
  hkdfSync: 1,
  privateDecrypt: 0,
  privateEncrypt: 0,
  publicDecrypt: 0,
  publicEncrypt: 0,
  sign: 2,
  verify: 2,
};

export const TAKING_KEYS: readonly string[] = Object.keys(KEY_AT);

/** Options that may not show in a loop over names: those of a class's accessors. */
const OPTIONS = [
  "key",
  "format",
  "type",
  "passphrase",
  "encoding",
  "properties",
  "padding",
  "saltLength",
  "dsaEncoding",
  "context",
  "oaepHash",
  "oaepLabel",
  "namedCurve",
  "asymmetricKeyType",
] as const;
const PAIR = ["privateKey", "publicKey"] as const;
/** Fields of a JSON Web Key. */
const JWK = ["kty", "crv", "x", "y", "d", "n", "e", "p", "q", "dp", "dq", "qi", "k", "alg", "pub", "priv"] as const;

/** The same function for a package, which takes no URL for a key, and no other class's handle. */
export function takingNoAddress(context: EndowmentContext, name: string, real: Function): Function {
  guardHandlesOfCrypto(context.powers.builtin("crypto"));
  // HAZARD: not `href`, which asks the URL's parameters for their text: guest code, where these have a `toString` of their own.
  const protocolOf = getOwnPropertyDescriptor(context.powers.globals["URL"].prototype, "protocol")!.get!;
  const isUrl = (value: object): boolean => {
    try {
      apply(protocolOf, value, []);
      return true;
    } catch (error) {
      // HAZARD: for want of stack it would be no answer.
      if (!(error instanceof TypeError)) throw error;
      return false;
    }
  };
  const assertNoUrl = (value: unknown): void => {
    if (isObject(value) && isUrl(value)) assertMayUse(context, `crypto.${name} of a URL`);
  };
  const settled = (key: unknown): unknown => {
    assertNoUrl(key);
    if (!isObject(key) || isData(key)) return key;
    // HAZARD: read once; what a getter answers is what was looked at.
    const options = readOnce(key, OPTIONS);
    const data = options["key"];
    assertNoUrl(data);
    // HAZARD: whatever else it is, Node gets a copy, which is no URL: the question above is for the sake of the error.
    if (isObject(data) && !isData(data)) options["key"] = readOnce(data, JWK);
    return options;
  };
  const settledPair = (pair: unknown): unknown => {
    if (!isObject(pair)) return pair;
    const options = readOnce(pair, PAIR);
    for (const one of PAIR) if (one in options) options[one] = settled(options[one]);
    return options;
  };
  const settle = name === "diffieHellman" ? settledPair : settled;
  const at = KEY_AT[name]!;
  const member = named(name, real.length, (...args: unknown[]): unknown => {
    if (args.length > at) args[at] = settle(args[at]);
    return apply(real, undefined, args);
  });
  for (const key of ownKeys(real))
    if (typeof key === "symbol") defineProperty(member, key, getOwnPropertyDescriptor(real, key)!);
  return member;
}

/** What Node takes for the key itself. */
const isData = (key: object): boolean =>
  isArrayBufferView(key) || isAnyArrayBuffer(key) || isGenuineKey(key) || isGenuineWebKey(key);

/** The options of an object, and of those that may not show in a loop over names the given ones, each read once. */
export function readOnce(given: object, names: readonly string[]): Record<string, unknown> {
  const options = { __proto__: null } as unknown as Record<string, unknown>;
  const source = given as Record<string, unknown>;
  for (const name in source) options[name] = source[name];
  for (const name of names) if (!(name in options) && name in source) options[name] = source[name];
  return options;
}
