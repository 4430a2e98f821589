/**
 * Assignment to properties that hardened prototypes keep as plain data: `constructor`
 * and the well-known symbols. The loader sends such assignments through here; see
 * `loader/rewrite-targets.ts`.
 */
import { makeFieldDefiner, type FieldDefiner } from "../endowments/define-field.ts";
import { isObject } from "../endowments/is-object.ts";
import { showAsNative } from "./function-text.ts";
import { isAddition } from "./language-additions.ts";
import { isHardenedIntrinsic, isReplacement } from "./tame-definitions.ts";
import { uncurry } from "./uncurried-strings.ts";

const REPLACING = 2;
const INSPECT = Symbol.for("nodejs.util.inspect.custom");
const { apply, getOwnPropertyDescriptor, getPrototypeOf, isExtensible } = Reflect;
const { defineProperty, getOwnPropertySymbols } = Object;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;
const nativeAssign = Object.assign;
const { propertyIsEnumerable } = Object.prototype;
const hasOwn = uncurry(Object.prototype.hasOwnProperty) as (object: unknown, key: string | symbol) => boolean;

const wellKnownSymbols = new Map<string, symbol>();
for (const name of Object.getOwnPropertyNames(Symbol)) {
  const value = (Symbol as unknown as Record<string, unknown>)[name];
  if (typeof value === "symbol") wellKnownSymbols.set(`@@${name}`, value);
}
const delicateSymbols: ReadonlySet<symbol> = new Set(wellKnownSymbols.values());
/** The language has these as read-only, so assigning to what inherits one fails without moat too: lodash finds tags by that. */
const READ_ONLY: ReadonlySet<symbol> = new Set([
  Symbol.toStringTag,
  Symbol.hasInstance,
  Symbol.toPrimitive,
  Symbol.unscopables,
]);
const { has: setHas } = Set.prototype;
const { get: mapGet } = Map.prototype;

/**
 * The object on which guest text assigns `key`. Where the property is inherited
 * from something frozen, the object first gets a writable one of its own.
 * Sloppy code that would fail silently gets an object that nobody sees.
 * @param mode 1 in sloppy code; 2 where strict code assigns to what is visibly an
 *   intrinsic: like a definition, it is left out where it would replace something.
 * @param key a name, or `@@iterator` and the like for a well-known symbol
 */
