import { basename, isAbsolute, parse, sep } from "node:path";
import { assertAnswer } from "../errors/assert-answer.ts";
import { folderOf } from "./folder-of.ts";
import type { Manifest } from "./types.ts";

const BOUNDARY = `${sep}node_modules${sep}`;

/**
 * The package folder that a real path below a `node_modules` belongs to: the
 * name below the last one, with its scope. Undefined outside of them.
 */
const installedFolder = (realFile: string): string | undefined => {
  const at = realFile.lastIndexOf(BOUNDARY);
  if (at < 0) return undefined;
  const start = at + BOUNDARY.length;
  let end = realFile.indexOf(sep, start);
  if (end < 0) return realFile;
  if (realFile[start] === "@") {
    end = realFile.indexOf(sep, end + 1);
    if (end < 0) return realFile;
  }
  return realFile.slice(0, end);
};

const isDeclaredBy = (manifest: Manifest | undefined, name: string): boolean =>
  [manifest?.dependencies, manifest?.devDependencies, manifest?.optionalDependencies, manifest?.peerDependencies].some(
    (table) => table !== undefined && Object.hasOwn(table, name),
  );

/** Says which package a file belongs to, by its real location alone. */
export interface Owners {
  ownerOf(realFile: string): string;
  /** Declares a folder as a package: the project, a workspace member, the target of a link. */
  add(realFolder: string): void;
  /**
   * Whether a link in a `node_modules` makes the folder that it leads to a package, for who asks from a real folder.
   * HAZARD: package managers make links of what manifests say, an installed package's too (`"y": "file:../../../.docker"`):
   * those lead to installed packages, to what the project itself links, and into that package. The project itself looks
   * for names that its manifests have; what others' bring beside them (an import that no manifest declares) is theirs to link.
   */
  mayLink(realFolder: string, from: string, name: string): boolean;
}

/**
 * A package's folder is, whichever is deepest: the one directly below a
 * `node_modules` (or `node_modules/@scope`), or a declared one (the project, a
 * workspace member, what a link in a `node_modules` points to). A `package.json`
 * further inside changes how Node reads the files near it (`type`, `main`,
 * `imports`), never whose they are.
 *
 * Files outside of all of these belong to the nearest folder with a manifest,
 * or to the root of the disk: a location that no policy names.
 */
export const makeOwners = (manifestOf: (folder: string) => Manifest | undefined): Owners => {
  const declared = new Set<string>();
  const byFolder = new Map<string, string>();

  /** A broken manifest up there is nobody's business: it is skipped. */
  const readableManifestOf = (folder: string): Manifest | undefined => {
    try {
      return manifestOf(folder);
    } catch (error) {
      assertAnswer(error);
      return undefined;
    }
  };

  const strayOwner = (folder: string): string => {
    const top = parse(folder).root;
    for (let at = folder; at !== top && isAbsolute(at); at = folderOf(at))
      if (readableManifestOf(at) !== undefined) return at;
    return top;
  };

  const find = (realFile: string, folder: string): string => {
    const installed = installedFolder(realFile);
    const top = parse(folder).root;
    for (let at = folder; ; at = folderOf(at)) {
      if (at === installed || declared.has(at)) return at;
      if (installed !== undefined && at.length <= installed.length) return installed;
      // HAZARD: guests name files; what is no absolute path has no end.
      if (at === top || !isAbsolute(at)) return strayOwner(folder);
    }
  };

  const isDeclaredAbove = (name: string, folder: string): boolean => {
    for (let at = folder; isAbsolute(at); at = folderOf(at)) {
      if (isDeclaredBy(readableManifestOf(at), name)) return true;
      if (folderOf(at) === at) return false;
    }
    return false;
  };

  return {
    ownerOf(realFile) {
      const folder = folderOf(realFile);
      // A file lying directly in a `node_modules` is a package by itself.
      if (folder.endsWith(`${sep}node_modules`)) return realFile;
      let owner = byFolder.get(folder);
      if (owner === undefined) {
        owner = find(realFile, folder);
        if (owner !== realFile) byFolder.set(folder, owner);
      }
      return owner;
    },
    mayLink(realFolder, from, name) {
      if (declared.has(realFolder)) return true;
      // A folder such as `node_modules/.cache` is no package, and holds what tools keep.
      if (installedFolder(realFolder + sep) === realFolder && !basename(realFolder).startsWith(".")) return true;
      const asking = installedFolder(from + sep);
      return asking === undefined ? isDeclaredAbove(name, from) : realFolder.startsWith(asking + sep);
    },
    add(realFolder) {
      if (declared.has(realFolder)) return;
      // Below a `node_modules` it is a package already: pnpm's links lead there.
      if (installedFolder(realFolder + sep) === realFolder) return;
      declared.add(realFolder);
      byFolder.clear();
    },
  };
};
