import { deferMember, lazyDescriptor, named } from "./facade.ts";
import { guardHandlesOfCrypto } from "./genuine-handles.ts";
import { hardenPrototypesOf } from "./harden-instances.ts";
import { hardenNodeObject } from "./harden-node.ts";
import { makeHandedBuiltin, reach } from "./handed-builtin.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";
import { makeOwnWebCrypto } from "./own-web-crypto.ts";
import { takingNoAddress, TAKING_KEYS } from "./private-keys.ts";
import type { EndowmentContext } from "./principal.ts";
import { fillingOwnMemory } from "./random-fill.ts";
import { takeGenuineWebKeys } from "./web-keys.ts";

const { apply, ownKeys } = Reflect;

/** Members that take a callback, last. */
const CALLING_BACK = [
  "argon2",
  "checkPrime",
  "decapsulate",
  "diffieHellman",
  "encapsulate",
  "generateKey",
  "generateKeyPair",
  "generatePrime",
  "hkdf",
  "pbkdf2",
  "prng",
  "pseudoRandomBytes",
  "randomBytes",
  "randomFill",
  "randomInt",
  "rng",
  "scrypt",
  "sign",
  "verify",
];

/**
 * A principal's `crypto`.
 *
 * HAZARD: Node calls back with the native job as `this`. Through its prototype,
 * which all share, one package could see the keys that every other one makes.
 */
export function makeCrypto(context: EndowmentContext): object {
  const real = context.powers.builtin("crypto");
  const facade = makeHandedBuiltin(context, "crypto") as Record<string, unknown>;
  const makers = new Map<string, () => unknown>();
  for (const name of CALLING_BACK) {
    const descriptor = getOwnPropertyDescriptor(real, name);
    if (descriptor === undefined) continue;
    // Node's old names of `randomBytes` are accessors that ask for all options of the process.
    const original: unknown = "value" in descriptor ? descriptor.value : real.randomBytes;
    if (typeof original !== "function") continue;
    const make = (): unknown => {
      reach(context, "crypto", name);
      return context.shared(`crypto.${name}`, () =>
        withoutReceiver(name === "randomFill" ? fillingOwnMemory(real[name]) : real[name]),
      );
    };
    makers.set(name, make);
    deferMember(facade, name, original, make, descriptor.enumerable === true);
  }
  if (!context.principal.trusted)
    for (const name of TAKING_KEYS) {
      const descriptor = getOwnPropertyDescriptor(real, name);
      if (typeof descriptor?.value !== "function") continue;
      const make = makers.get(name) ?? (() => reach(context, "crypto", name));
      const bounded = (): unknown => takingNoAddress(context, name, make() as Function);
      deferMember(facade, name, descriptor.value, bounded, descriptor.enumerable === true);
    }
  for (const name of ["webcrypto", "subtle"]) {
    if (!(name in real)) continue;
    const enumerable = getOwnPropertyDescriptor(facade, name)?.enumerable === true;
    defineProperty(
      facade,
      name,
      lazyDescriptor(
        name,
        () => (name === "subtle" ? hardenWebCrypto(context, real.webcrypto).subtle : webCryptoOf(context)),
        enumerable,
      ),
    );
  }
  return facade;
}

const ownWebCryptos = new WeakMap<EndowmentContext, object>();

/** The principal's `crypto` of the web, the same by its global and by its builtin. */
export function webCryptoOf(context: EndowmentContext): object {
  let own = ownWebCryptos.get(context);
  if (own === undefined) {
    own = makeOwnWebCrypto(hardenWebCrypto(context, context.powers.builtin("crypto").webcrypto).self);
    ownWebCryptos.set(context, own);
  }
  return own;
}

/** The one `crypto` of all, and its `subtle`, whose own properties would be seen by everybody. */
export function hardenWebCrypto(context: EndowmentContext, webcrypto: any): { self: any; subtle: any } {
  return context.shared("crypto.webcrypto", () => {
    guardHandlesOfCrypto(context.powers.builtin("crypto"));
    const { subtle } = webcrypto;
    takeGenuineWebKeys(Object.getPrototypeOf(subtle) as object);
    for (const object of [webcrypto, subtle, webcrypto.CryptoKey]) hardenNodeObject(object);
    // The class of the keys that Node makes is an heir of it, and comes with the first: nobody's is made before this one.
    subtle.importKey("raw", new Uint8Array(16), "AES-GCM", true, ["encrypt"]).then(
      (key: object) => hardenPrototypesOf(key, 2),
      () => {},
    );
    return { self: webcrypto, subtle };
  });
}

function withoutReceiver(real: Function): Function {
  const member = named(real.name, real.length, function (...args: unknown[]): unknown {
    const at = args.length - 1;
    const callback = args[at];
    if (typeof callback === "function") args[at] = (...values: unknown[]) => apply(callback, undefined, values);
    return apply(real, undefined, args);
  });
  // How `promisify` names what comes back.
  for (const key of ownKeys(real))
    if (typeof key === "symbol") defineProperty(member, key, getOwnPropertyDescriptor(real, key)!);
  return hardenNodeObject(member);
}
