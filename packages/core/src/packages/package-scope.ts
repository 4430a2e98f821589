import { dirname, join, sep } from "node:path";
import type { FileReader } from "./file-reader.ts";
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
}

const MODULES = `${sep}node_modules`;

/** The `node_modules` folders that a file's bare specifiers are looked up in, nearest first. */
export const modulesFoldersOf = (folder: string): string[] => {
  const folders: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    if (!at.endsWith(MODULES)) folders.push(join(at, "node_modules"));
    if (dirname(at) === at) return folders;
  }
};

export const makePackageScopes = (disk: FileReader): PackageScopes => {
  const manifestOf = makeManifestReader(disk);
  const owners = makeOwners(manifestOf);
  const scopes = new Map<string, Scope | undefined>();
  const installed = new Map<string, string | undefined>();

  const scopeOfFolder = (folder: string): Scope | undefined => {
    const known = scopes.get(folder);
    if (known !== undefined || scopes.has(folder)) return known;
    let found: Scope | undefined;
    if (!folder.endsWith(MODULES)) {
      const manifest = manifestOf(folder);
      const parent = dirname(folder);
      if (manifest !== undefined) found = { folder, manifest };
      else if (parent !== folder) found = scopeOfFolder(parent);
    }
    scopes.set(folder, found);
    return found;
  };

  return {
    ...owners,
    manifestOf,
    scopeOf: (file) => scopeOfFolder(dirname(file)),
    installedAt(modulesFolder, name) {
      const folder = join(modulesFolder, name);
      const known = installed.get(folder);
      if (known !== undefined || installed.has(folder)) return known;
      const found = disk.stat(folder) === "dir" ? folder : undefined;
      if (found !== undefined) {
        // A link out of `node_modules` (a workspace, `npm link`, `file:`) makes its target a package.
        const real = disk.realpath(found);
        if (real !== undefined && real !== found && owners.ownerOf(join(real, "package.json")) !== real) {
          owners.add(real);
        }
      }
      installed.set(folder, found);
      return found;
    },
  };
};
