/**
 * What became of an assignment that threw in sloppy code: V8 would have gone on
 * without a word where the property is read-only, where the object takes no new
 * ones, and where it is no object at all. See `loader/rewrite-silent-failures.ts`.
 */
import { isObject } from "../endowments/is-object.ts";
import { standInOf } from "./override-mistake.ts";

const { apply, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, isExtensible } = Reflect;
const { Object } = globalThis;
const { startsWith, includes } = String.prototype;
const { TypeError } = globalThis;
const isInstance = Function.prototype[Symbol.hasInstance as never] as (value: unknown) => boolean;

const MESSAGES = [
  "Cannot assign to read only property",
  "Cannot create property",
  "Cannot add property",
  "Cannot set property",
  "Cannot define property",
  "Cannot delete property",
];
const REFUSING_PROXY = "on proxy: trap returned falsish";

function messageOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const message: unknown = getOwnPropertyDescriptor(error, "message")?.value;
  return typeof message === "string" ? message : undefined;
}

/** @returns the message of an error that a failed assignment throws. @throws any other error, as it is. */
export function failedAssignment(error: unknown): unknown {
  const message = messageOf(error);
  if (message !== undefined && (apply(isInstance, TypeError, [error]) as boolean)) {
    if (apply(includes, message, [REFUSING_PROXY]) as boolean) return error;
    for (let index = 0; index < MESSAGES.length; index++) {
      if (apply(startsWith, message, [MESSAGES[index]]) as boolean) return error;
    }
  }
  throw error;
}

export interface FailedAssignment {
  readonly value: unknown;
  readonly key: unknown;
}

/**
 * @param asked objects and keys that the statement assigns to, in turn.
 * @returns what was assigned to in vain; undefined for a failed `delete`
 * @throws the error, unless one of them fails without a word in sloppy code.
 */
export function assertSilent(error: unknown, ...asked: unknown[]): FailedAssignment | undefined {
  const message = messageOf(error) ?? "";
  if (apply(includes, message, [REFUSING_PROXY]) as boolean) return undefined;
  const isDelete = apply(startsWith, message, ["Cannot delete"]) as boolean;
  for (let index = 0; index < asked.length; index += 2) {
    const value = asked[index];
    const key = asked[index + 1];
    if (isDelete && isFixed(value, key)) return undefined;
    if (!isDelete && isUnassignable(value, key)) return { value, key };
  }
  throw error;
}

/** `delete value[key]` of sloppy code. */
export function deleteSilently(value: unknown, key: unknown): boolean {
  if (value === null || value === undefined) throw new TypeError("Cannot convert undefined or null to object");
  return deleteProperty(Object(value) as object, key as PropertyKey);
}

/** Others would be asked for their text once more. */
const isKey = (key: unknown): key is PropertyKey =>
  typeof key === "string" || typeof key === "number" || typeof key === "symbol";

function isFixed(value: unknown, key: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (!isKey(key)) return true;
  return getOwnPropertyDescriptor(Object(value) as object, key)?.configurable === false;
}

function isUnassignable(value: unknown, key: unknown): boolean {
  if (value === null || value === undefined) return false;
  const takesNone = !isObject(value) || !isExtensible(value);
  if (!isKey(key)) return takesNone;
  for (let holder: object | null = Object(value) as object; holder !== null; holder = getPrototypeOf(holder)) {
    const found = getOwnPropertyDescriptor(holder, key);
    if (found === undefined) continue;
    if ("value" in found) return !found.writable || (holder !== value && takesNone);
    if (found.set === undefined) return true;
    return standInOf(found.get) !== undefined && (holder === value || takesNone);
  }
  return takesNone;
}
