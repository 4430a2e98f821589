/**
 * The CommonJS loader of one package. Modules live in the cache of the package
 * that owns the file; a package sees only its own.
 *
 * @see https://nodejs.org/api/modules.html
 */
import { readFileSync } from "node:fs";
import { dirname, extname, isAbsolute, join, relative, sep } from "node:path";
import type { ModuleClass, ModuleLoader, ModuleObject } from "../endowments/reflective/module-class.ts";
import type { Principal } from "../endowments/principal.ts";
import { textsOf } from "../endowments/texts-of.ts";
import { isFirstParty } from "../naming/canonical-name.ts";
import type { Resolution } from "../packages/types.ts";
import { rememberSource } from "./loaded-sources.ts";
import { fileMachinery } from "./file-machinery.ts";
import type { OuterHooks } from "./outer-hooks.ts";
import { makePatchableModule } from "./patchable-module.ts";
import { prepareSource, type PreparedSource } from "./prepare-source.ts";
import type { World } from "./world.ts";

const { apply } = Reflect;
const { defineProperty, getOwnPropertyDescriptor, hasOwn, keys } = Object;

/** Those that Node itself tries. */
const EXTENSIONS: ReadonlySet<string> = new Set([".js", ".json", ".node"]);

/** Another package that asks for a module, and its file, for `module.parent`. */
export interface Importer {
  readonly principal: Principal;
  readonly file: string;
}

/** What a module of the project asks for, and nothing has. */
export interface SoughtName {
  readonly request: string;
  /** The file that asks. */
  readonly referrer: string;
  /** Of files that the project loads. */
  readonly extensions: readonly string[];
  /** By the lists of the project's own `Module`. @throws as `require` does */
  resolve(request: string, referrer: string): Resolution;
}

/** `require` for one package. */
export interface CommonJsLoader {
  readonly Module: ModuleClass;
  /** What the package has as `require.cache`. */
  readonly cache: Record<string, ModuleObject | undefined>;
  /** Whether the package finds or loads its modules in its own way now. */
  readonly isPatched: boolean;
  /** Whether the program began with one of its files, which is then `require.main`. */
  readonly hasMain: boolean;
  /** Whether it has put a `_load` of its own in place. */
  readonly hooksLoads: boolean;
  /** The same of `Module.prototype.require`. */
  readonly hooksRequire: boolean;
  /** Whether it has put a function of its own in place that loads files of an extension: `.ts`. */
  compiles(extension: string): boolean;
  /** `require(request)` from a file, without asking a patched `Module._load`. */
  load(request: string, referrer: string, isMain?: boolean, parent?: ModuleObject): unknown;
  /** What `require.resolve(request)` gives in a file, without asking a patched `Module._resolveFilename`. */
  resolveFilename(request: string, referrer: string, paths?: readonly string[]): string;
  /**
   * What a patched `Module` finds where a file of the project asks for a name that nothing has.
   * @param look by which the package learns where a module of the project is
   * @returns a path, or whatever else the package says
   */
  findFor(asked: SoughtName, look: (request: string) => string): unknown;
  /** Fills `module.exports` from a file of the package. */
  loadFile(module: ModuleObject, filename: string): void;
  /**
   * What `process.dlopen` gives of a native addon: as `require` loads it, by the grants of the package that it belongs to.
   * @param path absolute
   * @param flags for the dynamic linker
   */
  openAddon(path: string, flags: number | undefined): unknown;
  createRequire(filename: string): NodeJS.Require;
  /**
   * The exports of a file that belongs to this package.
   * @param importer the package that asks, where it is another one
   * @param linkerFlags with which a native addon is opened
   */
  exportsOf(path: string, parent?: ModuleObject, isMain?: boolean, importer?: Importer, linkerFlags?: number): unknown;
}

/** Node's error for what `require` does not find. */
export function notFound(request: string, referrer: string, why = ""): Error {
  const error = new Error(`Cannot find module '${request}'${why}\nRequire stack:\n- ${referrer}`);
  return Object.assign(error, { code: "MODULE_NOT_FOUND", requireStack: [referrer] });
}

const notAllowed = (request: string, referrer: string): Error =>
  notFound(request, referrer, " (not allowed by moat's policy)");

function notAString(value: unknown): TypeError {
  return Object.assign(
    new TypeError(`The "id" argument must be of type string. Received ${value === null ? "null" : typeof value}`),
    { code: "ERR_INVALID_ARG_TYPE" },
  );
}

