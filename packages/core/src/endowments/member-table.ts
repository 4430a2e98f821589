import { refusedMember } from "./access-denied.ts";
import { hardenNodeObject } from "./harden-node.ts";
import type { EndowmentContext } from "./principal.ts";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";

/**
 * What becomes of a builtin's member:
 * - `pass`: harmless as it is, handed over hardened;
 * - `own`: the factory makes it (attenuated or private to the principal);
 * - `refuse`: a stand-in that reports and throws, but for unbounded principals;
 * - `absent`: not there, and known not to be.
 * A member without a row is absent.
 */
export type MemberRule = "pass" | "own" | "refuse" | "absent";

/** Rule and reason for each member that any supported Node version has. */
export type MemberTable = Readonly<Record<string, readonly [rule: MemberRule, why: string]>>;

/**
 * A fresh facade of a builtin after its table: members in the order of the real
 * module, so that programs which list them see what they expect.
 *
 * @param own the members whose rule is `own`; one that this Node lacks is left out
 */
export function facadeFromTable(
  context: EndowmentContext,
  builtin: string,
  table: MemberTable,
  own: Readonly<Record<string, unknown>>,
): Record<string, any> {
  const real = context.powers.builtin(builtin);
  const facade: Record<string, any> = {};
  for (const name of Object.getOwnPropertyNames(real)) {
    const rule = Object.hasOwn(table, name) ? table[name]![0] : "absent";
    if (rule === "absent") continue;
    // Unclassified getters (`module.parent`, `worker_threads.locks`) are never read.
    if (rule === "own") {
      if (Object.hasOwn(own, name)) define(facade, name, own[name]);
      continue;
    }
    const value = real[name];
    if (rule === "pass") define(facade, name, hardenNodeObject(value));
    else if (typeof value === "function") define(facade, name, refusedMember(context, builtin, name, value));
    else if (context.principal.trusted) define(facade, name, value);
  }
  return facade;
}

/** For unbounded principals: a fresh object with everything the real module has. */
export function wholeModule(context: EndowmentContext, builtin: string): Record<string, any> {
  const real = context.powers.builtin(builtin);
  const facade: Record<string, any> = {};
  for (const name of Object.getOwnPropertyNames(real)) {
    if (typeof real === "function" && (name === "length" || name === "name" || name === "prototype")) continue;
    Object.defineProperty(facade, name, getOwnPropertyDescriptor(real, name)!);
  }
  return facade;
}

function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
