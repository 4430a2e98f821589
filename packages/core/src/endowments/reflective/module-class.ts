import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { accessDenied } from "../access-denied.ts";
import type { PrincipalLoader } from "../principal.ts";
import { textsOf } from "../texts-of.ts";

/**
 * What `Module` needs of a principal's loader. The optional members let patches
 * that packages make (`Module._load`, `_extensions`) sit in front of the loader
 * without running in circles; without them `createRequire` is used.
 */
export interface ModuleLoader extends PrincipalLoader {
  /** `require(request)` from a file without asking `Module._load` again. */
  load?(request: string, referrer: string, isMain?: boolean, parent?: ModuleObject): unknown;
  /** What `require.resolve` gives, without asking `Module._resolveFilename` again. */
  resolveFilename?(request: string, referrer: string, paths?: readonly string[]): string;
  /** The class of the `module` objects that the loader makes, where it already has one. */
  readonly Module?: ModuleClass;
  /** Fills `module.exports` from a resolved file without asking `Module._extensions` again. */
  loadFile?(module: object, filename: string): void;
}

/** A principal's own class of `module` objects: mutable, because programs patch it. */
export interface ModuleClass {
  new (id?: string, parent?: object | null): ModuleObject;
  [member: string]: any;
  prototype: ModuleObject;
}

export interface ModuleObject {
  id: string;
  path: string;
  exports: any;
  filename: string | null;
  loaded: boolean;
  children: object[];
  paths: string[];
  require(request: string): unknown;
  [member: string]: any;
}

const WRAPPER = ["(function (exports, require, module, __filename, __dirname) { ", "\n});"];

/** The folders in which Node looks for packages from a folder, nearest first. */
function nodeModulePaths(from: string): string[] {
  const paths: string[] = [];
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (!folder.endsWith(`${sep}node_modules`)) paths.push(join(folder, "node_modules"));
    if (dirname(folder) === folder) return paths;
  }
}

function notAString(name: string, value: unknown): TypeError {
  return Object.assign(
    new TypeError(`The "${name}" argument must be of type string. Received ${value === null ? "null" : typeof value}`),
    {
      code: "ERR_INVALID_ARG_TYPE",
    },
  );
}

/**
 * Makes a principal's `Module`: what `require("module")` gives it and what its
 * own `module` objects are instances of. All that it can do goes through the
 * principal's loader, so a patched `_load`, `_resolveFilename`, `_extensions`
 * or `_cache` changes that principal's world and no other.
 *
 * @param fallbackReferrer a file of the principal, for calls that name no parent
 * @param cache what `require.cache` is; the loader's own unless given
 */
