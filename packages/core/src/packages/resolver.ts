import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { makeCommonJsResolution } from "./commonjs-resolution.ts";
import { makeEsmResolution, type Found } from "./esm-resolution.ts";
import { folderOf, inFolder } from "./folder-of.ts";
import type { KeptResolutions } from "./kept-resolutions.ts";
import { memoizeReader, type Asked, type FileReader } from "./file-reader.ts";
import { formatForImport, formatForRequire, type FileFormat } from "./module-format.ts";
import { makePackageScopes, type PackageScopes } from "./package-scope.ts";
import { notFoundByImport, notFoundByRequire, resolutionError, tellingOf } from "./resolution-error.ts";
import type { Manifest, Resolution } from "./types.ts";

/** By which conditions and which algorithm. */
export type ResolutionMode = "require" | "import";

/** Of a process: what resolves in the same way for all of its packages. */
export interface ResolverOptions {
  /** Conditions of `exports` and `imports` beyond Node's own, as `--conditions` adds them. */
  readonly extraConditions?: readonly string[];
  /** Real folders of first-party packages: the project and its workspace members. */
  readonly roots?: Iterable<string>;
  /** Told of each file that a package's `main`, `exports` or `imports`, or a link, leads to outside of it. */
  readonly onClimb?: (climb: Climb) => void;
  /** What earlier runs found; undefined as long as it is not known. */
  readonly kept?: () => KeptResolutions | undefined;
}

/** A package that names a file of somebody else's as its own. */
export interface Climb {
  /** Real location of the package. */
  readonly location: string;
  /** Real path of the file. */
  readonly file: string;
}

/** Of one question. */
export interface ResolveOptions {
  /** `require.resolve`'s `paths`. */
  readonly paths?: readonly string[] | undefined;
  /** The requiring file and its parents; the referrer alone unless given. */
  readonly requireStack?: readonly string[] | undefined;
  /** For `import.meta.resolve`, which accepts files that can't be loaded: the format is then no fact. */
  readonly pathOnly?: boolean | undefined;
  /**
   * Real folder of the package whose authority is used, where the referrer is no file of it.
   * HAZARD: packages choose where they resolve from (`createRequire`); what a link makes a package goes by who asks.
   */
  readonly asking?: string | undefined;
}

/** Node's resolution, and whose the files are that it leads to. Remembers what it has seen of the disk. */
export interface Resolver {
  /**
   * What Node would load. `specifier` must be a primitive string, `referrerPath`
   * the real absolute path of the asking file.
   * @throws Node's own errors: see `ResolutionCode`.
   */
  resolve(specifier: string, referrerPath: string, mode: ResolutionMode, options?: ResolveOptions): Resolution;
  /** As `resolve`, for a folder in place of a file. */
  resolveFrom(specifier: string, folder: string, mode: ResolutionMode): Resolution;
  /** What Node throws where a specifier leads to nothing. */
  absent(specifier: string, referrerPath: string, mode: ResolutionMode): Error;
  /** `require.resolve.paths(specifier)`. */
  resolvePaths(specifier: string, referrerPath: string): string[] | null;
  /** The manifest in this very folder. */
  manifestOf(folder: string): Manifest | undefined;
  /** The location of the package that a real file belongs to. */
  ownerOf(realFile: string): string;
  /** Declares a real folder as a package: the project, or a workspace member. */
  addRoot(realFolder: string): void;
  /** Where the package of this name is found from a package's real folder; its real location. Nowhere, where a link leads to what is no package for that one. */
  locate(name: string, fromFolder: string): string | undefined;
  readonly disk: FileReader;
}

const COMMON_CONDITIONS = ["node", "module-sync", "node-addons"];

