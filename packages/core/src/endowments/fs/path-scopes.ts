import { basename, dirname, isAbsolute, resolve, sep } from "node:path";
import { derivedFromPolicy } from "../derived-from-policy.ts";
import { realPathOf } from "../subprocess/program-files.ts";
import type { EndowmentContext } from "../principal.ts";
import { leavesOutOrders } from "../../policy/grant-reach.ts";
import { placeOfScope } from "../../policy/scope-place.ts";
import { isReservedForWrite, isSecret } from "../../policy/scope-rules.ts";

/** What is to be done by a path. */
export type PathMode = "read" | "write";

/** What a principal's policy says about real, absolute paths. */
export interface PathScopes {
  /** Whether the policy grants this use of a real absolute path (links already resolved). `isFolder`: a folder is to be made there, or an empty one to be removed. */
  covers(realPath: string, mode: PathMode, isFolder?: boolean): boolean;
  /** Whether something that is granted lies below the path: then it may be walked through. */
  isAncestor(realPath: string): boolean;
  /** Whether the path is the project's folder or lies in it, and not among secrets. */
  isPartOfProject(realPath: string): boolean;
  /** Whether the path is a folder around the project, or the manifest of one. */
  isAboveProject(realPath: string): boolean;
  /** Whether no package may ever write there, in an audit neither. */
  isReserved(realPath: string): boolean;
  /** A covered path in the words of the narrowest grant that covers it: `./data/a.json`. */
  spelling(realPath: string, mode: PathMode): string | undefined;
}

interface Scope {
  readonly root: string;
  /** As the policy has it. */
  readonly text: string;
  /** Build files and executables are left out of writes. */
  readonly broad: boolean;
  /** Written by a person as an absolute path: covers whatever it covers. */
  readonly absolute: boolean;
  /** The package's own folder holds no secrets of others. */
  readonly own: boolean;
}

const EVERYTHING: PathScopes = {
  covers: () => true,
  isAncestor: () => true,
  isPartOfProject: () => true,
  isAboveProject: () => false,
  isReserved: () => false,
  spelling: () => undefined,
};
const CACHE_LIMIT = 20_000;
/** What everybody's secrets lie in while the process runs, moat's own too, and by writing to which native code is changed. */
const MEMORY = /^\/(?:proc\/(?:kcore|[^/]+\/(?:task\/[^/]+\/)?mem)|dev\/k?mem)$/;
const MODULE_FILE = /\.[cm]?[jt]sx?$/;

/**
 * The scopes of a principal, on real paths: whoever calls `covers` has
 * resolved links before, or the answer means nothing.
 */