/** @param moduleLoader what the package's own `Module` calls */
export function makeCommonJsLoader(world: World, moduleLoader: ModuleLoader): CommonJsLoader {
  const { principal, realm } = world;
  const reloads = principal.trusted ? realm.reloadedModules : undefined;
  const hooks = realm.projectHooks?.includes(principal) === true ? realm.projectHooks : undefined;
  const { Module, native } = hooks?.modules ?? makePatchableModule(moduleLoader, world.defaultReferrer);
  const paths = lazyPaths(Module);
  const cacheNow = (): Record<string, ModuleObject | undefined> => Module["_cache"];
  const cache = cacheNow();
  let mainModule: ModuleObject | undefined;
  const foreignModules = new Map<string, ModuleObject>();
  let lookFor: ((request: string) => string) | undefined;
  const askedEarly = new WeakMap<ModuleObject, Principal>();

  const resolve = (request: string, referrer: string, paths?: readonly string[]): Resolution => {
    if (paths !== undefined) return realm.resolveFor(world, request, referrer, "require", { paths });
    try {
      return resolveByLists(request, referrer);
    } catch (error) {
      if (!principal.trusted || (error as { code?: string }).code !== "MODULE_NOT_FOUND") throw error;
      const extensions = keys(Module["_extensions"]);
      const found = realm.findNamed({ request, referrer, extensions, resolve: resolveByLists });
      if (found === undefined) throw error;
      return found;
    }
  };

  const resolveByLists = (request: string, referrer: string): Resolution => {
    try {
      return realm.resolveFor(world, request, referrer, "require");
    } catch (error) {
      const isMissing = (error as { code?: string }).code === "MODULE_NOT_FOUND";
      const found = isMissing ? resolveAsPatched(request, referrer) : undefined;
      if (found === undefined) throw error;
      return found;
    }
  };

  /** By the extensions and folders that have been added to `Module`: `require("./x")` finds `x.ts`. */
  const resolveAsPatched = (request: string, referrer: string): Resolution | undefined => {
    const isPath = isAbsolute(request) || /^\.\.?(?:[/\\]|$)/.test(request);
    const folders = isPath ? [] : addedFolders(referrer);
    const names = isPath ? [request] : folders.map((folder) => join(folder, request));
    const added = keys(Module["_extensions"]).filter((extension) => !EXTENSIONS.has(extension));
    const endings = added.flatMap((extension) => [extension, `/index${extension}`]);
    for (const name of names) {
      for (const ending of isPath ? endings : ["", ...endings]) {
        try {
          return realm.resolveFor(world, name + ending, referrer, "require");
        } catch (error) {
          if ((error as { code?: string }).code !== "MODULE_NOT_FOUND") throw error;
        }
      }
    }
    return undefined;
  };

  /** What a program has put into `module.paths`, or a package into those of all modules (`app-module-path`). */
  const addedFolders = (referrer: string): string[] => {
    const module = cacheNow()[referrer];
    const own = module && getOwnPropertyDescriptor(module, "paths")?.value;
    const looksElsewhere = own !== undefined || Module["_nodeModulePaths"] !== native.nodeModulePaths;
    const folders: unknown = looksElsewhere ? (own ?? Module["_nodeModulePaths"](dirname(referrer))) : undefined;
    return Array.isArray(folders) ? textsOf(folders).filter((folder) => isAbsolute(folder)) : [];
  };

  /** `require` of a name that nothing has: a package may have meant to find it for the application (`module-alias`). */
  const resolveTelling = (request: string, referrer: string): Resolution => {
    try {
      return resolve(request, referrer);
    } catch (error) {
      if (principal.trusted && (error as { code?: string }).code === "MODULE_NOT_FOUND") realm.tellOfPatchedLoaders();
      throw error;
    }
  };

  const ownerFor = (resolution: Resolution, request: string, referrer: string): World =>
    realm.cross(
      world,
      resolution,
      request,
      // HAZARD: to a package, what it may not import is what is not there.
      () => (principal.trusted ? notAllowed(request, referrer) : realm.resolver.absent(request, referrer, "require")),
      referrer,
    );

  const builtinFor = (name: string, request: string, referrer: string): object => {
    // To stand in for a module, a test double loads it.
    if (hooks !== undefined && !principal.trusted && !hasOwn(principal.policy.builtins ?? {}, name))
      return hooks.project.builtin(name);
    try {
      return world.builtin(name);
    } catch (error) {
      if ((error as { code?: string }).code !== "MOAT_BUILTIN_DENIED") throw error;
      throw notAllowed(request, referrer);
    }
  };

  const load = (request: string, referrer: string, isMain = false, parent?: ModuleObject): unknown => {
    const found = resolveTelling(request, referrer);
    if (found.format === "builtin") return builtinFor(found.path, request, referrer);
    const original = found.format === "addon" ? realm.originalOfAddon(world, found) : undefined;
    const resolution = original === undefined ? found : resolve(original, referrer);
    const owner = ownerFor(resolution, request, referrer);
    if (hooks?.includes(owner.principal) === true) return owner.commonJs.exportsOf(resolution.path, parent, isMain);
    if (owner === world || isCompiledHere(owner, resolution.path)) return exportsOf(resolution.path, parent, isMain);
    if (principal.trusted) realm.tellOfHookedLoads();
    return owner.commonJs.exportsOf(resolution.path, undefined, false, { principal, file: referrer });
  };

  /**
   * Whether a module of the project is compiled by the package that asks for it: tools that
   * hook an extension (`require.extensions[".ts"] = …`) compile configurations so. What such a
   * hook compiles runs as the package's own code; what it leaves to the loader, as the project's.
   */
  const isCompiledHere = (owner: World, path: string): boolean =>
    isFirstParty(owner.principal.name) && Module["_extensions"][extensionOf(path)] !== native.extension;

  const extensionOf = (path: string): string => {
    const name = path.slice(path.lastIndexOf(sep) + 1);
    for (let at = name.indexOf(".", 1); at !== -1; at = name.indexOf(".", at + 1)) {
      const extension = name.slice(at);
      if (hasOwn(Module["_extensions"], extension)) return extension;
    }
    return ".js";
  };

  const openAddon: CommonJsLoader["openAddon"] = (path, flags) => {
    const found = resolve(path, path);
    const original = found.format === "addon" ? realm.originalOfAddon(world, found) : undefined;
    const resolution = original === undefined ? found : resolve(original, path);
    const owner = ownerFor(resolution, path, path);
    if (found.format !== "addon") throw notFound(path, path, " (it is no native addon)");
    const importer = owner === world ? undefined : { principal, file: path };
    return owner.commonJs.exportsOf(resolution.path, undefined, false, importer, flags);
  };

  const exportsOf: CommonJsLoader["exportsOf"] = (path, parent, isMain = false, importer, linkerFlags) => {
    const cached = reloads?.wasTakenOff(path) === true ? undefined : cacheNow()[path];
    if (cached !== undefined) {
      if (importer !== undefined) cross(cached, importer.principal);
      if (parent !== undefined && !parent.children.includes(cached)) parent.children.push(cached);
      return cached.exports;
    }
    // As in Node: null for the file that was started, undefined for one that an ES module imports.
    const nobody = isMain ? null : undefined;
    const module = new Module(path, parent ?? (importer === undefined ? nobody : foreignModule(importer.file)));
    module.filename = path;
    if (isMain) {
      mainModule = module;
      module.id = ".";
    }
    defineProperty(module, "paths", paths);
    cacheNow()[path] = module;
    reloads?.show(path, module);
    let loaded = false;
    try {
      const extend = Module["_extensions"][extensionOf(path)];
      if (module["load"] !== native.loadModule) module["load"](path);
      else if (extend === native.extension) loadFile(module, path, linkerFlags);
      else extend(module, path);
      loaded = true;
    } finally {
      if (!loaded) {
        delete cacheNow()[path];
        reloads?.hide(path);
      }
    }
    module.loaded = true;
    if (realm.outerHooks !== undefined) showOutside(realm.outerHooks, module, path);
    const asked = askedEarly.get(module) ?? importer?.principal;
    if (asked !== undefined) realm.guardExports(principal, asked, module.exports);
    return module.exports;
  };

  const showOutside = (hooks: OuterHooks, module: ModuleObject, path: string): void => {
    const exported: unknown = module.exports;
    const shown = hooks.exportsOf(path, exported);
    // A module may have a getter there (ansi-styles).
    if (shown !== exported)
      defineProperty(module, "exports", { value: shown, writable: true, enumerable: true, configurable: true });
  };

  /** Another package gets what a module has exported; before it has run to its end, it is still being made. */
  const cross = (module: ModuleObject, importer: Principal): void => {
    if (module.loaded) realm.guardExports(principal, importer, module.exports);
    else if (!importer.trusted) {
      askedEarly.set(module, importer);
      realm.guardUnfinished(principal, importer, module.exports);
    }
  };

  const loadFile = (module: ModuleObject, path: string, linkerFlags?: number): void => {
    const resolution = resolve(path, path);
    const owner = ownerFor(resolution, path, path);
    if (hooks !== undefined && owner !== world && hooks.includes(owner.principal)) {
      owner.commonJs.loadFile(module, path);
      return;
    }
    if (owner !== world) {
      // Another one's module is loaded as its own loader does it, whatever a hook has put on this likeness of it (proxyquire, rewire).
      if (hasOwn(module, "require") || hasOwn(module, "_compile")) realm.deniesHooks(principal, "loaded");
      module.exports = owner.commonJs.exportsOf(resolution.path, undefined, false, { principal, file: path });
      return;
    }
    switch (resolution.format) {
      case "json":
        module.exports = parseJson(readFileSync(resolution.path, "utf8"), path);
        return;
      case "addon":
        loadAddon(world, module, resolution.path, linkerFlags);
        return;
      default:
        if (isCompiledAsPatched(module)) module["_compile"](readFileSync(resolution.path, "utf8"), resolution.path);
        else evaluate(module, resolution);
    }
  };

  const isCompiledAsPatched = (module: ModuleObject): boolean => {
    const [before, after] = Module["wrapper"] as unknown[];
    return module["_compile"] !== native.compile || before !== native.wrapper[0] || after !== native.wrapper[1];
  };

  const evaluate = (module: ModuleObject, resolution: Resolution): void => {
    if (principal.trusted) realm.tellOfHookedLoads();
    let prepared: PreparedSource;
    try {
      prepared = prepareSource(world, resolution);
    } catch (error) {
      if (principal.trusted && error instanceof SyntaxError) realm.tellOfCompilers(extname(resolution.path));
      throw error;
    }
    if (prepared.kind === "module") {
      module.exports = world.modules.requireModule(resolution, prepared);
      return;
    }
    run(module, resolution.path, prepared);
  };

  const run = (module: ModuleObject, path: string, prepared: PreparedSource & { kind: "commonjs" }): void => {
    const require = makeRequire(module, path);
    rememberSource(path, prepared.functor);
    const inner = world.compartment.instantiate(prepared.functor, path, fileMachinery(world, prepared, path));
    apply(inner, module.exports, [module.exports, require, module, path, dirname(path)]);
    world.publishShares?.();
  };

  const resolveFilename = (request: string, referrer: string, paths?: readonly string[]): string => {
    if (lookFor !== undefined) return lookFor(request);
    const resolution = resolve(request, referrer, paths);
    if (resolution.format === "builtin") return request;
    ownerFor(resolution, request, referrer);
    return resolution.path;
  };

  const findFor: CommonJsLoader["findFor"] = ({ request, referrer, extensions }, look) => {
    for (const extension of extensions) Module["_extensions"][extension] ??= native.extension;
    const before = lookFor;
    lookFor = look;
    try {
      if (Module["_resolveFilename"] !== native.resolveFilename) {
        const found: unknown = Module["_resolveFilename"](request, foreignModule(referrer), false);
        if (found !== undefined) return found;
      }
    } catch (error) {
      if ((error as { code?: string } | undefined)?.code !== "MODULE_NOT_FOUND") throw error;
    } finally {
      lookFor = before;
    }
    if (Module["_nodeModulePaths"] === native.nodeModulePaths) return undefined;
    const folders: unknown = Module["_nodeModulePaths"](dirname(referrer));
    for (const folder of Array.isArray(folders) ? textsOf(folders) : []) {
      try {
        if (isAbsolute(folder)) return look(join(folder, request));
      } catch (error) {
        if ((error as { code?: string }).code !== "MODULE_NOT_FOUND") throw error;
      }
    }
    return undefined;
  };

  const makeRequire = (module: ModuleObject | undefined, referrer: string): NodeJS.Require => {
    const require = (request: unknown): unknown => {
      if (typeof request !== "string") throw notAString(request);
      if (request === "")
        throw Object.assign(new TypeError("The argument 'id' must be a non-empty string. Received ''"), {
          code: "ERR_INVALID_ARG_VALUE",
        });
      // A package may have patched its own `Module`; else straight on.
      if (module !== undefined && module.require !== native.require) return module.require(request);
      if (Module["_load"] !== native.load)
        return Module["_load"](request, module ?? { filename: referrer, id: referrer }, false);
      if (Module["_resolveFilename"] !== native.resolveFilename) return loadPatched(request, module, referrer);
      return load(request, referrer, false, module);
    };
    const resolveName = (request: unknown, options?: { paths?: unknown }): string => {
      if (typeof request !== "string") throw notAString(request);
      const given = options?.paths;
      if (Module["_resolveFilename"] !== native.resolveFilename)
        return Module["_resolveFilename"](request, module ?? { filename: referrer }, false, options);
      const paths = Array.isArray(given) ? textsOf(given) : undefined;
      return resolveFilename(request, referrer, paths);
    };
    resolveName.paths = (request: string): string[] | null => realm.resolver.resolvePaths(`${request}`, referrer);
    defineProperty(resolveName, "name", { value: "resolve" });
    return Object.assign(require, {
      resolve: resolveName,
      main: mainFor(),
      extensions: Module["_extensions"],
      cache: cacheNow() as never,
    }) as unknown as NodeJS.Require;
  };

  /**
   * A module of another package as this one sees it, in `module.parent` and
   * `require.main`: its place, and a `require` that starts there but has this
   * package's own authority. Many packages ask `module.parent` whether they were
   * started or required.
   */
  const foreignModule = (path: string): ModuleObject => {
    let module = hooks === undefined ? foreignModules.get(path) : (cacheNow()[path] ?? foreignModules.get(path));
    if (module === undefined) {
      module = new Module(path);
      if (path === realm.entry) module.id = ".";
      module.filename = path;
      module.loaded = true;
      defineProperty(module, "paths", paths);
      foreignModules.set(path, module);
    }
    return module;
  };

  /** `require.main`: the real one for the program itself, a likeness for packages. */
  const mainFor = (): unknown => {
    if (mainModule !== undefined) return mainModule;
    if (realm.entry === undefined) return undefined;
    // Where the program is an ES module, there is none.
    const { commonJs } = realm.worldAt(realm.resolver.ownerOf(realm.entry));
    return commonJs.hasMain ? foreignModule(realm.entry) : undefined;
  };

  /** As in Node, what a patched `_resolveFilename` gives need not be there: `/x.ts?again=1`, which a patched extension reads. */
  const loadPatched = (request: string, module: ModuleObject | undefined, referrer: string): unknown => {
    const resolved: unknown = Module["_resolveFilename"](request, module ?? { filename: referrer }, false);
    const path = `${resolved as string}`;
    return isThere(path, referrer) ? load(path, referrer, false, module) : exportsOf(path, module);
  };

  const isThere = (path: string, referrer: string): boolean => {
    if (!isAbsolute(path) || path.includes("\0")) return true;
    try {
      resolve(path, referrer);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "MODULE_NOT_FOUND") return false;
      throw error;
    }
  };

  return {
    Module,
    cache,
    get hooksLoads() {
      return Module["_load"] !== native.load;
    },
    compiles(extension) {
      const { [extension]: compile = native.extension } = Module["_extensions"] as Record<string, unknown>;
      return compile !== native.extension;
    },
    get hooksRequire() {
      return Module.prototype.require !== native.require;
    },
    get isPatched() {
      return Module["_load"] !== native.load || Module["_resolveFilename"] !== native.resolveFilename;
    },
    get hasMain() {
      return mainModule !== undefined;
    },
    load,
    resolveFilename,
    findFor,
    loadFile,
    openAddon,
    exportsOf,
    createRequire: (filename) => makeRequire(undefined, filename),
  };
}