/** @see https://nodejs.org/api/modules.html and https://nodejs.org/api/esm.html#resolution-algorithm */
export const makeResolver = (reader: FileReader, options: ResolverOptions = {}): Resolver => {
  const disk = memoizeReader(reader);
  const scopes = makePackageScopes(disk);
  const esm = makeEsmResolution(disk, scopes);
  const commonJs = makeCommonJsResolution(disk, scopes, esm);
  const extra = options.extraConditions ?? [];
  const conditionsOf = {
    require: new Set(["require", ...COMMON_CONDITIONS, ...extra]),
    import: new Set(["import", ...COMMON_CONDITIONS, ...extra]),
  };
  for (const root of options.roots ?? []) scopes.add(root);

  /** Checks what lies at the path, follows links, and says whose file it is. */
  const settle = (
    found: Found,
    read: (path: string, scopeOf: PackageScopes["scopeOf"]) => FileFormat,
    notFound: (path: string, kind: "file" | "dir" | undefined) => Error,
  ): Resolution => {
    if (found.path.startsWith("node:")) {
      return { path: found.path.slice("node:".length), format: "builtin", location: undefined };
    }
    const kind = found.path.includes("\0") ? undefined : disk.stat(found.path);
    const path = kind === "file" ? disk.realpath(found.path) : undefined;
    if (path === undefined) {
      const there = found.inside ?? found.named ?? (kind === undefined ? undefined : found.path);
      if (there === undefined) throw notFound(found.path, kind);
      return tellingOf(there, () => {
        throw notFound(found.path, kind);
      });
    }
    const location = scopes.ownerOf(path);
    if (found.inside !== undefined) {
      // HAZARD: `main`, `exports` and `imports`, also through links, may not lead out of the package.
      const home = disk.realpath(found.inside);
      const owner = home === undefined ? undefined : scopes.ownerOf(inFolder(home, "package.json"));
      if (owner === undefined || owner !== location) {
        if (owner !== undefined) options.onClimb?.({ location: owner, file: path });
        return tellingOf(found.inside, () => {
          throw notFound(found.path, undefined);
        });
      }
    }
    const { strange } = found;
    const owner = strange !== undefined && path.startsWith(strange + sep) ? strange : location;
    const resolution = { path, location: owner, ...tellingOf(path, () => read(path, scopes.scopeOf)) };
    return found.suffix ? { ...resolution, suffix: found.suffix } : resolution;
  };

  const look = (specifier: string, referrer: string, mode: ResolutionMode, asked: ResolveOptions): Resolution => {
    const conditions = conditionsOf[mode];
    if (mode === "require") {
      const requireStack = asked.requireStack ?? [referrer];
      const { paths, asking } = asked;
      const context = { referrer, conditions, requireStack, asking, ...(paths && { paths }) };
      const found = commonJs.resolve(specifier, context);
      return settle(found, formatForRequire, (path) =>
        found.inside === undefined
          ? notFoundByRequire(specifier, requireStack)
          : resolutionError("MODULE_NOT_FOUND", `Cannot find module '${path}'`, {
              path: join(found.inside, "package.json"),
            }),
      );
    }
    const read = asked.pathOnly ? formatForRequire : formatForImport;
    return settle(esm.resolve(specifier, referrer, conditions, asked.asking), read, (path, kind) =>
      kind === "dir"
        ? resolutionError(
            "ERR_UNSUPPORTED_DIR_IMPORT",
            `Directory import '${path}' is not supported resolving ES modules imported from ${referrer}`,
            { url: pathToFileURL(path).href },
          )
        : notFoundByImport(path, referrer),
    );
  };

  /** By the folder of the asking file and the specifier. */
  const known = {
    require: new Map<string, Map<string, Resolution>>(),
    import: new Map<string, Map<string, Resolution>>(),
  };
  const knownFrom = (mode: ResolutionMode, folder: string): Map<string, Resolution> => {
    let from = known[mode].get(folder);
    if (from === undefined) known[mode].set(folder, (from = new Map()));
    return from;
  };

  /** What was not there may be by now: programs write modules and then load them. */
  const lookTwice = (specifier: string, referrer: string, mode: ResolutionMode, asked: ResolveOptions): Resolution => {
    try {
      return look(specifier, referrer, mode, asked);
    } catch {
      scopes.forgetAbsent();
      return look(specifier, referrer, mode, asked);
    }
  };

  /** HAZARD: whose a file is depends on what is declared as a package, and is never kept. */
  const foundBefore = (
    kept: KeptResolutions,
    specifier: string,
    folder: string,
    mode: ResolutionMode,
  ): Resolution | undefined => {
    const found = kept.find(mode, folder, specifier);
    return found !== undefined && scopes.ownerOf(found.path) === found.location ? found : undefined;
  };

  const resolve: Resolver["resolve"] = (specifier, referrer, mode, asked = {}) => {
    // Node's own cache has the same key: a specifier means the same from all files of a folder.
    const isUsual = asked.paths === undefined && !asked.pathOnly && asked.asking === undefined;
    const from = isUsual ? knownFrom(mode, folderOf(referrer)) : undefined;
    const before = from?.get(specifier);
    if (before !== undefined) return before;
    const kept = from === undefined ? undefined : options.kept?.();
    let resolution = kept && foundBefore(kept, specifier, folderOf(referrer), mode);
    if (resolution === undefined) {
      const seen: Asked | undefined = kept && { places: [], texts: [] };
      disk.asked = seen;
      try {
        resolution = lookTwice(specifier, referrer, mode, asked);
      } finally {
        disk.asked = undefined;
      }
      if (seen !== undefined) kept!.note(mode, folderOf(referrer), specifier, resolution, seen);
    }
    Object.freeze(resolution);
    from?.set(specifier, resolution);
    // What `require` found is what it finds by that path: the loader asks so. HAZARD: not what a link has it be for one who asks.
    const { path, location } = resolution;
    if (from !== undefined && mode === "require" && location !== undefined && scopes.ownerOf(path) === location)
      knownFrom(mode, folderOf(path)).set(path, resolution);
    return resolution;
  };

  return {
    disk,
    resolve,
    resolveFrom: (specifier, folder, mode) => resolve(specifier, join(folder, "noop.js"), mode),
    resolvePaths: commonJs.lookupFolders,
    absent(specifier, referrer, mode) {
      if (mode === "import") return esm.absent(specifier, referrer);
      return specifier.startsWith("#")
        ? resolutionError("MODULE_NOT_FOUND", `Cannot find module '${specifier}'`)
        : notFoundByRequire(specifier, [referrer]);
    },
    manifestOf: scopes.manifestOf,
    ownerOf: scopes.ownerOf,
    addRoot: scopes.add,
    locate(name, fromFolder) {
      for (let at = fromFolder; ; at = folderOf(at)) {
        if (!at.endsWith(`${sep}node_modules`)) {
          const folder = scopes.installedAt(inFolder(at, "node_modules"), name, fromFolder);
          if (folder !== undefined) {
            const real = disk.realpath(folder);
            return real === undefined || real === folder || scopes.mayLink(real, fromFolder, name) ? real : undefined;
          }
        }
        if (folderOf(at) === at) return undefined;
      }
    },
  };
};
