import { sep } from "node:path";
import type { MemoizedReader } from "./file-reader.ts";
import { folderOf, inFolder } from "./folder-of.ts";
import { makeManifestReader } from "./manifest.ts";
import { makeOwners, type Owners } from "./owner.ts";
import type { Manifest } from "./types.ts";

export interface Scope {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** What both of Node's algorithms ask about packages on disk. */
export interface PackageScopes extends Owners {
  manifestOf(folder: string): Manifest | undefined;
  /** Node's package scope of a file: the nearest manifest above it, within its `node_modules`. */
  scopeOf(file: string): Scope | undefined;
  /** `node_modules/<name>` where that is a folder; notes where a link leads. */
  installedAt(modulesFolder: string, name: string): string | undefined;
  /** Looks again for what was not there: programs write modules and then load them. */
  forgetAbsent(): void;
}

const MODULES = `${sep}node_modules`;

/** The `node_modules` folders that a file's bare specifiers are looked up in, nearest first. */
export const modulesFoldersOf = (folder: string): string[] => {
  const folders: string[] = [];
  for (let at = folder; ; ) {
    if (!at.endsWith(MODULES)) folders.push(inFolder(at, "node_modules"));
    const parent = folderOf(at);
    if (parent === at) return folders;
    at = parent;
  }
};

export const makePackageScopes = (disk: MemoizedReader): PackageScopes => {
  const { manifestOf, forgetAbsent } = makeManifestReader(disk);
  const owners = makeOwners(manifestOf);
  const scopes = new Map<string, Scope | undefined>();
  const installed = new Set<string>();

  const scopeOfFolder = (folder: string): Scope | undefined => {
    const known = scopes.get(folder);
    if (known !== undefined || scopes.has(folder)) return known;
    let found: Scope | undefined;
    if (!folder.endsWith(MODULES)) {
      const manifest = manifestOf(folder);
      const parent = folderOf(folder);
      if (manifest !== undefined) found = { folder, manifest };
      else if (parent !== folder) found = scopeOfFolder(parent);
    }
    scopes.set(folder, found);
    return found;
  };

  return {
    ...owners,
    manifestOf,
    scopeOf: (file) => scopeOfFolder(folderOf(file)),
    forgetAbsent() {
      disk.forgetAbsent();
      forgetAbsent();
      scopes.clear();
    },
    installedAt(modulesFolder, name) {
      if (disk.stat(modulesFolder) !== "dir") return undefined;
      const folder = inFolder(modulesFolder, name);
      if (installed.has(folder)) return folder;
      if (disk.stat(folder) !== "dir") return undefined;
      // A link out of `node_modules` (a workspace, `npm link`, `file:`) makes its target a package.
      const real = disk.realpath(folder);
      if (real === undefined) return undefined;
      if (real !== folder) owners.add(real);
      installed.add(folder);
      return folder;
    },
  };
};
