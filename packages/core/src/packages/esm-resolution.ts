import { URL } from "node:url";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { builtinOf } from "./builtin-names.ts";
import type { FileReader } from "./file-reader.ts";
import { modulesFoldersOf, type PackageScopes } from "./package-scope.ts";
import {
  importNotDefined,
  invalidSpecifier,
  resolveExports,
  resolveImports,
  urlTextToPath,
} from "./package-targets.ts";
import { notFoundByImport, resolutionError, tellingOf } from "./resolution-error.ts";

/** A path before links are resolved, or `node:name`; `inside` is the package folder it may not leave. */
export interface Found {
  readonly path: string;
  readonly inside?: string;
  /** The package folder that the specifier names, which has no say in where the path lies. */
  readonly named?: string;
  /** Real folder that the path leads to by a link which makes no package of it. */
  readonly strange?: string | undefined;
  readonly suffix?: string;
}

export interface EsmResolution {
  // `asking`: a folder of the package whose authority is used, where that is not the referrer's.
  /** ESM's `moduleResolve`, without the check of what lies at the path. */
  resolve(specifier: string, referrer: string, conditions: ReadonlySet<string>, asking?: string): Found;
  /** PACKAGE_IMPORTS_RESOLVE from a file's own scope; undefined where its scope has no `imports`. */
  resolveInternal(
    specifier: string,
    referrer: string,
    conditions: ReadonlySet<string>,
    asking?: string,
  ): Found | undefined;
  /** What `import` says of a specifier that leads to nothing. */
  absent(specifier: string, referrer: string): Error;
  /** PACKAGE_SELF_RESOLVE. */
  resolveSelf(specifier: string, referrer: string, conditions: ReadonlySet<string>): Found | undefined;
}

const NAME = /^((?:@[^/\\%]+\/)?[^./\\%@][^/\\%]*)(\/.*)?$/s;
const LEGACY_MAIN = ["", ".js", ".json", ".node", "/index.js", "/index.json", "/index.node"];
const LEGACY_INDEX = ["index.js", "index.json", "index.node"];

/** Splits `@scope/name/sub` in its package's name and `.` or `./sub`. */
export const splitSpecifier = (specifier: string): { name: string; subpath: string } | undefined => {
  const match = NAME.exec(specifier);
  if (match === null) return undefined;
  return { name: match[1]!, subpath: match[2] === undefined ? "." : `.${match[2]}` };
};

const isRelative = (specifier: string): boolean =>
  specifier.startsWith("./") || specifier.startsWith("../") || specifier === "." || specifier === "..";

const packageNotFound = (name: string, referrer: string): Error =>
  resolutionError("ERR_MODULE_NOT_FOUND", `Cannot find package '${name}' imported from ${referrer}`);