/** `module.paths`, which few programs look at; one accessor for all modules of a package. */
function lazyPaths(Module: ModuleClass): PropertyDescriptor {
  const settle = (module: object, value: unknown): void =>
    void defineProperty(module, "paths", { value, writable: true, enumerable: true, configurable: true });
  return {
    get(this: ModuleObject) {
      const paths: string[] = Module["_nodeModulePaths"](dirname(`${this.filename}`));
      settle(this, paths);
      return paths;
    },
    set(this: ModuleObject, value) {
      settle(this, value);
    },
    enumerable: true,
    configurable: true,
  };
}

/** @throws {SyntaxError} with the file's name before the parser's message, as Node does. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    (error as Error).message = `${path}: ${(error as Error).message}`;
    throw error;
  }
}

/** Native code is beyond the language: only files that the policy names are loaded. */
function loadAddon(world: World, module: ModuleObject, path: string, linkerFlags: number | undefined): void {
  const { principal, realm } = world;
  const name = relative(principal.location, path).split(sep).join("/");
  if (principal.policy.native?.includes(name)) principal.uses?.({ capability: "native", target: name });
  else if (!principal.trusted) {
    if (principal.denies({ capability: "native", target: name })) {
      throw Object.assign(new Error(`Cannot load native addon '${path}' (not allowed by moat's policy)`), {
        code: "ERR_DLOPEN_DISABLED",
      });
    }
  }
  if (linkerFlags === undefined) realm.powers.process.dlopen(module, path);
  else realm.powers.process.dlopen(module, path, linkerFlags);
}
