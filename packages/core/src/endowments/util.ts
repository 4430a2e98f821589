import { builtinFacade } from "./builtins.ts";
import { deferMember, defineMember, lazyDescriptor, named } from "./facade.ts";
import { makeHandedBuiltin } from "./handed-builtin.ts";
import { applicationsDefaults } from "./inspect-defaults.ts";
import type { EndowmentContext } from "./principal.ts";

/** A principal's `util.inspect`. The application's default options count for everybody, a package's for itself. */
function makeInspect(real: any, context: EndowmentContext): Function {
  const ofApplication = applicationsDefaults(context);
  const own = context.principal.trusted ? ofApplication : { values: ofApplication.values, used: false };
  const inspect = named("inspect", 2, function (value: unknown, options?: unknown, ...legacy: unknown[]) {
    if (!own.used && !ofApplication.used) return Reflect.apply(real, undefined, [value, options, ...legacy]);
    const defaults = own.used ? own.values : ofApplication.values;
    if (typeof options === "object" && options !== null) return real(value, { ...defaults, ...options });
    const old: Record<string, unknown> = { ...defaults };
    if (options !== undefined) old["showHidden"] = options;
    if (legacy[0] !== undefined) old["depth"] = legacy[0];
    if (legacy[1] !== undefined) old["colors"] = legacy[1];
    return real(value, old);
  });
  defineMember(inspect, "custom", real.custom);
  defineMember(inspect, "colors", { ...real.colors });
  defineMember(inspect, "styles", { ...real.styles });
  Object.defineProperty(inspect, "defaultOptions", {
    get() {
      if (!own.used) own.values = { ...ofApplication.values };
      own.used = true;
      return own.values;
    },
    set(next: object) {
      if (typeof next !== "object" || next === null)
        throw Object.assign(new TypeError('The "options" argument must be of type object.'), {
          code: "ERR_INVALID_ARG_TYPE",
        });
      Object.assign((inspect as unknown as { defaultOptions: object }).defaultOptions, next);
    },
    enumerable: true,
    configurable: true,
  });
  return inspect;
}

/**
 * Node's `promisify` puts its mark on the function that it finds under it, and
 * fails where that is frozen (`promisify(stream.pipeline)`): what it would have
 * returned is that function.
 */
function makePromisify(real: any): Function {
  const promisify = named("promisify", 1, (original: any) => {
    const found: unknown = typeof original === "function" ? original[real.custom] : undefined;
    return typeof found === "function" && !Reflect.isExtensible(found) ? found : real(original);
  });
  defineMember(promisify, "custom", real.custom);
  return promisify;
}

/**
 * Functions that packages export as their own, and then put something on
 * (execa 1: `module.exports = util.getSystemErrorName; module.exports.__test__ = …`).
 */
const REEXPORTED = [
  "callbackify",
  "deprecate",
  "format",
  "getSystemErrorName",
  "inherits",
  "isDeepStrictEqual",
  "stripVTControlCharacters",
];

/** A principal's `util`. */
export function makeUtil(context: EndowmentContext): object {
  const real = context.powers.builtin("util");
  const facade = makeHandedBuiltin(context, "util") as Record<string, any>;
  deferMember(facade, "inspect", real.inspect, () => makeInspect(real.inspect, context));
  defineMember(facade, "promisify", makePromisify(real.promisify));
  const ofApplication = applicationsDefaults(context);
  for (const name of REEXPORTED) {
    const original = real[name] as Function;
    deferMember(facade, name, original, () =>
      named(name, original.length, (...given: unknown[]) =>
        name === "format" && ofApplication.used
          ? real.formatWithOptions({ ...ofApplication.values }, ...given)
          : Reflect.apply(original, undefined, given),
      ),
    );
  }
  // Each call makes another Map, but that is Node's word, not a promise.
  if (real.getSystemErrorMap)
    defineMember(
      facade,
      "getSystemErrorMap",
      named("getSystemErrorMap", 0, () => new Map(real.getSystemErrorMap())),
    );
  Object.defineProperty(
    facade,
    "types",
    lazyDescriptor("types", () => builtinFacade(context, "util/types"), true, true),
  );
  return facade;
}
