/**
 * The global object as tracing sees it that was loaded before moat (`outer-hooks.ts`). It finds there what it has put there,
 * and Node's powers by free names alone, as variables of the realm: a package may come by the global object, as `this` of
 * a sloppy function that tracing puts in the place of one of the package's, and finds no power on it.
 */
import { Script } from "node:vm";
import { GLOBAL_RULES } from "../endowments/global-names.ts";
import { isOfTheWall } from "./second-wall.ts";

const { getOwnPropertyDescriptor, ownKeys } = Reflect;

/** What anybody has put on the global object besides Node; to be asked before that is emptied. */
export function addedGlobals(): ReadonlyMap<PropertyKey, PropertyDescriptor> {
  const keys = ownKeys(globalThis).filter((key) => !isOfTheWall(key) && !isNodes(key));
  return new Map(keys.map((key) => [key, getOwnPropertyDescriptor(globalThis, key)!]));
}

const isNodes = (key: string | symbol): boolean =>
  typeof key === "string" && (GLOBAL_RULES.has(key) || key === "eval" || key === "Function");

const LENT = ["process", "console", "fetch", "crypto"] as const;

/**
 * Has these names mean what they did, once nothing is on the global object any more.
 * @param captured what `captureGlobals` returned
 * @returns the names, which every text of a package must bind
 */
export function lendGlobals(captured: Readonly<Record<string, unknown>>): readonly string[] {
  const names = LENT.join(", ");
  const lend: unknown = new Script(`let ${names}; (lent) => { ({ ${names} } = lent); }`).runInThisContext();
  (lend as (lent: object) => void)(captured);
  return LENT;
}
