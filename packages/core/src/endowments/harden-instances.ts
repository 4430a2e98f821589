import { types } from "node:util";
import { guardNativeClasses } from "./genuine-handles.ts";
import { hardenNodeObject } from "./harden-node.ts";

const { getPrototypeOf, getOwnPropertyDescriptor } = Object;
const { ownKeys, apply } = Reflect;
const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;
const { isMap, isSet } = types;
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** How far into an instance's own properties shared classes are looked for. */
const DEPTH = 5;

/**
 * Hardens the prototypes of an object and of what it keeps in its own
 * properties, symbols included; the objects themselves stay as they are.
 *
 * HAZARD: classes that no module exports are reached through instances, by
 * `Object.getOwnPropertySymbols` at the latest: the native handle under a
 * `Hash` (whose `update` sees what everybody hashes), the list of chunks in a
 * `Readable`, the node of a listener in an `EventTarget`.
 */
export function hardenPrototypesOf(instance: unknown, depth = DEPTH, seen = new Set<object>()): void {
  if (!isObject(instance) || seen.has(instance)) return;
  seen.add(instance);
  const prototype = getPrototypeOf(instance);
  if (prototype !== null) {
    guardNativeClasses(instance);
    hardenNodeObject(prototype);
  }
  if (depth === 0) return;
  for (const key of ownKeys(instance)) {
    const value = getOwnPropertyDescriptor(instance, key)?.value;
    if (isObject(value)) hardenPrototypesOf(value, depth - 1, seen);
  }
  const hardenEntry = (value: unknown, key: unknown): void => {
    hardenPrototypesOf(value, depth - 1, seen);
    hardenPrototypesOf(key, depth - 1, seen);
  };
  // HAZARD: Node's own maps and sets inherit from nothing, so `instanceof` knows none of them.
  if (isMap(instance)) apply(mapForEach, instance, [hardenEntry]);
  else if (isSet(instance)) apply(setForEach, instance, [hardenEntry]);
}
