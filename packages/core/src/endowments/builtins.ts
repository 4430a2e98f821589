import { ungrantedMember } from "./access-denied.ts";
import { BUILTIN_ALIASES, DEPRECATED_STREAMS, HANDED_BUILTINS, REFUSED_BUILTINS } from "./builtin-members.ts";
import { BUILTIN_FACTORIES, DEFERRED_BUILTINS } from "./builtin-factories.ts";
import { deferredFacade } from "./deferred-facade.ts";
import { disarmClones, isCloningBuiltin } from "./disarm-clones.ts";
import { originalBehind, defineMember, perContext } from "./facade.ts";
import { hardenBasics } from "./harden-basics.ts";
import { hardenErrorsOf } from "./harden-errors.ts";
import { grantedMembers, grantingRow } from "./granted-members.ts";
import { observedBuiltin } from "./observed-builtin.ts";
import { makeHandedBuiltin } from "./handed-builtin.ts";
import { isObject } from "./is-object.ts";
import { MoatError } from "../errors/moat-error.ts";
import type { BuiltinFactory, EndowmentContext } from "./principal.ts";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";

const { hasOwn } = Object;

/** Builtins whose factory already narrows each member to the policy by itself. */
const SELF_FILTERED: ReadonlySet<string> = new Set(["process", "console", "buffer", "timers", "util", "tty"]);

function denied(context: EndowmentContext, name: string, why: string): MoatError {
  return new MoatError("MOAT_BUILTIN_DENIED", `Cannot use the builtin module '${name}': ${why}`, {
    fields: { principal: context.principal.name, builtin: name },
  });
}

/**
 * The unfiltered facade of a builtin, one for each context.
 * For moat's own use: what packages get goes through {@link makeBuiltin}.
 */
export function builtinFacade(context: EndowmentContext, name: string): any {
  const facades = facadesOf(context);
  let facade = facades.get(name);
  if (facade === undefined) {
    hardenBasics(context);
    facade = makeFacade(context, name);
    facades.set(name, facade);
  }
  return facade;
}

const facadesOf = perContext((_context: EndowmentContext) => new Map<string, object>());

function makeFacade(context: EndowmentContext, name: string): object {
  if (hasOwn(BUILTIN_ALIASES, name)) return builtinFacade(context, BUILTIN_ALIASES[name]!);
  if (hasOwn(DEPRECATED_STREAMS, name)) return builtinFacade(context, "stream")[DEPRECATED_STREAMS[name]!];
  hardenErrorsOf(context.powers, name.replace("/promises", ""));
  if (isCloningBuiltin(name)) disarmClones(context);
  const factory: BuiltinFactory | undefined = hasOwn(BUILTIN_FACTORIES, name) ? BUILTIN_FACTORIES[name] : undefined;
  if (factory !== undefined) return factory(context);
  if (hasOwn(HANDED_BUILTINS, name)) return makeHandedBuiltin(context, name);
  const why = hasOwn(REFUSED_BUILTINS, name) ? REFUSED_BUILTINS[name]! : "moat does not know it";
  throw denied(context, name, why);
}

/** A copy with the members that are granted; other functions report and throw when they are called. */
function filterMembers(context: EndowmentContext, name: string, facade: object, members: readonly string[]): object {
  // `cluster` is an emitter: what it inherits is nobody's authority.
  const filtered = Object.create(Object.getPrototypeOf(facade));
  for (const key of Reflect.ownKeys(facade)) {
    const descriptor = getOwnPropertyDescriptor(facade, key)!;
    const { value } = descriptor;
    const granted = typeof key === "symbol" || members.includes(key) || key === "constants";
    if (granted || ("value" in descriptor && !isObject(value))) {
      Object.defineProperty(filtered, key, descriptor);
    } else {
      const original: unknown = value ?? originalBehind(descriptor);
      if (typeof original === "function")
        defineMember(filtered, key, ungrantedMember(context, name, key, original), descriptor.enumerable);
    }
  }
  return filtered;
}

const filteredOf = perContext((_context: EndowmentContext) => new Map<string, object>());

/**
 * The principal's facade of a builtin, narrowed to the members that its policy
 * lists. A fresh mutable object, private to the principal; the caller keeps it.
 *
 * @param name without `node:`
 * @throws {MoatError} `MOAT_BUILTIN_DENIED` where the policy does not grant the
 *   builtin, or moat hands it to nobody
 */
export function makeBuiltin(name: string, context: EndowmentContext): object {
  const facade = grantedFacade(name, context);
  const { principal } = context;
  const row = principal.uses && grantingRow(principal, name);
  if (!row) return facade;
  principal.uses({ capability: "builtin", target: row.builtin, ...(row.member && { member: row.member }) });
  if (row.member !== undefined || SELF_FILTERED.has(name) || typeof facade !== "object") return facade;
  return observedBuiltin(facade, row.builtin, principal.uses);
}

function grantedFacade(name: string, context: EndowmentContext): object {
  const { principal } = context;
  let members = grantedMembers(principal, name);
  if (members === undefined) {
    if (principal.denies({ capability: "builtin", target: name }))
      throw denied(context, name, "the policy does not grant it");
    members = true;
  }
  // The application uses what it asks for.
  const table = hasOwn(DEFERRED_BUILTINS, name) && !principal.trusted ? DEFERRED_BUILTINS[name] : undefined;
  if (table === undefined) return narrowedFacade(context, name, members);
  const deferred = deferredOf(context);
  let facade = deferred.get(name);
  if (facade === undefined) {
    hardenBasics(context);
    const real = context.powers.builtin(name) as object;
    facade = deferredFacade(real, table, members, () => narrowedFacade(context, name, members));
    deferred.set(name, facade);
  }
  return facade;
}

const deferredOf = perContext((_context: EndowmentContext) => new Map<string, object>());

function narrowedFacade(context: EndowmentContext, name: string, members: true | readonly string[]): object {
  const facade = builtinFacade(context, name);
  const pure = hasOwn(HANDED_BUILTINS, name) && "pure" in HANDED_BUILTINS[name as keyof typeof HANDED_BUILTINS];
  if (members === true || pure || SELF_FILTERED.has(name) || typeof facade !== "object") return facade;
  const filtered = filteredOf(context);
  let narrowed = filtered.get(name);
  if (narrowed === undefined) {
    narrowed = filterMembers(context, name, facade, members);
    filtered.set(name, narrowed);
  }
  return narrowed;
}
