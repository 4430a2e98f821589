import { extname, join } from "node:path";
import { isHarmlessGlobal, type FileReader, type Resolution, type Resolver } from "@moat/core/model";
import type { Use } from "./facts.ts";
import type { GrantContext } from "./grant-context.ts";
import { packageNameAt, packageNameOf, resolveOrNothing, type ImportEdge, type Reached } from "./reach.ts";
import { makePlaces } from "./source-lines.ts";
import { BUNDLE_RUNNERS } from "./tables/bundle-runners.ts";
import { NODE_GLOBALS } from "./tables/node-globals.ts";

export interface BundleSearchOptions {
  readonly project: string;
  readonly resolver: Resolver;
  readonly disk: FileReader;
  /** Names that the project's manifest has, of dependencies of all kinds. */
  readonly projectNames: readonly string[];
  /** Names of the dependencies, and of the peers, in the manifest at a location. */
  readonly dependencies: (location: string) => readonly string[];
  readonly peers: (location: string) => readonly string[];
}

interface Imported {
  readonly found: Resolution;
  readonly specifier: string;
  readonly file: string;
  readonly use: Use;
}

const SOURCES: ReadonlySet<string> = new Set([
  ".js",
  ".cjs",
  ".mjs",
  ".jsx",
  ".ts",
  ".cts",
  ".mts",
  ".tsx",
  ".svelte",
  ".vue",
  ".astro",
  ".mdx",
]);
const COMPONENTS = /(?<!\.d)\.(?:jsx|tsx|svelte|vue|astro)$/;
const MOST_FILES = 5_000;
const MOST_TEXT = 1_000_000;
const IMPORTED =
  /\b(?:from|import|require\s*\(|import\s*\()\s*(["'])((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)(?:\/[^"'\n]*)?\1/g;

/** What a manifest says that Node can't load: TypeScript, and components, of a package that leaves compiling to the project. */
const UNCOMPILED = /(?<!\.d)\.(?:[cm]?ts|jsx|tsx|svelte|vue|astro)"|"svelte":/;

/**
 * What runners of bundles import for the project: the packages that its sources import, in whatever language of
 * components these are, what packages import that have to be compiled with these (`@astrojs/starlight`), and what a
 * framework depends on that is put into the bundle: the runner and its peers.
 */
export function makeBundleSearch(options: BundleSearchOptions) {
  const { project, resolver, disk } = options;
  const from = join(project, "noop.js");
  let byProject: readonly Imported[] | undefined;
  let byUncompiled: readonly Imported[] | undefined;
  const byFramework = new Map<string, readonly Imported[]>();

  const resolve = (specifier: string, finder = from): Resolution | undefined => {
    const found = resolveOrNothing(specifier, finder, "import", resolver);
    return found?.format === "commonjs" || found?.format === "module" ? found : undefined;
  };

  /** What files import of packages with these names, as the project or another package finds it. */
  const importedIn = (files: readonly string[], names: readonly string[], finder = from): Imported[] => {
    const declared = new Set(names);
    const known = new Map<string, Imported>();
    for (const file of files) {
      const text = disk.readText(file) ?? "";
      if (text.length > MOST_TEXT) continue;
      for (const match of text.matchAll(IMPORTED)) {
        const specifier = match[0].slice(match[0].indexOf(match[1]!) + 1, -1);
        if (known.has(specifier) || !declared.has(match[2]!)) continue;
        const found = resolve(specifier, finder);
        if (found === undefined) continue;
        const use: Use = { capability: "names", target: specifier, ...makePlaces(text)(match.index) };
        known.set(specifier, { found, specifier, file, use });
      }
    }
    return [...known.values()];
  };

  /** What a package's manifest depends on, as far as the project finds it: code of the package may run in a bundle. */
  const dependenciesOf = (location: string): Imported[] =>
    options.dependencies(location).flatMap((specifier) => {
      const found = resolve(specifier);
      const use: Use = { capability: "names", target: specifier, line: 1, column: 1, snippet: `"${specifier}"` };
      return found === undefined ? [] : [{ found, specifier, file: join(location, "package.json"), use }];
    });

  /** A runner and its peers, but for other runners, are put into bundles themselves. */
  const importedByFramework = (runner: string): readonly Imported[] => {
    let imported = byFramework.get(runner);
    if (imported === undefined) {
      const peers = options
        .peers(runner)
        .flatMap((peer) => (BUNDLE_RUNNERS.has(peer) ? [] : (resolve(peer)?.location ?? [])));
      // Files that the runner has for the bundle: React Router's `entry.server.node.tsx`.
      const files = sourcesIn(runner, disk).filter((file) => COMPONENTS.test(file));
      const names = [...options.projectNames, ...options.dependencies(runner), ...options.peers(runner)];
      byFramework.set(
        runner,
        (imported = [...[runner, ...peers].flatMap(dependenciesOf), ...importedIn(files, names)]),
      );
    }
    return imported;
  };

  const isUncompiled = (location: string): boolean => {
    const { exports, main, module, svelte } = Object(resolver.manifestOf(location)) as Record<string, unknown>;
    return svelte !== undefined || UNCOMPILED.test(JSON.stringify([exports, main, module]));
  };

  /** What such packages import that the project's sources name, and those of their dependencies that are of the kind. */
  const importedByUncompiled = (): Imported[] => {
    const text = sourcesIn(project, disk).map((file) => disk.readText(file) ?? "");
    const named = new Set(text.flatMap((one) => [...one.matchAll(IMPORTED)].map((match) => match[2]!)));
    const find = (names: readonly string[], folder: string): string[] =>
      names.flatMap((name) => resolver.locate(name, folder) ?? []);
    const locations = new Set(
      find(
        options.projectNames.filter((name) => named.has(name)),
        project,
      ),
    );
    const imported: Imported[] = [];
    for (const location of locations) {
      if (!isUncompiled(location)) continue;
      const names = [...options.dependencies(location), ...options.peers(location)];
      imported.push(...importedIn(sourcesIn(location, disk), names, join(location, "noop.js")));
      for (const found of find(options.dependencies(location), location)) locations.add(found);
    }
    return imported;
  };

  const importedFor = (runners: ReadonlySet<string>): readonly Imported[] => {
    if (runners.size === 0) return [];
    byProject ??= importedIn(sourcesIn(project, disk), options.projectNames);
    byUncompiled ??= importedByUncompiled();
    const byFrameworks = [...runners].flatMap((runner) =>
      BUNDLE_RUNNERS.get(packageNameAt(runner))?.isBundled === true ? importedByFramework(runner) : [],
    );
    return [...byProject, ...byUncompiled, ...byFrameworks];
  };

  const runnersIn = ({ edges }: { readonly edges: readonly ImportEdge[] }, tools: readonly string[]): Set<string> => {
    const runners = new Set(tools.filter((location) => BUNDLE_RUNNERS.has(packageNameAt(location))));
    for (const { to, specifier } of edges) if (BUNDLE_RUNNERS.has(packageNameOf(specifier) ?? "")) runners.add(to);
    return runners;
  };

  return {
    more: (reached: { readonly edges: readonly ImportEdge[] }, tools: readonly string[]): Resolution[] =>
      importedFor(runnersIn(reached, tools)).map(({ found }) => found),
    edges(reached: Reached, tools: readonly string[]): ImportEdge[] {
      const runners = runnersIn(reached, tools);
      const imported = importedFor(runners);
      return [...runners].flatMap((runner) =>
        imported.flatMap(({ found: { location }, specifier, file, use }) =>
          location === undefined || location === runner ? [] : [{ from: runner, to: location, specifier, file, use }],
        ),
      );
    },
  };
}

/** What runs in a bundle, or is evaluated by them, names globals that only compute: these runners have them all. */
export function grantToBundleRunners({ reached, collectorOf, isDependency, within }: GrantContext): void {
  const seen = new Set<string>();
  for (const { path, location, facts } of reached.files) {
    const [use] = facts.uses;
    if (use === undefined || seen.has(location) || !isDependency(location)) continue;
    if (!BUNDLE_RUNNERS.has(packageNameAt(location))) continue;
    seen.add(location);
    for (const target of NODE_GLOBALS)
      if (isHarmlessGlobal(target))
        collectorOf(location)?.grant({ capability: "global", target }, within(location, path), use);
  }
}

/** The sources below a folder, sorted, hidden folders and `node_modules` left out. */
function sourcesIn(project: string, disk: FileReader): string[] {
  const found: string[] = [];
  const look = (folder: string, depth: number): void => {
    for (const name of disk.list(folder)) {
      if (found.length >= MOST_FILES || name === "node_modules" || name.startsWith(".")) continue;
      const path = join(folder, name);
      const stat = disk.stat(path);
      if (stat === "file" && SOURCES.has(extname(name))) found.push(path);
      else if (stat === "dir" && depth < 12) look(path, depth + 1);
    }
  };
  look(project, 0);
  return found;
}
