import { refusedMember } from "../access-denied.ts";
import { functionFor } from "../facade.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { join } from "node:path";
import type { MemberTable } from "../member-table.ts";
import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { makeModuleClass, type ModuleClass, type ModuleLoader } from "./module-class.ts";

export const MODULE_MEMBERS: MemberTable = {
  Module: ["own", "the class itself"],
  _cache: ["own", "the principal's own modules"],
  _pathCache: ["own", "empty"],
  _extensions: ["own", "hooks for the principal's own files"],
  globalPaths: ["own", "empty"],
  wrap: ["own", "computes"],
  wrapper: ["own", "text"],
  _debug: ["own", "does nothing"],
  _stat: ["own", "refused: tells which files exist"],
  _readPackage: ["own", "refused: reads files"],
  _findPath: ["own", "by the principal's resolution"],
  _nodeModulePaths: ["own", "computes"],
  _resolveLookupPaths: ["own", "by the principal's resolution"],
  _resolveFilename: ["own", "by the principal's resolution"],
  _load: ["own", "the principal's require"],
  _initPaths: ["own", "does nothing"],
  _preloadModules: ["own", "does nothing"],
  createRequire: ["own", "the principal's require"],
  isBuiltin: ["pass", "computes"],
  builtinModules: ["own", "a copy of the list"],
  syncBuiltinESMExports: ["own", "does nothing: facades are live"],
  findSourceMap: ["own", "none: maps are other packages' text"],
  SourceMap: ["pass", "computes"],
  runMain: ["refuse", "runs the program's entry again, outside"],
  register: ["own", "told, and does nothing: hooks everybody's loading"],
  registerHooks: ["own", "told, and does nothing: hooks everybody's loading"],
  constants: ["own", "a copy"],
  enableCompileCache: ["own", "says that it is disabled: moat keeps its own"],
  flushCompileCache: ["own", "does nothing"],
  getCompileCacheDir: ["own", "none"],
  findPackageJSON: ["own", "by the principal's resolution"],
  stripTypeScriptTypes: ["pass", "computes"],
  getSourceMapsSupport: ["own", "a copy"],
  setSourceMapsSupport: ["own", "does nothing: it is the whole process's"],
};

const COMPILE_CACHE_DISABLED = 3;

/** `module`: the principal's own loader in the clothes of Node's. Mutable, and never shared. */
export const makeModule: BuiltinFactory = (context) => {
  const fallback = join(context.principal.location, "package.json");
  const loader: ModuleLoader = context.loader;
  // The loader's own, so that what a package patches on it holds where its files are loaded.
  const Module: ModuleClass = loader.Module ?? makeModuleClass(loader, fallback);
  const real = context.powers.builtin("module");
  const own: Record<string, unknown> = {
    builtinModules: Object.freeze([...real.builtinModules]),
    isBuiltin: (name: unknown) => real.isBuiltin(name),
    syncBuiltinESMExports: () => {},
    findSourceMap: () => undefined,
    SourceMap: hardenNodeObject(real.SourceMap),
    constants: Object.freeze({ ...real.constants }),
    enableCompileCache: () => ({ status: COMPILE_CACHE_DISABLED }),
    flushCompileCache: () => {},
    getCompileCacheDir: () => undefined,
    findPackageJSON: (specifier: unknown, base?: unknown) => findPackageJson(context, `${specifier as string}`, base),
    stripTypeScriptTypes: (code: string, options?: object) => real.stripTypeScriptTypes(code, options),
    getSourceMapsSupport: () => Object.freeze({ __proto__: null, ...real.getSourceMapsSupport() }),
    setSourceMapsSupport: () => {},
  };
  if ("runMain" in real) own["runMain"] = refusedMember(context, "module", "runMain", real.runMain);
  for (const name of ["register", "registerHooks"])
    if (name in real) own[name] = hookFunction(context, name, real[name]);
  for (const [name, value] of Object.entries(own)) {
    if (name in real)
      Object.defineProperty(Module, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return Module;
};

/** Programs that hook the loading of modules go on without what their hooks would have done, which is nothing under moat. */
function hookFunction({ principal }: EndowmentContext, name: string, real: Function): Function {
  const target = `module.${name}`;
  return functionFor(name, real.length, (_receiver, args) => {
    if (principal.trusted || !principal.denies({ capability: "builtin", target, via: target, never: true }))
      return Reflect.apply(real, undefined, args);
    return name === "registerHooks" ? Object.freeze({ deregister() {} }) : undefined;
  });
}

/** The nearest `package.json` to what a specifier resolves to, or undefined. */
function findPackageJson(context: EndowmentContext, specifier: string, base: unknown): string | undefined {
  const referrer = base === undefined ? join(context.principal.location, "package.json") : `${base as string}`;
  try {
    const require = context.loader.createRequire(referrer);
    if (specifier === "." || specifier === "..")
      return require.resolve(specifier === "." ? "./package.json" : "../package.json");
    return require.resolve(`${specifier}/package.json`);
  } catch {
    return undefined;
  }
}
