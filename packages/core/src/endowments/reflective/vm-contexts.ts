import type { EndowmentContext } from "../principal.ts";

/** How a principal's `vm` makes contexts and runs texts in them. */
export interface Contexts {
  create(object: object, options: unknown): object;
  has(object: object): boolean;
  run(source: string, filename: string, context: object, options: unknown): unknown;
}

/**
 * Contexts for packages: an object that serves as the global of a compartment in
 * the same realm, under the same authority. Code in it finds that object's
 * properties and the frozen intrinsics, and nothing else. Real contexts are not
 * made: through their `Error.prepareStackTrace` a package sees the raw call
 * sites of whoever is on the stack, and their rejections carry a foreign realm.
 *
 * HAZARD: `timeout` and `breakOnSigint` can't be held in one realm and are ignored.
 */
export function compartmentContexts(context: EndowmentContext): Contexts {
  // A context is the object and nothing besides: a package that holds another one's could as well make one of it.
  const known = context.shared("vm.contexts", () => new WeakSet<object>());
  return {
    create(object) {
      known.add(object);
      return object;
    },
    has: (object) => known.has(object),
    run: (source, filename, global) => context.loader.evaluate(source, { filename, global }),
  };
}

/** What the application may say about its contexts and runs. */
const PASSED = [
  "displayErrors",
  "timeout",
  "breakOnSigint",
  "microtaskMode",
  "name",
  "origin",
  "codeGeneration",
  "lineOffset",
  "columnOffset",
  "contextName",
  "contextOrigin",
  "contextCodeGeneration",
];

function passedOptions(options: unknown): Record<string, unknown> {
  const passed: Record<string, unknown> = Object.create(null);
  if (typeof options !== "object" || options === null) return passed;
  for (const name of PASSED) {
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}

/** Node's own contexts, for the application: with their intrinsics, declarations and time limits. */
export function realContexts(context: EndowmentContext): Contexts {
  const real = context.powers.builtin("vm");
  return {
    create: (object, options) => real.createContext(object, passedOptions(options)),
    has: (object) => real.isContext(object),
    run: (source, filename, object, options) =>
      new real.Script(source, { ...passedOptions(options), filename }).runInContext(object, passedOptions(options)),
  };
}
