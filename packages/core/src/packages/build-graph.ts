import { join } from "node:path";
import { joinName, memberName } from "../naming/canonical-name.ts";
import { compareNames } from "../naming/compare-names.ts";
import { foldName, MODULE_CACHES } from "../policy/scope-rules.ts";
import type { CanonicalName } from "../policy/types.ts";
import type { FileReader } from "./file-reader.ts";
import { makeResolver, type Resolver } from "./resolver.ts";
import type { Manifest, PackageGraph, PackageInstance } from "./types.ts";
import { findWorkspaces } from "./workspaces.ts";

/** What a graph is made with, besides the disk. */
export interface GraphOptions {
  /** Imports that a package's code has and its manifest does not, by the package's location. */
  readonly phantom?: ReadonlyMap<string, ReadonlySet<string>>;
  /** A resolver to share its memory with; one is made unless given. */
  readonly resolver?: Resolver;
}

interface Found {
  readonly location: string;
  readonly kind: PackageInstance["kind"];
  name: CanonicalName;
}

const EMPTY: Manifest = Object.freeze({});

/** Development dependencies count for first-party packages alone: nobody else's are installed. */
const declaredNames = (manifest: Manifest, kind: PackageInstance["kind"]): Set<string> => {
  const tables = [
    manifest.dependencies,
    manifest.optionalDependencies,
    manifest.peerDependencies,
    kind === "dependency" ? undefined : manifest.devDependencies,
  ];
  // Optional peers are often named in `peerDependenciesMeta` alone.
  const meta = manifest.peerDependenciesMeta;
  const optionalPeers = typeof meta === "object" && meta !== null ? Object.keys(meta) : [];
  return new Set([...tables.flatMap((table) => (table ? Object.keys(table) : [])), ...optionalPeers]);
};

/**
 * Every package instance that the project reaches over dependencies, each under
 * its canonical name. What is declared and not installed is left out: optional
 * and peer dependencies often are, and a missing one fails where it is imported.
 */
export const buildGraph = (projectDir: string, disk: FileReader, options: GraphOptions = {}): PackageGraph => {
  const resolver = options.resolver ?? makeResolver(disk);
  const reader = resolver.disk;
  const project = reader.realpath(projectDir) ?? projectDir;
  resolver.addRoot(project);

  /** A dependency with a broken manifest is still a package: Node fails when it is imported. */
  const manifestOf = (location: string): Manifest => {
    if (location === project) return resolver.manifestOf(location) ?? EMPTY;
    try {
      return resolver.manifestOf(location) ?? EMPTY;
    } catch {
      return EMPTY;
    }
  };

  const found = new Map<string, Found>();
  const edges = new Map<string, Map<string, string>>();
  const root: Found = { location: project, kind: "root", name: "." };
  found.set(project, root);
  const members: Found[] = [];
  for (const path of findWorkspaces(project, manifestOf(project), reader)) {
    const location = reader.realpath(join(project, path));
    if (location === undefined || found.has(location)) continue;
    resolver.addRoot(location);
    const member: Found = { location, kind: "workspace", name: memberName(path) };
    found.set(location, member);
    members.push(member);
  }

  const reach = (from: Found): Map<string, string> => {
    const names = declaredNames(manifestOf(from.location), from.kind);
    for (const name of options.phantom?.get(from.location) ?? []) names.add(name);
    const reached = new Map<string, string>();
    for (const name of [...names].sort()) {
      if (!isInstallable(name) && !(options.phantom?.get(from.location)?.has(name) && isGenerated(name))) continue;
      const location = resolver.locate(name, from.location);
      if (location !== undefined && location !== from.location) reached.set(name, location);
    }
    return reached;
  };

  // Level by level, so that the first level that reaches a location has the fewest steps.
  // Within a level all candidates are compared before any is followed.
  let level: Found[] = [root];
  for (let steps = 0; level.length > 0; steps += 1) {
    const next = new Map<string, Found>();
    for (const from of level) {
      const reached = reach(from);
      edges.set(from.location, reached);
      for (const [dependency, location] of reached) {
        if (found.has(location)) continue;
        const name = joinName(from.name, dependency);
        const other = next.get(location);
        if (other === undefined) next.set(location, { location, kind: "dependency", name });
        else if (compareNames(name, other.name) < 0) other.name = name;
      }
    }
    for (const [location, instance] of next) found.set(location, instance);
    level = [...(steps === 0 ? members : []), ...next.values()];
  }

  const byLocation = new Map<string, PackageInstance>();
  const byName = new Map<CanonicalName, PackageInstance>();
  for (const item of [...found.values()].sort((a, b) => compareNames(a.name, b.name))) {
    const { location, kind, name } = item;
    const dependencies = edges.get(location) ?? new Map<string, string>();
    const instance = { name, location, kind, manifest: manifestOf(location), dependencies };
    byLocation.set(location, instance);
    byName.set(name, instance);
  }
  return { root: byLocation.get(project)!, byLocation, byName };
};

/**
 * What a tool generates for packages to require, as `prisma generate` does (`node_modules/.prisma`). No manifest declares it.
 * HAZARD: caches are no packages: tools write them, and what they wrote would run as somebody else.
 */
const isGenerated = (name: string): boolean =>
  /^\.[^./\\%@>:][^/\\%>:]*$/.test(name) && name.isWellFormed() && !MODULE_CACHES.has(foldName(name));

/** HAZARD: a manifest's key is a path below `node_modules`; `../x` must not become one. */
const isInstallable = (name: string): boolean =>
  /^(?:@[^./\\%@>:][^/\\%>:]*\/)?[^./\\%@>:][^/\\%>:]*$/.test(name) && name.isWellFormed();
