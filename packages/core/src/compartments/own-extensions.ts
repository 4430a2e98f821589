/**
 * What a package adds to intrinsics for itself; see `loader/rewrite-extensions.ts`.
 * The intrinsics don't change: nobody else sees it, and the package only where
 * its text calls such a name.
 */
import { assignmentTarget } from "./assignment-target.ts";
import type { OwnMatches } from "./own-matches.ts";
import { isHardenedIntrinsic } from "./tame-definitions.ts";

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

/** @param matches of the texts that read what was matched last. */
export function makeOwnExtensions(matches: OwnMatches): OwnExtensions {
  const added = new Map<object, Record<string, unknown>>();
  /** Whether objects may have inherited something: else only functions and primitives are looked at. */
  let onObjects = false;
  return {
    target(value, name, mode) {
      if (!isHardenedIntrinsic(value) || name in value) return assignmentTarget(value, name, mode);
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
      if (name in object) return value;
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
