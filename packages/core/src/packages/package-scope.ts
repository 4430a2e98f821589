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
  /** `node_modules/<name>` where that is a folder; notes where a link leads, if that is a package for who asks from `from`. */
  installedAt(modulesFolder: string, name: string, from: string): string | undefined;
  /** Where such a folder leads that is no package for who asks from `from`: nobody's, wherever that is. */
  strangeLink(folder: string, name: string, from: string): string | undefined;
  /** Looks again for what was not there: programs write modules and then load them. */
  forgetAbsent(): void;
}

const MODULES = `${sep}node_modules`;

/** The `node_modules` folders that a file's bare specifiers are looked up in, nearest first. */
export const modulesFoldersOf = (folder: string): string[] => {
  const folders: string[] = [];
  for (let at = folder; ;) {
    if (!at.endsWith(MODULES)) folders.push(inFolder(at, "node_modules"));
    const parent = folderOf(at);
    if (parent === at) return folders;
    at = parent;
  }
};

export const makePackageScopes = (disk: MemoizedReader): PackageScopes => {
  const { manifestOf, forgetAbsent } = makeManifestReader(disk);
  const owners = makeOwners(manifestOf);
  const installed = new Set<string>();

  const scopeOfFolder = (folder: string): Scope | undefined => {
    for (let at = folder; !at.endsWith(MODULES);) {
      const manifest = manifestOf(at);
      if (manifest !== undefined) return { folder: at, manifest };
      const parent = folderOf(at);
      if (parent === at) return undefined;
      at = parent;
    }
    return undefined;
  };

  const strangeLink: PackageScopes["strangeLink"] = (folder, name, from) => {
    if (installed.has(folder)) return undefined;
    const real = disk.realpath(folder);
    return real === undefined || real === folder || owners.mayLink(real, from, name) ? undefined : real;
  };

  return {
    ...owners,
    strangeLink,
    manifestOf,
    scopeOf: (file) => scopeOfFolder(folderOf(file)),
    forgetAbsent() {
      disk.forgetAbsent();
      forgetAbsent();
    },
    installedAt(modulesFolder, name, from) {
      if (disk.stat(modulesFolder) !== "dir") return undefined;
      const folder = inFolder(modulesFolder, name);
      if (installed.has(folder)) {
        disk.asked?.places.push(folder);
        return folder;
      }
      if (disk.stat(folder) !== "dir") return undefined;
      // A link out of `node_modules` (a workspace, `npm link`, `file:`) makes its target a package.
      const real = disk.realpath(folder);
      if (real === undefined) return undefined;
      if (real !== folder && !owners.mayLink(real, from, name)) return folder;
      if (real !== folder) owners.add(real);
      installed.add(folder);
      return folder;
    },
  };
};
