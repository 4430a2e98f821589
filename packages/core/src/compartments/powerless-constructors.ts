/**
 * `Function.prototype.constructor` and its like for async functions and
 * generators. They are shared by all packages, so they can't know whose global
 * object a text should see: it sees none but the hardened intrinsics. Code
 * generators that pass everything in as arguments work; a text that climbs to
 * them for power finds nothing.
 *
 * @see https://tc39.es/ecma262/#sec-createdynamicfunction
 */
import { makeCompartment, makeFunctionConstructor, type Compartment, type FunctionKind } from "./compartment.ts";

const { defineProperty, getPrototypeOf } = Object;

const PROTOTYPES: readonly (readonly [name: string, kind: FunctionKind, prototype: object])[] = [
  ["Function", "function", getPrototypeOf(function () {}) as object],
  ["AsyncFunction", "async", getPrototypeOf(async function () {}) as object],
  ["GeneratorFunction", "generator", getPrototypeOf(function* () {}) as object],
  ["AsyncGeneratorFunction", "asyncGenerator", getPrototypeOf(async function* () {}) as object],
];

/** Lets the compartment of such texts be made once the realm is locked down; before that they throw. */
export interface PowerlessConstructors {
  enable(guestGlobal: Record<PropertyKey, unknown>, realGlobalNames: ReadonlySet<string>): void;
}

/** Replaces the constructors. To be called before the intrinsics are hardened. */
export function installPowerlessConstructors(): PowerlessConstructors {
  let compartment: Compartment | undefined;
  for (const [name, kind, prototype] of PROTOTYPES) {
    const value = makeFunctionConstructor(name, prototype, (parameters, body) => {
      if (compartment === undefined) throw new TypeError(`${name} can't compile text yet`);
      return compartment.compileFunction(parameters, body, { kind });
    });
    defineProperty(prototype, "constructor", { value, writable: true, enumerable: false, configurable: true });
  }
  return {
    enable(guestGlobal, realGlobalNames) {
      compartment = makeCompartment({
        owner: undefined,
        globalThis: guestGlobal,
        realGlobalNames,
        importModule: async (specifier) => {
          throw Object.assign(
            new Error(`Cannot find module '${specifier as string}': this text has no module to import from`),
            { code: "ERR_MODULE_NOT_FOUND" },
          );
        },
      });
      // Shared by everybody: nobody may leave anything on it, as sloppy assignments would.
      Object.freeze(guestGlobal);
    },
  };
}