export function makeModuleClass(loader: ModuleLoader, fallbackReferrer: string, cache?: object): ModuleClass {
  const referrerOf = (parent: unknown): string => {
    const holder = parent as { filename?: unknown; paths?: unknown; path?: unknown } | null | undefined;
    const filename = holder?.filename;
    if (typeof filename === "string" && isAbsolute(filename)) return filename;
    const paths = holder?.paths;
    const first: unknown = Array.isArray(paths) ? paths[0] : undefined;
    if (typeof first === "string" && isAbsolute(first)) return join(dirname(first), "noop.js");
    return fallbackReferrer;
  };
  const extensionOf = (filename: string): string => {
    const name = filename.slice(filename.lastIndexOf(sep) + 1);
    for (let at = name.indexOf(".", 1); at !== -1; at = name.indexOf(".", at + 1)) {
      const extension = name.slice(at);
      if (Object.hasOwn(Module._extensions, extension)) return extension;
    }
    return ".js";
  };
  const loadNatively = (module: ModuleObject, filename: string): void => {
    if (loader.loadFile !== undefined) loader.loadFile(module, filename);
    else module.exports = loader.createRequire(filename)(filename);
  };

  const Module = function Module(this: ModuleObject, id = "", parent?: ModuleObject | null) {
    if (new.target === undefined) throw new TypeError("Class constructor Module cannot be invoked without 'new'");
    this.id = id;
    this.path = typeof id === "string" ? dirname(id) : ".";
    this.exports = {};
    Object.defineProperty(this, "parent", { value: parent, writable: true, enumerable: false, configurable: true });
    if (parent !== undefined && parent !== null && Array.isArray(parent.children)) parent.children.push(this);
    this.filename = null;
    this.loaded = false;
    this.children = [];
  } as unknown as ModuleClass;

  Module.prototype.require = function (this: ModuleObject, id: unknown) {
    if (typeof id !== "string") throw notAString("id", id);
    if (id === "")
      throw Object.assign(new TypeError("The argument 'id' must be a non-empty string. Received ''"), {
        code: "ERR_INVALID_ARG_VALUE",
      });
    return Module._load(id, this, false);
  };
  Module.prototype.load = function (this: ModuleObject, filename: unknown) {
    if (typeof filename !== "string") throw notAString("filename", filename);
    this.filename = filename;
    this.paths = Module._nodeModulePaths(dirname(filename));
    Module._extensions[extensionOf(filename)](this, filename);
    this.loaded = true;
  };
  Module.prototype._compile = function (this: ModuleObject, content: unknown, filename: unknown) {
    const source = `${content as string}`.replace(/^#!.*/, "");
    const name = `${filename as string}`;
    const file = isAbsolute(name) ? name : fallbackReferrer;
    const require = makeRequire(this, file);
    const parameters = ["exports", "require", "module", "__filename", "__dirname"];
    const [before, after] = Module.wrapper as unknown[];
    const compiled =
      before === WRAPPER[0] && after === WRAPPER[1]
        ? loader.compileFunction(parameters, source, { filename: name })
        : (loader.evaluate(`${before as string}${source}${after as string}`, { filename: name }) as Function);
    return Reflect.apply(compiled, this.exports, [this.exports, require, this, name, dirname(name)]);
  };
  Object.defineProperty(Module.prototype, "isPreloading", { get: () => false, enumerable: false, configurable: true });

  /** A `require` that goes through this class, so that its patches hold. */
  function makeRequire(module: ModuleObject, file: string): any {
    const native = loader.createRequire(file);
    const require = (id: string): unknown => module.require(id);
    const resolveFrom = (request: string, options?: object): string =>
      Module._resolveFilename(request, { ...module, filename: file }, false, options);
    resolveFrom.paths = (request: string): string[] | null => native.resolve.paths(request);
    require.resolve = resolveFrom;
    require.main = native.main;
    require.extensions = Module._extensions;
    require.cache = Module._cache;
    return require;
  }

  function resolveFilename(
    request: unknown,
    parent?: unknown,
    _isMain?: boolean,
    options?: { paths?: unknown },
  ): string {
    if (typeof request !== "string") throw notAString("request", request);
    const given = options?.paths;
    const paths = Array.isArray(given) ? textsOf(given) : undefined;
    const referrer = referrerOf(parent);
    if (loader.resolveFilename !== undefined) return loader.resolveFilename(request, referrer, paths);
    const { resolve } = loader.createRequire(referrer);
    return paths === undefined ? resolve(request) : resolve(request, { paths });
  }

  const extensions: Record<string, (module: ModuleObject, filename: string) => void> = Object.create(null);
  for (const extension of [".js", ".json", ".node"]) extensions[extension] = loadNatively;

  Object.assign(Module, {
    Module,
    _cache: cache ?? loader.createRequire(fallbackReferrer).cache,
    _pathCache: Object.create(null),
    _extensions: extensions,
    globalPaths: [],
    wrapper: [...WRAPPER],
    wrap: (script: string): string => `${Module.wrapper[0]}${script}${Module.wrapper[1]}`,
    _debug: () => {},
    _initPaths: () => {},
    _preloadModules: () => {},
    _nodeModulePaths: (from: unknown): string[] => {
      if (typeof from !== "string") throw notAString("from", from);
      return nodeModulePaths(from);
    },
    _resolveLookupPaths: (request: unknown, parent?: { filename?: string; paths?: string[] }): string[] | null => {
      if (typeof request !== "string") throw notAString("request", request);
      if (/^\.\.?(?:[/\\]|$)/.test(request)) return [dirname(referrerOf(parent))];
      return loader.createRequire(referrerOf(parent)).resolve.paths(request);
    },
    _resolveFilename: resolveFilename,
    _findPath: (request: unknown, paths: unknown): string | false => {
      // The word is looked for by programs that ask whether Node preserves symlinks: preserveSymlinks.
      if (typeof request !== "string") return false;
      const folders = Array.isArray(paths) ? textsOf(paths) : [];
      try {
        if (isAbsolute(request)) return loader.createRequire(fallbackReferrer).resolve(request);
        for (const folder of folders) {
          if (!isAbsolute(folder)) continue;
          try {
            return loader.createRequire(join(folder, "noop.js")).resolve(`./${request}`);
          } catch {
            continue;
          }
        }
      } catch {
        return false;
      }
      return false;
    },
    _load: (request: unknown, parent?: unknown, isMain = false): unknown => {
      if (typeof request !== "string") throw notAString("request", request);
      const referrer = referrerOf(parent);
      if (loader.load === undefined) return loader.createRequire(referrer)(request);
      const name =
        Module._resolveFilename === resolveFilename ? request : Module._resolveFilename(request, parent, isMain);
      return loader.load(`${name as string}`, referrer, isMain, parent instanceof Module ? parent : undefined);
    },
    _readPackage: () => {
      throw accessDenied("module._readPackage", "builtin");
    },
    _stat: () => {
      throw accessDenied("module._stat", "builtin");
    },
    createRequire: (filename: unknown): NodeJS.Require => loader.createRequire(`${filename as string}`),
  });
  for (const key of ["_extensions", "_cache"]) {
    Object.defineProperty(Module, key, { value: Module[key], writable: true, enumerable: true, configurable: true });
  }
  return Module;
}