export function makePathScopes(context: EndowmentContext): PathScopes {
  const { principal, paths, powers } = context;
  if (principal.trusted) return EVERYTHING;
  const fs = powers.builtin("fs");
  const windows = powers.process.platform === "win32";
  const foldsCase = windows || powers.process.platform === "darwin";
  // Windows and macOS: the policy is compared as the file system compares.
  const canonical = (path: string) => (foldsCase ? path.normalize("NFC").toUpperCase().toLowerCase() : path);

  function folderScope(root: string, text: string, more: Partial<Scope> = {}): Scope {
    return { root: canonical(trimmed(root)), text, broad: leavesOutOrders(text), absolute: false, own: false, ...more };
  }

  function parse(text: string): Scope[] {
    const place = placeOfScope(text, principal.location, paths);
    if (place === undefined) return [];
    if (!isAbsolute(text)) return [folderScope(place, text, { own: text.startsWith("<package>") })];
    const scopes = [folderScope(place, text, { absolute: true })];
    // A person may have written a path through a link (/var on macOS). Never
    // one that a package could have made: those lie in the project or in tmp.
    if (!isWithin(place, paths.project) && !isWithin(place, paths.tmp)) {
      try {
        scopes.push(folderScope(fs.realpathSync.native(text), text, { absolute: true }));
      } catch {
        // What is not there, or can't be looked at, is granted as it is written: nothing is, so far.
      }
    }
    return scopes;
  }

  const current = derivedFromPolicy(principal, ({ fs: grants }) => {
    // Who may run a package's code may look at what is published with it: loaders of addons list
    // its folder, others read its style sheets. Where it is installed says nothing about that.
    const dependencies = grants?.read?.includes("<package>") ? (context.importable ?? []) : [];
    return {
      dependencies,
      read: [...(grants?.read ?? []).flatMap(parse), ...dependencies.map((folder) => folderScope(folder, "<package>"))],
      write: [...(grants?.write ?? [])].flatMap(parse),
      /** What was asked before, for reading. */
      readable: new Map<string, boolean>(),
    };
  });
  /** The binary that all of them run in: what it was linked with is read off it (detect-libc). */
  const ownProgram = (): string | undefined =>
    context.shared("fs.ownProgram", () => realPathOf(fs, powers.process.execPath));
  const project = canonical(paths.project);
  const home = canonical(paths.home);
  const reserved = context.reservedPaths.map(canonical);
  const secret = context.secretPaths.map(canonical);
  const { entryModules } = context;

  function grantsRead(scope: Scope, path: string): boolean {
    if (!isWithin(path, scope.root)) return false;
    if (scope.own || scope.absolute) return true;
    if (isHomeByAccident(scope, path)) return false;
    return !isSecret(segmentsBelow(path, scope.root), windows);
  }

  function grantsWrite(scope: Scope, path: string, realPath: string, isFolder: boolean): boolean {
    if (!isWithin(path, scope.root)) return false;
    if (path !== scope.root && entryModules.has(realPath, isFolder)) return false;
    if (scope.absolute && !isWithin(project, scope.root)) return true;
    if (isHomeByAccident(scope, path)) return false;
    // HAZARD: who may write a file may move it, to where he may read it.
    if (!scope.own && isSecret(segmentsBelow(path, scope.root), windows)) return false;
    // A scope above the project (`<tmp>` of a test run) is no way around the project's own rules.
    const above = scope.root !== project && isWithin(project, scope.root) && isWithin(path, project);
    const broad = scope.broad || above;
    if (broad && context.runsTests === true && isModuleOfProject(path)) return false;
    if (isReservedForWrite(segmentsBelow(path, above ? project : scope.root), broad, windows)) return false;
    return !broad || windows || !isExecutable(realPath);
  }

  const isModuleOfProject = (path: string): boolean =>
    MODULE_FILE.test(path) && isWithin(path, project) && !segmentsBelow(path, project).includes("node_modules");

  /** Home is never granted by a token or by `.` that happens to lie around it. */
  function isHomeByAccident(scope: Scope, path: string): boolean {
    return (
      !scope.absolute &&
      scope.root !== home &&
      isWithin(home, scope.root) &&
      isWithin(path, home) &&
      !isWithin(path, project)
    );
  }

  function isExecutable(realPath: string): boolean {
    try {
      const stats = fs.lstatSync(realPath, { throwIfNoEntry: false });
      return stats !== undefined && stats.isFile() && (stats.mode & 0o111) !== 0;
    } catch (error) {
      // Below a file there is nothing.
      if ((error as NodeJS.ErrnoException).code !== "ENOTDIR") throw error;
      return false;
    }
  }

  const isWithinAny = (path: string, folders: readonly string[]): boolean => folders.some((one) => isWithin(path, one));
  const isReserved = (path: string): boolean => isWithinAny(path, reserved) || MEMORY.test(path);

  return {
    covers(realPath, mode, isFolder = false) {
      const scopes = current();
      const { readable } = scopes;
      // Nothing comes out of it and nothing stays in it.
      if (realPath === "/dev/null") return true;
      if (mode === "read") {
        const known = readable.get(realPath);
        if (known !== undefined) return known;
        const path = canonical(realPath);
        const isClosed = resolve(realPath) !== realPath || isWithinAny(path, secret) || MEMORY.test(realPath);
        const covered =
          !isClosed && (scopes.read.some((scope) => grantsRead(scope, path)) || realPath === ownProgram());
        if (readable.size >= CACHE_LIMIT) readable.clear();
        readable.set(realPath, covered);
        return covered;
      }
      const path = canonical(realPath);
      if (resolve(realPath) !== realPath) return false;
      if (isReserved(path)) return false;
      return scopes.write.some((scope) => grantsWrite(scope, path, realPath, isFolder));
    },
    isPartOfProject(realPath) {
      const path = canonical(realPath);
      return isWithin(path, project) && !isSecret(segmentsBelow(path, project), windows);
    },
    isAboveProject(realPath) {
      const path = canonical(realPath);
      const folder = basename(path) === "package.json" ? dirname(path) : path;
      return folder !== project && isWithin(project, folder);
    },
    isReserved: (realPath) => isReserved(canonical(realPath)),
    spelling(realPath, mode) {
      if (realPath === "/dev/null") return undefined;
      const path = canonical(realPath);
      const scopes = current();
      const [narrowest] = scopes[mode]
        .filter((scope) => (mode === "read" ? grantsRead(scope, path) : grantsWrite(scope, path, realPath, false)))
        .toSorted((a, b) => b.root.length - a.root.length);
      if (narrowest === undefined) return undefined;
      if (scopes.dependencies.some((folder) => isWithin(path, canonical(folder)))) return "<package>";
      const below = segmentsBelow(realPath, narrowest.root);
      const base = narrowest.text.replace(/\/$/u, "");
      return below.length === 0 ? narrowest.text : `${base}/${below.join("/")}`;
    },
    isAncestor(realPath) {
      const path = canonical(realPath);
      const scopes = current();
      return (
        scopes.read.some((scope) => isWithin(scope.root, path)) ||
        scopes.write.some((scope) => isWithin(scope.root, path))
      );
    },
  };
}

/** Whether `path` is `folder` or lies below it; both absolute and normal. */
export function isWithin(path: string, folder: string): boolean {
  if (!path.startsWith(folder)) return false;
  return path.length === folder.length || folder.endsWith(sep) || path[folder.length] === sep;
}

function segmentsBelow(path: string, folder: string): string[] {
  const rest = path.slice(folder.length);
  return rest.split(sep).filter((segment) => segment !== "");
}

function trimmed(path: string): string {
  return path.length > 1 && path.endsWith(sep) && !/^[A-Za-z]:\\$/.test(path) ? path.slice(0, -1) : path;
}
