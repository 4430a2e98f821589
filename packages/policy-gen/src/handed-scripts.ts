import { startsScripts, type Use } from "./facts.ts";
import type { GrantContext } from "./grant-context.ts";
import { packageNameAt, packageNameOf, packagesNamedIn, type ImportEdge, type Reached } from "./reach.ts";
import {
  CALLERS_LOADERS,
  LOADS_FILES_OF_ITS_IMPORTER,
  LOADS_ITS_IMPORTER,
  SCRIPT_POOLS,
} from "./tables/module-loaders.ts";

/**
 * A package that starts workers or children on scripts which it is told (`workerpool`,
 * `jest-worker`) may start those of the packages that import it; so may those load them
 * that stand in for another copy of their importer.
 */
export function grantHandedScripts({ reached, collectorOf, nameOf, within }: GrantContext): void {
  const starters = new Map<string, { path: string; use: Use }>();
  for (const { path, location, facts } of reached.files) {
    const use = facts.uses.find(startsScripts);
    const name = packageNameAt(location);
    const loadsImporter =
      LOADS_ITS_IMPORTER.has(name) || LOADS_FILES_OF_ITS_IMPORTER.has(name) || SCRIPT_POOLS.has(name);
    if (loadsImporter)
      starters.set(location, {
        path,
        use: facts.uses[0] ?? { capability: "names", target: ".", line: 1, column: 1, snippet: "" },
      });
    else if (use !== undefined && !facts.uses.some(({ capability }) => capability === "file"))
      starters.set(location, { path, use });
  }
  for (const { from, to } of [...reached.edges, ...handedThrough(reached)]) {
    const starter = starters.get(to);
    if (starter === undefined) continue;
    // What the importer was named (pino: `transport: { target: "pino-pretty" }`), it may hand on.
    const scripts = [
      from,
      ...reached.edges.filter((edge) => edge.from === from && isByComputedName(edge.use)).map((edge) => edge.to),
    ];
    // The pool, and what it loads scripts with, and what that does so with in turn (resolve-cwd with resolve-from).
    const loaders = new Set([to]);
    for (const loader of loaders) {
      for (const edge of reached.edges) {
        if (edge.from === loader && CALLERS_LOADERS.has(packageNameOf(edge.specifier) ?? "")) loaders.add(edge.to);
      }
    }
    for (const loader of loaders) {
      for (const script of scripts) {
        const target = nameOf(script);
        if (target !== undefined)
          collectorOf(loader)?.grant({ capability: "package", target }, within(to, starter.path), starter.use);
      }
    }
  }
}

/**
 * A file that spells the path of a script, and imports a package that has a pool of threads, may hand it that script
 * (pino: `transport: { target: join(__dirname, "ours.js") }`): to the pool, and to what the package loads modules with.
 */
function* handedThrough({ edges, files }: Reached): Iterable<Pick<ImportEdge, "from" | "to">> {
  const poolOf = new Map<string, string>();
  for (const { from, to } of edges) if (SCRIPT_POOLS.has(packageNameAt(to))) poolOf.set(from, to);
  if (poolOf.size === 0) return;
  for (const { location, facts } of files) {
    if (!facts.uses.some(({ capability, target }) => capability === "script" && !target.startsWith("*"))) continue;
    const imported = packagesNamedIn(facts);
    for (const { from, to, specifier } of edges) {
      const pool = from === location && imported.has(packageNameOf(specifier)) ? poolOf.get(to) : undefined;
      if (pool !== undefined) yield { from, to: pool };
    }
  }
}

function isByComputedName({ capability, target }: Use): boolean {
  return capability === "computed" || (capability === "unanalyzed" && target === "computed require.resolve");
}
