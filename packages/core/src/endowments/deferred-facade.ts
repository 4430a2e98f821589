/**
 * Facades that are made when one of their members is first looked at: those of the network cost half of what
 * loading Express does, and most who require `https` make no request while a program starts.
 *
 * HAZARD: until then nothing of that builtin has been hardened, and nothing in the object is Node's but plain data.
 */
import { defineMember, hasInstances, isLazy, noteLazy } from "./facade.ts";
import { makePropertiesFast } from "./fast-properties.ts";
import { hardenNodeObject } from "./harden-node.ts";
import { isObject } from "./is-object.ts";
import type { MemberTable } from "./member-table.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";

const { getOwnPropertyNames, getPrototypeOf, hasOwn } = Object;
const { deleteProperty, ownKeys } = Reflect;
const objectPrototype = Object.prototype;

/**
 * An object that becomes the facade when somebody reads or writes one of its members.
 *
 * @param real Node's module
 * @param members which of them the package may have
 * @param make the facade, with these members and no others; called until it returns
 */
export function deferredFacade(
  real: object,
  table: MemberTable,
  members: true | readonly string[],
  make: () => object,
): object {
  const shell = {};
  let made: object | undefined;
  const facade = (): object => {
    if (made === undefined) {
      const done = make();
      for (const key of ownKeys(shell)) putInPlace(shell, key, done);
      for (const key of ownKeys(done)) {
        if (!names.has(key)) defineProperty(shell, key, getOwnPropertyDescriptor(done, key)!);
      }
      makePropertiesFast(shell);
      made = done;
    }
    return made;
  };
  for (const name of getOwnPropertyNames(real)) {
    const rule = hasOwn(table, name) ? table[name]![0] : "absent";
    if (rule === "absent") continue;
    const { value, get } = getOwnPropertyDescriptor(real, name)!;
    const isGranted = members === true || members.includes(name) || name === "constants";
    const isFunction = typeof value === "function";
    if (!isGranted && !isFunction && (isObject(value) || (get !== undefined && rule !== "pass"))) continue;
    if (rule === "refuse" && !isFunction) continue;
    if (rule === "pass" && get === undefined && isPlainData(value)) defineMember(shell, name, hardenNodeObject(value));
    else
      defineProperty(
        shell,
        name,
        deferredMember(name, facade, get === undefined && !(isFunction && hasInstances(value))),
      );
  }
  const names = new Set(ownKeys(shell));
  return shell;
}

/** Texts, numbers, and lists and tables of them: nothing that leads anywhere. */
function isPlainData(value: unknown): boolean {
  if (!isObject(value)) return true;
  if (typeof value === "function") return false;
  if (!Array.isArray(value) && getPrototypeOf(value) !== objectPrototype && getPrototypeOf(value) !== null)
    return false;
  return ownKeys(value).every((key) => {
    const descriptor = getOwnPropertyDescriptor(value, key)!;
    return "value" in descriptor && !isObject(descriptor.value);
  });
}

/** @param isData whether descriptors are to show it as data */
function deferredMember(name: string, facade: () => object, isData: boolean): PropertyDescriptor {
  const descriptor = {
    __proto__: null,
    get(this: unknown): unknown {
      const made = facade();
      putInPlace(this, name, made);
      return (made as Record<string, unknown>)[name];
    },
    set(this: unknown, next: unknown): void {
      const made = facade();
      putInPlace(this, name, made);
      if (!isObject(this)) return;
      const own = getOwnPropertyDescriptor(this, name);
      if (own === undefined) defineMember(this, name, next);
      // Where it was locked meanwhile, as what an exported object inherits.
      else (isLazy(own) ? (made as Record<string, unknown>) : (this as Record<string, unknown>))[name] = next;
    },
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor;
  noteLazy(descriptor.get!, isData);
  return descriptor;
}

/** Gives the shell, or what its descriptors were copied to, the facade's own property where none of somebody's is. */
function putInPlace(receiver: unknown, key: PropertyKey, made: object): void {
  if (!isObject(receiver)) return;
  const own = getOwnPropertyDescriptor(receiver, key);
  if (own === undefined || own.configurable !== true || !isLazy(own)) return;
  const final = getOwnPropertyDescriptor(made, key);
  if (final === undefined) deleteProperty(receiver, key);
  else defineProperty(receiver, key, final);
}
