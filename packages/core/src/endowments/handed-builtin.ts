import { HANDED_BUILTINS } from "./builtin-members.ts";
import type { HandedBuiltin } from "./builtin-members.ts";
import { refusedMember } from "./access-denied.ts";
import { defineMember, lazyDescriptor, named } from "./facade.ts";
import { hardenNodeObject } from "./harden-node.ts";
import { hardenInstancesOf } from "./sample-instances.ts";
import type { EndowmentContext } from "./principal.ts";

/**
 * A principal's facade of a builtin that is harmless but for the members that
 * its table refuses: a fresh object whose values are the hardened real ones.
 * Builtins that are functions (`events`, `stream`) are handed over themselves,
 * hardened: programs compare them by identity.
 */
export function makeHandedBuiltin(context: EndowmentContext, name: string): object {
  const real = context.powers.builtin(name);
  const row: HandedBuiltin = HANDED_BUILTINS[name as keyof typeof HANDED_BUILTINS];
  hardenInstancesOf(context, name);
  if (typeof real === "function") {
    makeRefusedInert(context, name as keyof typeof HANDED_BUILTINS);
    // What its getters make later is shared too.
    for (const key of row.members) {
      if (Object.getOwnPropertyDescriptor(real, key)?.get !== undefined) hardenNodeObject(real[key]);
    }
    return hardenNodeObject(real);
  }
  const facade: Record<string, unknown> = {};
  const all = row.members.length === 1 && row.members[0] === "*";
  const keys = all ? Object.keys(real) : row.members;
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(real, key);
    if (descriptor === undefined) continue;
    const enumerable = descriptor.enumerable === true;
    if ("value" in descriptor) defineMember(facade, key, hardenNodeObject(descriptor.value), enumerable);
    else
      Object.defineProperty(
        facade,
        key,
        lazyDescriptor(key, () => hardenNodeObject(real[key]), enumerable),
      );
  }
  for (const key of Object.keys(row.refused ?? {})) {
    const original = Object.getOwnPropertyDescriptor(real, key)?.value;
    if (typeof original === "function") defineMember(facade, key, refusedMember(context, name, key, original));
  }
  return facade;
}

/** In a builtin that is one object for all, what changes the whole program does nothing: it can't know who calls. */
export function makeRefusedInert(context: EndowmentContext, name: keyof typeof HANDED_BUILTINS): void {
  const row: HandedBuiltin = HANDED_BUILTINS[name];
  for (const key of Object.keys(row.refused ?? {})) makeInert(context.powers.builtin(name), key);
}

function makeInert(real: any, key: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(real, key);
  if (typeof descriptor?.value !== "function" || descriptor.configurable !== true) return;
  const inert = named(key, descriptor.value.length, () => {});
  Object.defineProperty(real, key, { ...descriptor, value: inert });
}
