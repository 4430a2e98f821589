import type { RatchetTree } from "../policy/ratchet.ts";
import type { CanonicalName, Policy } from "../policy/types.ts";
import { makeDisk } from "./disk.ts";
import { locateNames } from "./locate-names.ts";
import { makeResolver } from "./resolver.ts";
import type { PackageGraph } from "./types.ts";

/**
 * What the ratchet asks of the installed tree. A package comes with its importer by that one's manifest: its dependencies,
 * and the peers that it can't do without. Optional ones may be missing, and then be brought by somebody else, as
 * anything (`"x": "npm:evil@1"`).
 * @param graphOf asked at the first question: most updates have none
 */
export function makeRatchetTree(graphOf: () => PackageGraph, previous: Policy | undefined): RatchetTree {
  let byLocation: Map<string, CanonicalName[]> | undefined;
  /** By what they lead to in this tree, whatever they led to. */
  const formerly = (): Map<string, CanonicalName[]> => {
    if (byLocation !== undefined) return byLocation;
    byLocation = new Map();
    const project = graphOf().root.location;
    const resolver = makeResolver(makeDisk(), { roots: [project] });
    for (const [name, location] of locateNames(Object.keys(previous?.packages ?? {}), project, resolver).locations) {
      if (name === "." && previous?.packages["."] === undefined) continue;
      byLocation.set(location, [...(byLocation.get(location) ?? []), name]);
    }
    return byLocation;
  };
  return {
    formerNames(name) {
      const location = graphOf().byName.get(name)?.location;
      return (location !== undefined && formerly().get(location)) || [];
    },
    brings(importer, target) {
      const { byName } = graphOf();
      const { manifest, dependencies } = byName.get(importer) ?? {};
      const location = byName.get(target)?.location;
      if (manifest === undefined || location === undefined) return false;
      const {
        dependencies: needed = {},
        peerDependencies: peers = {},
        optionalDependencies: optional = {},
        peerDependenciesMeta,
      } = manifest;
      const meta = isRecord(peerDependenciesMeta) ? peerDependenciesMeta : {};
      const isOptional = (name: string): boolean => {
        const said = Object.hasOwn(meta, name) ? meta[name] : undefined;
        return isRecord(said) && said["optional"] === true;
      };
      return [
        ...Object.keys(needed).filter((name) => !Object.hasOwn(optional, name)),
        ...Object.keys(peers).filter((name) => !isOptional(name)),
      ].some((name) => dependencies!.get(name) === location);
    },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