export const makeEsmResolution = (disk: FileReader, scopes: PackageScopes): EsmResolution => {
  const legacyMain = (folder: string, main: string | undefined, referrer: string): Found => {
    const isFile = (path: string): boolean => disk.stat(path) === "file";
    if (main !== undefined) {
      for (const ending of LEGACY_MAIN) {
        const path = join(folder, `${main}${ending}`);
        if (isFile(path)) return { path, inside: folder };
      }
    }
    for (const name of LEGACY_INDEX) {
      const path = join(folder, name);
      if (isFile(path)) return { path, inside: folder };
    }
    throw packageNotFound(folder, referrer);
  };

  const resolveBare = (
    specifier: string,
    fromFolder: string,
    referrer: string,
    conditions: ReadonlySet<string>,
    asking = fromFolder,
  ): Found => {
    const builtin = builtinOf(specifier);
    if (builtin !== undefined) return { path: `node:${builtin}` };
    if (specifier.startsWith("node:")) throw unknownBuiltin(specifier);
    const split = splitSpecifier(specifier);
    if (split === undefined) {
      if (specifier === "") throw packageNotFound(specifier, referrer);
      throw invalidSpecifier(specifier, "is not a valid package name", referrer);
    }
    const { suffix } = splitSuffix(split.subpath);
    const self = resolveSelf(specifier, referrer, conditions);
    if (self !== undefined) return self;
    for (const modules of modulesFoldersOf(fromFolder)) {
      const folder = scopes.installedAt(modules, split.name, asking);
      if (folder === undefined) continue;
      const strange = scopes.strangeLink(folder, split.name, asking);
      return tellingOf(strange ?? folder, () => {
        const manifest = scopes.manifestOf(folder);
        if (manifest?.exports !== undefined) {
          const path = resolveExports(manifest.exports, split.subpath, {
            folder,
            referrer,
            conditions,
          });
          return { path, inside: folder, suffix, strange };
        }
        if (split.subpath === ".") return { ...legacyMain(folder, manifest?.main, referrer), strange };
        return { path: urlTextToPath(split.subpath, folder, referrer), named: folder, suffix, strange };
      });
    }
    throw packageNotFound(split.name, referrer);
  };

  const resolveSelf: EsmResolution["resolveSelf"] = (specifier, referrer, conditions) => {
    const scope = scopes.scopeOf(referrer);
    const name = scope?.manifest.name;
    if (scope === undefined || name === undefined || scope.manifest.exports === undefined) {
      return undefined;
    }
    if (specifier !== name && !specifier.startsWith(`${name}/`)) return undefined;
    const { exports } = scope.manifest;
    const context = { folder: scope.folder, referrer, conditions };
    const path = tellingOf(scope.folder, () => resolveExports(exports, `.${specifier.slice(name.length)}`, context));
    return { path, inside: scope.folder };
  };

  const resolveInternal: EsmResolution["resolveInternal"] = (specifier, referrer, conditions, asking) => {
    const scope = scopes.scopeOf(referrer);
    if (scope?.manifest.imports === undefined) return undefined;
    // What `imports` names outside is no file of this package: it is not held inside.
    let outside: Found | undefined;
    const { imports } = scope.manifest;
    const context = {
      folder: scope.folder,
      referrer,
      conditions,
      resolveBare: (bare: string) => {
        outside = resolveBare(bare, scope.folder, join(scope.folder, "package.json"), conditions, asking);
        return outside.path;
      },
    };
    const path = tellingOf(scope.folder, () => resolveImports(imports, specifier, context));
    return outside ?? { path, inside: scope.folder };
  };

  /** Where a path or a URL leads by its text alone; undefined for the names of packages and builtins. */
  const lexical = (specifier: string, referrer: string): Found | undefined => {
    if (isRelative(specifier)) {
      const { text, suffix } = splitSuffix(specifier);
      return { path: urlTextToPath(text, dirname(referrer), referrer), suffix };
    }
    if (specifier.startsWith("/")) return fromUrl(new URL(specifier, pathToFileURL(referrer)), specifier, referrer);
    const builtin = builtinOf(specifier);
    if (builtin !== undefined) return { path: `node:${builtin}` };
    if (specifier.startsWith("node:")) throw unknownBuiltin(specifier);
    return URL.canParse(specifier) ? fromUrl(new URL(specifier), specifier, referrer) : undefined;
  };

  return {
    resolveInternal,
    resolveSelf,
    absent(specifier, referrer) {
      if (specifier.startsWith("#")) return notFoundByImport(specifier, referrer);
      const path = lexical(specifier, referrer)?.path;
      return path === undefined
        ? packageNotFound(splitSpecifier(specifier)?.name ?? specifier, referrer)
        : notFoundByImport(path, referrer);
    },
    resolve(specifier, referrer, conditions, asking) {
      if (specifier.startsWith("#")) {
        const found = resolveInternal(specifier, referrer, conditions, asking);
        if (found !== undefined) return found;
        const scope = scopes.scopeOf(referrer);
        if (scope === undefined) throw importNotDefined(specifier, undefined, referrer);
        return tellingOf(scope.folder, () => {
          throw importNotDefined(specifier, join(scope.folder, "package.json"), referrer);
        });
      }
      return lexical(specifier, referrer) ?? resolveBare(specifier, dirname(referrer), referrer, conditions, asking);
    },
  };
};

const splitSuffix = (specifier: string): { text: string; suffix: string } => {
  const at = specifier.search(/[?#]/);
  return at < 0 ? { text: specifier, suffix: "" } : { text: specifier.slice(0, at), suffix: specifier.slice(at) };
};

const unknownBuiltin = (specifier: string): Error =>
  resolutionError("ERR_UNKNOWN_BUILTIN_MODULE", `No such built-in module: ${specifier}`);

const fromUrl = (url: URL, specifier: string, referrer: string): Found => {
  // HAZARD: `data:`, `blob:` and `http:` are code from nowhere: no package, so no principal.
  if (url.protocol !== "file:") {
    throw resolutionError(
      "ERR_UNSUPPORTED_ESM_URL_SCHEME",
      `Only URLs with a scheme in: file and node are supported by the default ESM loader. Received protocol '${url.protocol}'`,
    );
  }
  // HAZARD: on Windows a host makes a path that logs in elsewhere when it is looked at.
  if (url.hostname !== "") throw invalidSpecifier(specifier, "must not name a host", referrer);
  const suffix = url.search + url.hash;
  url.search = url.hash = "";
  try {
    return { path: fileURLToPath(url), suffix };
  } catch {
    throw invalidSpecifier(specifier, 'must not include encoded "/" or "\\" characters', referrer);
  }
};
