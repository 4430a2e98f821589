import { HANDED_BUILTINS } from "./builtin-members.ts";
import type { HandedBuiltin } from "./builtin-members.ts";
import { refusedMember } from "./access-denied.ts";
import { defineMember, deferMember, lazyDescriptor, named } from "./facade.ts";
import { hardenNodeObject } from "./harden-node.ts";
import { isObject } from "./is-object.ts";
import { hardenBehind, hardenInstancesOf, leadsToUnhardened } from "./sample-instances.ts";
import type { EndowmentContext } from "./principal.ts";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";

/**
 * A principal's facade of a builtin that is harmless but for the members that
 * its table refuses: a fresh object whose values are the hardened real ones.
 * Members that lead to classes are hardened, with these, when one of them is first looked at:
 * most who ask for `zlib` or `crypto` use little of it.
 * Builtins that are functions (`events`, `stream`) are handed over themselves,
 * hardened: programs compare them by identity.
 */
export function makeHandedBuiltin(context: EndowmentContext, name: string): object {
  const real = context.powers.builtin(name);
  const row: HandedBuiltin = HANDED_BUILTINS[name as keyof typeof HANDED_BUILTINS];
  if (typeof real === "function") {
    hardenInstancesOf(context, name);
    makeRefusedInert(context, name as keyof typeof HANDED_BUILTINS);
    // What its getters make later is shared too.
    for (const key of row.members) {
      if (getOwnPropertyDescriptor(real, key)?.get !== undefined) hardenNodeObject(real[key]);
    }
    return hardenNodeObject(real);
  }
  const facade: Record<string, unknown> = {};
  for (const key of membersOf(row, real)) {
    const descriptor = getOwnPropertyDescriptor(real, key);
    if (descriptor === undefined) continue;
    const enumerable = descriptor.enumerable === true;
    const { value } = descriptor;
    if (!("value" in descriptor))
      Object.defineProperty(
        facade,
        key,
        lazyDescriptor(key, () => reach(context, name, key), enumerable),
      );
    else if (isObject(value) && leadsToUnhardened(name, key))
      deferHardening(context, name, facade, key, value, enumerable);
    else defineMember(facade, key, hardenNodeObject(value), enumerable);
  }
  for (const key of Object.keys(row.refused ?? {})) {
    const original = getOwnPropertyDescriptor(real, key)?.value;
    if (typeof original === "function") defineMember(facade, key, refusedMember(context, name, key, original));
  }
  return facade;
}

function membersOf(row: HandedBuiltin, real: object): readonly string[] {
  return row.members.length === 1 && row.members[0] === "*" ? Object.keys(real) : row.members;
}

function deferHardening(
  context: EndowmentContext,
  name: string,
  facade: object,
  key: string,
  value: object,
  enumerable: boolean,
): void {
  const compute = (): unknown => reach(context, name, key);
  if (typeof value === "function") deferMember(facade, key, value, compute, enumerable);
  else Object.defineProperty(facade, key, lazyDescriptor(key, compute, enumerable, true));
}

/** A member of the real builtin, hardened with all that it leads to. */
export function reach(context: EndowmentContext, name: string, key: string): unknown {
  const real = context.powers.builtin(name);
  hardenBehind(context, name, key, () => {
    const row: HandedBuiltin = HANDED_BUILTINS[name as keyof typeof HANDED_BUILTINS];
    for (const member of membersOf(row, real)) hardenNodeObject(getOwnPropertyDescriptor(real, member)?.value);
  });
  return hardenNodeObject(real[key]);
}

/** In a builtin that is one object for all, what changes the whole program does nothing: it can't know who calls. */
export function makeRefusedInert(context: EndowmentContext, name: keyof typeof HANDED_BUILTINS): void {
  const row: HandedBuiltin = HANDED_BUILTINS[name];
  for (const key of Object.keys(row.refused ?? {})) makeInert(context.powers.builtin(name), key);
}

function makeInert(real: any, key: string): void {
  const descriptor = getOwnPropertyDescriptor(real, key);
  if (typeof descriptor?.value !== "function" || descriptor.configurable !== true) return;
  const inert = named(key, descriptor.value.length, () => {});
  Object.defineProperty(real, key, { ...descriptor, value: inert });
}
