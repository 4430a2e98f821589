/**
 * What a package adds to intrinsics for itself; see `loader/rewrite-extensions.ts`.
 * The intrinsics don't change: nobody else sees it, and the package only where
 * its text calls such a name.
 */
import type { Principal } from "../endowments/principal.ts";
import { assignmentTarget } from "./assignment-target.ts";
import type { OwnMatches } from "./own-matches.ts";
import { isAddition, mayAddTo } from "./language-additions.ts";
import { isHardenedIntrinsic, tellOfAddition } from "./tame-definitions.ts";

const { apply } = Reflect;
const { create, getPrototypeOf, hasOwn } = Object;
const toObject = Object;
const { get: mapGet, set: mapSet } = Map.prototype;
const functionPrototype = Function.prototype as object;

export interface OwnExtensions {
  /** What `Intrinsic.prototype.name = f` assigns on. */
  target(value: unknown, name: string, mode: 1 | 2): unknown;
  /** What `value.name(…)` calls the method of: the value, or an object with what was added. */
  holder(value: unknown, name: string): unknown;
}

/**
 * @param matches of the texts that read what was matched last.
 * @param owner who adds, and may be allowed to do it for everybody; see `language-additions.ts`.
 */
export function makeOwnExtensions(matches: OwnMatches, owner: Principal | undefined): OwnExtensions {
  const added = new Map<object, Record<string, unknown>>();
  /** Names that somebody else may add for everybody. */
  const addedByOthers = new Set<string>();
  /** Whether objects may have inherited something: else only functions and primitives are looked at. */
  let onObjects = false;
  return {
    target(value, name, mode) {
      if (!isHardenedIntrinsic(value)) return assignmentTarget(value, name, mode);
      if (mayAddTo(value, name, owner)) return value;
      if (isAddition(value, name)) addedByOthers.add(name);
      else if (name in value) return assignmentTarget(value, name, mode);
      else if (owner?.trusted) tellOfAddition(value, name, owner);
      let table = apply(mapGet, added, [value]) as Record<string, unknown> | undefined;
      if (table === undefined) {
        table = create(null) as Record<string, unknown>;
        apply(mapSet, added, [value, table]);
        if (value !== functionPrototype) onObjects = true;
      }
      return table;
    },
    holder(value, name) {
      const noting = matches.noting(value, name);
      if (noting !== undefined) return noting;
      if ((typeof value === "object" && !onObjects) || value === null || value === undefined) return value;
      const object = toObject(value) as object;
      if (name in object && !addedByOthers.has(name)) return value;
      for (let at: object | null = object; at !== null; at = getPrototypeOf(at) as object | null) {
        const table = apply(mapGet, added, [at]) as Record<string, unknown> | undefined;
        if (table === undefined || !hasOwn(table, name)) continue;
        const method = table[name];
        return {
          __proto__: null,
          [name]: typeof method === "function" ? (...args: unknown[]) => apply(method, value, args) as unknown : method,
        };
      }
      return value;
    },
  };
}
