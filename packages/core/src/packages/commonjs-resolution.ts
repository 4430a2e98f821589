import { isAbsolute, resolve as resolvePath, sep } from "node:path";
import { builtinOf } from "./builtin-names.ts";
import type { EsmResolution, Found } from "./esm-resolution.ts";
import { splitSpecifier } from "./esm-resolution.ts";
import type { FileReader } from "./file-reader.ts";
import { folderOf, inFolder, relativeTo } from "./folder-of.ts";
import { modulesFoldersOf, type PackageScopes } from "./package-scope.ts";
import { resolveExports } from "./package-targets.ts";
import { isResolutionError, notFoundByRequire, resolutionError, tellingOf } from "./resolution-error.ts";

export interface RequireContext {
  /** The requiring file. */
  readonly referrer: string;
  readonly conditions: ReadonlySet<string>;
  /** `require.resolve`'s `paths`: folders to look up from in place of the referrer's. */
  readonly paths?: readonly string[];
  /** The requiring file and those that required it, for the error's text. */
  readonly requireStack: readonly string[];
  /** A folder of the package whose authority is used; the requiring file's unless given. */
  readonly asking?: string | undefined;
}

export interface CommonJsResolution {
  resolve(specifier: string, context: RequireContext): Found;
  /** `require.resolve.paths`: null for a builtin. */
  lookupFolders(specifier: string, referrer: string): string[] | null;
}

const EXTENSIONS = [".js", ".json", ".node"];
/** As Node has it: `.x` is a package's name, `..x` is a path. */
const isRelativeRequest = (specifier: string): boolean =>
  specifier.startsWith(".") &&
  (specifier.length === 1 || specifier[1] === "." || specifier[1] === "/" || specifier[1] === sep);
/** HAZARD: on Windows looking at `//host/share` already logs in there. Elsewhere it is `/host/share`. */
const isRemote = (specifier: string): boolean => sep === "\\" && /^[\\/]{2}/.test(specifier);
const WANTS_FOLDER = /(?:^|\/)\.{0,2}$/;

export const makeCommonJsResolution = (
  disk: FileReader,
  scopes: PackageScopes,
  esm: EsmResolution,
): CommonJsResolution => {
  const withExtension = (base: string): string | undefined => {
    for (const extension of EXTENSIONS) {
      if (disk.stat(base + extension) === "file") return base + extension;
    }
    return undefined;
  };

  /** LOAD_AS_DIRECTORY: `main`, then the index. */
  const asFolder = (folder: string, specifier: string): Found | undefined => {
    const index = (at: string): string | undefined => withExtension(inFolder(at, "index"));
    const main = scopes.manifestOf(folder)?.main;
    if (!main) {
      const path = index(folder);
      return path === undefined ? undefined : { path };
    }
    const target = relativeTo(folder, main);
    const path =
      (disk.stat(target) === "file" ? target : undefined) ?? withExtension(target) ?? index(target) ?? index(folder);
    if (path !== undefined) return { path, inside: folder };
    throw resolutionError(
      "MODULE_NOT_FOUND",
      `Cannot find module '${target}'. Please verify that the package.json has a valid "main" entry`,
      { path: resolvePath(folder, "package.json"), requestPath: specifier } as { path: string },
    );
  };

  const atPath = (base: string, wantsFolder: boolean, specifier: string): Found | undefined => {
    const kind = disk.stat(base);
    if (!wantsFolder) {
      const path = kind === "file" ? base : withExtension(base);
      if (path !== undefined) return { path };
    }
    return kind === "dir" ? tellingOf(base, () => asFolder(base, specifier)) : undefined;
  };

  const inModules = (
    modules: string,
    from: string,
    specifier: string,
    wantsFolder: boolean,
    conditions: ReadonlySet<string>,
  ): Found | undefined => {
    if (disk.stat(modules) !== "dir") return undefined;
    const split = splitSpecifier(specifier);
    const folder = split && scopes.installedAt(modules, split.name, from);
    const strange = folder === undefined ? undefined : scopes.strangeLink(folder, split!.name, from);
    if (split !== undefined && folder !== undefined) {
      const context = { folder, referrer: undefined, conditions };
      const path = tellingOf(strange ?? folder, () => {
        const exports = scopes.manifestOf(folder)?.exports;
        return exports === undefined ? undefined : resolveExports(exports, split.subpath, context);
      });
      if (path !== undefined) return { path, inside: folder, strange };
    }
    const found = atPath(relativeTo(modules, specifier), wantsFolder, specifier);
    return found && { ...found, strange };
  };

  const lookupFolders: CommonJsResolution["lookupFolders"] = (specifier, referrer) => {
    if (builtinOf(specifier) !== undefined) return null;
    const folder = folderOf(referrer);
    return isRelativeRequest(specifier) ? [folder] : modulesFoldersOf(folder);
  };

  const internalOrSelf = (specifier: string, context: RequireContext): Found | undefined => {
    const { referrer, conditions } = context;
    const found = specifier.startsWith("#")
      ? esm.resolveInternal(specifier, referrer, conditions, context.asking)
      : undefined;
    // Node's `require` takes files alone from `imports`; its `import` takes builtins as well.
    if (found?.path.startsWith("node:")) {
      throw resolutionError("ERR_INVALID_URL_SCHEME", "The URL must be of scheme file");
    }
    return found ?? esm.resolveSelf(specifier, referrer, conditions);
  };

  return {
    lookupFolders,
    resolve(specifier, context) {
      const builtin = builtinOf(specifier);
      if (builtin !== undefined) return { path: `node:${builtin}` };
      if (specifier.startsWith("node:")) {
        throw resolutionError("ERR_UNKNOWN_BUILTIN_MODULE", `No such built-in module: ${specifier}`);
      }
      const notFound = (): Error => notFoundByRequire(specifier, context.requireStack);
      // NUL ends a path for the operating system, and not for the checks.
      if (specifier === "" || specifier.includes("\0") || isRemote(specifier)) throw notFound();
      const wantsFolder = WANTS_FOLDER.test(specifier);
      if (isAbsolute(specifier)) {
        const found = atPath(resolvePath(specifier), wantsFolder, specifier);
        if (found === undefined) throw notFound();
        return found;
      }
      const relative = isRelativeRequest(specifier);
      // As Node does: `paths: ["/app/"]`, whose folders would else have two separators in their names.
      const starts = context.paths?.map((path) => resolvePath(path)) ?? [folderOf(context.referrer)];
      if (relative) {
        for (const start of starts) {
          const found = atPath(relativeTo(start, specifier), wantsFolder, specifier);
          if (found !== undefined) return found;
        }
        throw notFound();
      }
      try {
        const own = internalOrSelf(specifier, context);
        if (own !== undefined) return own;
      } catch (error) {
        if (!isResolutionError(error, "ERR_MODULE_NOT_FOUND")) throw error;
        // Without the stack, as Node has it here.
        throw resolutionError("MODULE_NOT_FOUND", `Cannot find module '${specifier}'`);
      }
      const asking = context.asking ?? folderOf(context.referrer);
      for (const start of starts) {
        for (const modules of modulesFoldersOf(start)) {
          const found = inModules(modules, asking, specifier, wantsFolder, context.conditions);
          if (found !== undefined) return found;
        }
      }
      throw notFound();
    },
  };
};
