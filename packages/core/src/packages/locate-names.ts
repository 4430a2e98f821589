import { join } from "node:path";
import { isCanonicalName, isFirstParty } from "../naming/canonical-name.ts";
import { compareNames } from "../naming/compare-names.ts";
import type { CanonicalName } from "../policy/types.ts";
import type { Resolver } from "./resolver.ts";

/** The smaller name of one location. What is the project's own is never named as a dependency. */
const isBetter = (name: CanonicalName, other: CanonicalName): boolean =>
  isFirstParty(name) === isFirstParty(other) ? compareNames(name, other) < 0 : isFirstParty(name);

export interface LocatedNames {
  /** The one name of each package that was found, by its location. */
  readonly names: ReadonlyMap<string, CanonicalName>;
  /**
   * What every name leads to. Several may lead to one location: two copies in
   * the tree that the policy was written on are one in a layout that shares them.
   */
  readonly locations: ReadonlyMap<CanonicalName, string>;
}

/**
 * Finds the packages that a policy names, by walking each name from the root
 * with Node's look-up: `express>debug` is what `debug` means inside `express`.
 * The tree itself is not walked. A name that leads nowhere is left out; a
 * location that no name leads to gets none, and the loader denies it.
 *
 * Walk the names before any package's code runs: links found on the way become
 * packages of their own (see `Owners`).
 */
export const locateNames = (names: Iterable<CanonicalName>, projectDir: string, resolver: Resolver): LocatedNames => {
  const project = resolver.disk.realpath(projectDir) ?? projectDir;
  const byName = new Map<CanonicalName, string | undefined>([[".", project]]);
  const byLocation = new Map<string, CanonicalName>([[project, "."]]);
  const locations = new Map<CanonicalName, string>([[".", project]]);
  resolver.addRoot(project);

  const firstParty = (name: CanonicalName): string | undefined => {
    const segments = name.slice("./".length).split("/").map(decodeURIComponent);
    const folder = join(project, ...segments);
    if (resolver.disk.stat(folder) !== "dir") return undefined;
    const location = resolver.disk.realpath(folder);
    if (location !== undefined) resolver.addRoot(location);
    return location;
  };

  const walk = (name: CanonicalName): string | undefined => {
    if (byName.has(name)) return byName.get(name);
    const at = name.lastIndexOf(">");
    let location: string | undefined;
    if (isFirstParty(name)) location = firstParty(name);
    else {
      const parent = walk(at < 0 ? "." : name.slice(0, at));
      const last = name.slice(at + 1);
      if (parent !== undefined) location = resolver.locate(decodeURIComponent(last), parent);
    }
    byName.set(name, location);
    return location;
  };

  for (const name of names) {
    // HAZARD: a step that is no package's name (`..`, `a/b/c`) must not become a path.
    if (!isCanonicalName(name)) continue;
    const location = walk(name);
    if (location === undefined) continue;
    locations.set(name, location);
    const other = byLocation.get(location);
    if (other === undefined || isBetter(name, other)) byLocation.set(location, name);
  }
  return { names: byLocation, locations };
};