export function assignmentTarget(value: unknown, key: string | symbol, mode?: 1 | 2): unknown {
  if (mode === REPLACING) {
    const isLeftOut = isReplacement(value, key) || (key === "observable" && isHardenedIntrinsic(value));
    return isLeftOut ? standIn(value, key) : value;
  }
  const sloppy = mode;
  // Functions have these as read-only, and what inherits from arrays the latter; of any other object they are nothing special.
  if (sloppy !== undefined && typeof value === "object" && value !== null)
    if (key === "name" || (key === "length" && hasOwn(value, key))) return value;
  if (!isObject(value)) {
    return sloppy === undefined || value === null || value === undefined ? value : standIn(value, key);
  }
  const property =
    typeof key === "string" && key[0] === "@"
      ? ((apply(mapGet, wellKnownSymbols, [key]) as symbol | undefined) ?? key)
      : key;
  const own = ownOf(value, property);
  if (own !== undefined) {
    const writable = "value" in own ? own.writable : own.set !== undefined;
    if (writable) return value;
    // An intrinsic's own is left out in strict code too, by whatever name that knows it: core-js wraps constructors.
    return sloppy === undefined && !isHardenedIntrinsic(value) ? value : standIn(value, property);
  }
  if (!isExtensible(value)) return sloppy === undefined ? value : standIn(value, property);
  for (let holder = getPrototypeOf(value); holder !== null; holder = getPrototypeOf(holder)) {
    const inherited = holder === objectPrototype && property === "constructor" ? OF_OBJECTS : ownOf(holder, property);
    if (inherited === undefined) continue;
    if ("value" in inherited && !inherited.writable) {
      if (typeof property === "symbol" && (apply(setHas, READ_ONLY, [property]) as boolean))
        return sloppy === undefined ? value : standIn(value, property);
      // The inherited value: `x.constructor ||= f` reads before it writes.
      if (property === "constructor") (defineConstructor ??= makeFieldDefiner(property))(value, inherited.value);
      else
        defineProperty(value, property, {
          value: inherited.value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      // The prototype of heirs of arrays (CoffeeScript's): their `push` assigns a `length`, which would meet the read-only one.
      if (holder === arrayPrototype && property === "constructor" && !hasOwn(value, "length"))
        defineProperty(value, "length", { value: 0, writable: true, enumerable: false, configurable: true });
    }
    break;
  }
  return value;
}

/** What is inherited most often: decimal.js assigns `constructor` to each number that it makes. */
const OF_OBJECTS: PropertyDescriptor = { value: Object, writable: false };
let defineConstructor: FieldDefiner | undefined;

/** V8 has a quick answer to whether there is a property, and makes an object to say which. */
function ownOf(object: object, key: string | symbol): PropertyDescriptor | undefined {
  return hasOwn(object, key) ? getOwnPropertyDescriptor(object, key) : undefined;
}

/** Has the property as it is, for `x.length ||= 1`, and takes any other value without keeping it. */
function standIn(value: unknown, key: string | symbol): object {
  return defineProperty({}, key, { get: () => (value as Record<string | symbol, unknown>)[key], set() {} });
}

/** The same for a key that is computed. Small, so that V8 puts it where it is called. */
export function computedTarget(value: unknown, key: unknown, sloppy?: 1): unknown {
  // `Object[table] = {}`: sloppy code does not notice that the intrinsic is frozen.
  if (sloppy !== undefined && typeof value === "function" && !isExtensible(value) && !isAddition(value, key))
    return standIn(value, typeof key === "symbol" ? key : `${key as string}`);
  if (typeof key === "string") {
    if (key === "constructor" || (sloppy !== undefined && (key === "name" || key === "length"))) {
      return assignmentTarget(value, key, sloppy);
    }
  } else if (typeof key === "symbol") {
    if (apply(setHas, delicateSymbols, [key]) as boolean) return assignmentTarget(value, key, sloppy);
    // `Error.prototype[Symbol.for("nodejs.util.inspect.custom")] = f`, as Next does: how it prints for everybody stays as it is.
    if (key === INSPECT && isHardenedIntrinsic(value)) return standIn(value, key);
  }
  return value;
}

/**
 * Makes `Object.assign` write `constructor` and the well-known symbols as guest text does.
 * To be called before the intrinsics are hardened.
 */
export function tameAssignments(): void {
  const assign = {
    assign(target: object, first: unknown): object {
      const count = arguments.length;
      // Plain objects inherit none of the symbols: they are most targets.
      const mayInheritSymbols = isObject(target) && getPrototypeOf(target) !== objectPrototype;
      for (let index = 1; index < count; index++) {
        const source: unknown = arguments[index];
        if (source === null || source === undefined) continue;
        // First, since V8 has a quick answer to this question alone.
        if (hasOwn(source, "constructor") && (apply(propertyIsEnumerable, source, ["constructor"]) as boolean))
          assignmentTarget(target, "constructor");
        if (!mayInheritSymbols || !isObject(source)) continue;
        const symbols = getOwnPropertySymbols(source);
        for (let at = 0; at < symbols.length; at++) {
          const symbol = symbols[at]!;
          if (apply(setHas, delicateSymbols, [symbol]) && apply(propertyIsEnumerable, source, [symbol]))
            assignmentTarget(target, symbol);
        }
      }
      if (count === 2) return nativeAssign(target, first) as object;
      return apply(nativeAssign, Object, arguments as unknown as Parameters<typeof nativeAssign>) as object;
    },
  }.assign;
  showAsNative(assign);
  defineProperty(Object, "assign", { value: assign, writable: true, enumerable: false, configurable: true });
}
