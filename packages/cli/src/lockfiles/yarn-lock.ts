import path from "node:path";
import { mapIn, readIndentedMap, textIn, unquote, type IndentedMap } from "./indented-map.ts";
import { makeLockedTree, type LockedNode, type LockedPackage, type LockedTree } from "./locked-tree.ts";

const { posix } = path;

/** The dependencies that a `package.json` declares, by its folder relative to the lockfile; undefined where there is none. */
export type DeclaredRanges = (folder: string) => ReadonlyMap<string, string> | undefined;

/**
 * `yarn.lock`, of Yarn 1 and of Yarn 2 and later. It says what each range became, so the ranges that the
 * project itself declares come from its `package.json`.
 */
export function readYarnLock(text: string, file: string, project: string, rangesOf: DeclaredRanges): LockedTree {
  const isClassic = !/^__metadata:/mu.test(text);
  const lock = readIndentedMap(text, isClassic ? " " : ":");
  const byDescriptor = new Map<string, { locked: LockedPackage | undefined; entry: IndentedMap }>();
  const packages: LockedPackage[] = [];
  for (const [header, entry] of lock) {
    if (typeof entry === "string" || header === "__metadata") continue;
    const descriptors = header.split(/,\s*/u).map(unquote);
    const locked = lockedOf(descriptors[0]!, entry);
    if (locked !== undefined) packages.push(locked);
    for (const descriptor of descriptors) byDescriptor.set(descriptor, { locked, entry });
  }
  const follow = (name: string, range: string): LockedNode | undefined => {
    const found = byDescriptor.get(`${name}@${range}`) ?? byDescriptor.get(`${name}@npm:${range}`);
    if (found === undefined) return undefined;
    return {
      locked: found.locked,
      step(dependency) {
        for (const table of ["dependencies", "optionalDependencies"]) {
          const wanted = textIn(mapIn(found.entry, table), dependency);
          if (wanted !== undefined) return follow(dependency, wanted);
        }
        return undefined;
      },
    };
  };
  return makeLockedTree(file, packages, (folder) => {
    const ranges = rangesOf(posix.join(project, folder));
    if (ranges === undefined) return undefined;
    return {
      locked: undefined,
      step(dependency) {
        const range = ranges.get(dependency);
        return range === undefined ? undefined : follow(dependency, range);
      },
    };
  });
}

function lockedOf(descriptor: string, entry: IndentedMap): LockedPackage | undefined {
  const name = /^((?:@[^/@]+\/)?[^/@]+)@/u.exec(descriptor)?.[1];
  const version = textIn(entry, "version");
  const isMember = textIn(entry, "resolution")?.includes("@workspace:") === true;
  if (name === undefined || version === undefined || isMember) return undefined;
  // Yarn 1 has it in what was asked for, later ones in what came of it.
  const realName =
    /^(?:@[^/@]+\/)?[^/@]+@npm:((?:@[^/@]+\/)?[^/@]+)@/u.exec(descriptor)?.[1] ??
    /^((?:@[^/@]+\/)?[^/@]+)@npm:/u.exec(textIn(entry, "resolution") ?? "")?.[1];
  const integrity = textIn(entry, "integrity") ?? textIn(entry, "checksum");
  return {
    key: descriptor,
    name,
    ...(realName === undefined ? {} : { realName }),
    version,
    ...(integrity === undefined ? {} : { integrity }),
  };
}
