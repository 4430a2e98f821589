import path from "node:path";
import { mapIn, readIndentedMap, textIn, type IndentedMap } from "./indented-map.ts";
import { makeLockedTree, type LockedNode, type LockedPackage, type LockedTree } from "./locked-tree.ts";

const { posix } = path;
const TABLES = ["dependencies", "optionalDependencies", "devDependencies"] as const;

/** `pnpm-lock.yaml`, of lockfile versions 5 to 9. `project` is the policy's folder relative to the lockfile's. */
export function readPnpmLock(text: string, file: string, project: string): LockedTree {
  const lock = readIndentedMap(text, ":");
  const entries = mapIn(lock, "packages");
  // Since version 9 the edges are in a table of their own.
  const edges = mapIn(lock, "snapshots") ?? entries;
  const packages = new Map<string, LockedPackage>();
  for (const key of new Set([...(edges?.keys() ?? []), ...(entries?.keys() ?? [])])) {
    // A package that is there with peers in several ways is one package.
    if (edges !== entries && !edges!.has(key)) continue;
    const locked = lockedOf(key, mapIn(entries, key) ?? mapIn(entries, withoutPeers(key)));
    if (locked !== undefined) packages.set(key, locked);
  }
  const importers = mapIn(lock, "importers");

  const follow = (name: string, reference: string, from: string): LockedNode | undefined => {
    if (reference.startsWith("link:")) return importer(posix.join(from, reference.slice("link:".length)));
    const key = [
      `${name}@${reference}`,
      `/${name}@${reference}`,
      `/${name}/${reference}`,
      reference,
      `/${reference}`,
    ].find((candidate) => packages.has(candidate));
    return key === undefined ? undefined : { locked: packages.get(key), step: stepFrom(mapIn(edges, key), from) };
  };
  const stepFrom =
    (tables: IndentedMap | undefined, from: string) =>
    (name: string): LockedNode | undefined => {
      for (const table of TABLES) {
        const value = mapIn(tables, table)?.get(name);
        const reference = typeof value === "string" ? value : textIn(value, "version");
        if (reference !== undefined) return follow(name, reference, from);
      }
      return undefined;
    };
  const importer = (folder: string): LockedNode | undefined => {
    const tables = importers === undefined ? (folder === "." ? lock : undefined) : mapIn(importers, folder);
    return tables === undefined ? undefined : { locked: undefined, step: stepFrom(tables, folder) };
  };
  return makeLockedTree(file, unique(packages.values()), (folder) => importer(posix.join(project, folder)));
}

/** `/express@4.18.2(peer@1.0.0)`, `express@4.18.2`, `/express/4.18.2_hash` */
function lockedOf(key: string, entry: IndentedMap | undefined): LockedPackage | undefined {
  const plain = withoutPeers(key).replace(/^\//u, "");
  const [, name, version] = /^((?:@[^/@]+\/)?[^/@]+)[@/](.+)$/u.exec(plain) ?? [];
  if (name === undefined || version === undefined) return undefined;
  const integrity = textIn(mapIn(entry, "resolution"), "integrity");
  const builds = textIn(entry, "requiresBuild");
  return {
    key: plain,
    name: textIn(entry, "name") ?? name,
    version: textIn(entry, "version") ?? version.replace(/_.*$/u, ""),
    ...(integrity === undefined ? {} : { integrity }),
    ...(builds === undefined ? {} : { installScript: builds === "true" }),
  };
}

function withoutPeers(key: string): string {
  const at = key.indexOf("(");
  return at === -1 ? key : key.slice(0, at);
}

function unique(packages: Iterable<LockedPackage>): LockedPackage[] {
  return [...new Map([...packages].map((locked) => [locked.key, locked])).values()];
}
