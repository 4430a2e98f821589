/**
 * Packages that change how the project's own modules are found, compiled and loaded, once the
 * project's modules, its command line or its configuration name them; and of their dependencies
 * those that do it for them. A name with a path stands for that module alone.
 */
export const MODULE_HOOKS: ReadonlyMap<string, readonly string[]> = new Map([
  // Put test doubles in the place of modules.
  ["proxyquire", []],
  ["mockery", []],
  ["mock-require", []],
  ["rewire", ["pirates"]],
  ["rewiremock", ["wipe-node-cache"]],
  ["testdouble", ["quibble"]],
  ["quibble", []],
  // Compile what is no JavaScript, or none of that version.
  ["@babel/register", ["pirates"]],
  ["@swc-node/register", ["pirates"]],
  ["asset-require-hook", []],
  ["coffee-script", []],
  ["coffeescript", []],
  ["css-modules-require-hook", []],
  ["esbuild-register", []],
  ["graphql-import-node", []],
  ["ignore-styles", []],
  ["json5/lib/register", []],
  ["json5/lib/register.js", []],
  ["livescript", []],
  ["node-hook", []],
  ["pirates", []],
  ["sucrase", ["pirates"]],
  ["ts-node", []],
  ["tsx", []],
  ["yaml-hook/register", ["pirates"]],
]);

/** The packages that change how modules are loaded where the project imports this; none where it changes nothing. */
export function hookHoldersOf(specifier: string, packageName: string | undefined): readonly string[] | undefined {
  if (packageName === undefined) return undefined;
  const others = MODULE_HOOKS.get(packageName) ?? MODULE_HOOKS.get(specifier);
  return others && [packageName, ...others];
}

/** Of these, those whose configuration names packages: presets and plugins. */
export const CONFIGURED_HOOKS: ReadonlySet<string> = new Set(["@babel/register"]);

/** Packages that find modules of the project by other names, and do no more. */
export const MODULE_FINDERS: ReadonlySet<string> = new Set(["app-module-path", "module-alias", "tsconfig-paths"]);

/** Packages that have modules of the project loaded anew, and those that they have find these. */
export const CACHE_CLEARERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["clear-module", ["resolve-from"]],
  ["clear-require", ["resolve-from"]],
  ["decache", []],
  ["import-fresh", ["resolve-from"]],
  ["require-uncached", ["resolve-from"]],
]);
