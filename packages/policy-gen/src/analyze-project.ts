/**
 * From entries to a policy: the files that are reached, the grants of each by itself, and then, in this order, those
 * that follow from others. Longer than most files because it is the list of these steps; each has a file of its own.
 */
import { relative, sep } from "node:path";
import process from "node:process";
import {
  CLIENT_SHARE,
  builtinMemberRisk,
  buildGraph,
  findInstalledCommand,
  isHarmlessGlobal,
  isResolutionError,
  isTypeScriptElsewhere,
  makeResolver,
  MoatError,
  preloadOf,
  resolveProgram,
} from "@moat/core/model";
import type { CanonicalName, FileReader, PackageEntry, PackageGraph, Resolution, Resolver } from "@moat/core/model";
import { analysisWorkerFile, makeAnalysisPool } from "./analysis-pool.ts";
import { makeEnginePace } from "./engine-pace.ts";
import { openFactsCache } from "./facts-cache.ts";
import type { GenerateOptions } from "./generate-policy.ts";
import type { Generation } from "./kept-generation.ts";
import { makeFileQueue } from "./file-queue.ts";
import { makeFolderSearch } from "./folder-modules.ts";
import { makeGrantCollector } from "./grant-collector.ts";
import type { Evidence, Finding, GrantCollector } from "./grant-collector.ts";
import { grantAdditions } from "./granted-additions.ts";
import { grantAddons } from "./addon-grants.ts";
import type { GrantContext, ProjectContext } from "./grant-context.ts";
import { grantToBundleRunners, makeBundleSearch } from "./bundle-runners.ts";
import { grantedImports } from "./granted-imports.ts";
import { grantEnvironmentKeys } from "./environment-keys.ts";
import { grantGlobalLookups } from "./global-lookups.ts";
import { grantHandedGlobals } from "./handed-globals.ts";
import { grantHandedScripts } from "./handed-scripts.ts";
import { COMPILED_FILE, makeHookedSearch } from "./hooked-modules.ts";
import { grantMockClocks } from "./mock-clocks.ts";
import { MODULE_HOOKS } from "./tables/module-hooks.ts";
import { grantModuleHooks } from "./module-hooks.ts";
import { grantDescribedCommands, grantNamedCommands, grantNativePrograms } from "./named-commands.ts";
import { grantProjectModules } from "./project-modules.ts";
import { REQUEST_MAKERS } from "./tables/builtin-names.ts";
import { DRIVEN_PROGRAMS } from "./tables/command-runners.ts";
import { grantHandedFolders, grantToolFolders } from "./temp-folders.ts";
import { grantsOfUse, namedFileGrant } from "./package-grants.ts";
import { listFiles, packageNameAt, reachFiles, resolveOrNothing } from "./reach.ts";
import type { ImportEdge, Reached } from "./reach.ts";
import { sharedGlobals } from "./shared-globals.ts";
import { grantWindow } from "./window-users.ts";
import { grantAddonsToEvaluators, grantToEvaluators } from "./test-evaluators.ts";
import { makePluginSearch } from "./tool-plugins.ts";
import type { Use } from "./facts.ts";

/** Members that run texts; `module._compile` is a method of an instance. */
const RUNS_TEXT = /^vm\.(?:\*|Script|createScript|compileFunction|runIn\w+)$/;
/** What bundles look up besides their own modules. */
const COMPUTING_BUILTINS = ["path", "url", "util"].filter((name) => builtinMemberRisk(name, "*") === "harmless");
const COMPUTING_GLOBALS = [
  "AbortController",
  "Buffer",
  "MessageChannel",
  "TextDecoder",
  "TextEncoder",
  "URL",
  "URLSearchParams",
  "clearImmediate",
  "clearInterval",
  "clearTimeout",
  "performance",
  "queueMicrotask",
  "setImmediate",
  "setInterval",
  "setTimeout",
].filter(isHarmlessGlobal);

/**
 * Reads and follows everything that the entries reach.
 * @param reader what it asks this, the result depends on.
 * @throws MoatError MOAT_ENTRY_MISSING where an entry is not there.
 */
export function analyzeProject(options: GenerateOptions, project: string, reader: FileReader): Generation {
  const resolver = makeResolver(reader, { roots: [project] });
  const { disk } = resolver;
  // Declares the workspace members too, so that their files have an owner.
  const declared = buildGraph(project, reader, { resolver });
  const programs = options.entries.filter((entry) => preloadOf(entry) === undefined);
  const preloads = options.entries.flatMap((entry) => preloadOf(entry) ?? []);
  const projectNames = namesDeclaredBy(project, resolver, "devDependencies");
  const hasCompiler = projectNames.some((name) => MODULE_HOOKS.has(name));
  const entries = programs.map((entry) => resolveEntry(entry, project, resolver, hasCompiler));
  const pace = options.slowOptimiser === true ? makeEnginePace() : undefined;
  const cache = openFactsCache({ folder: options.cacheDir, others: options.otherCaches });
  const pool = makeAnalysisPool({ workerFile: analysisWorkerFile(), onAnalysis: () => pace?.next() });
  const isFirstParty = (location: string): boolean =>
    (declared.byLocation.get(location)?.kind ?? "dependency") !== "dependency";
  const tools = [
    ...new Set(
      entries.flatMap(({ location }, index) =>
        location !== undefined && programs[index]!.startsWith("bin:") ? [location] : [],
      ),
    ),
  ];
  const plugins = makePluginSearch({
    project,
    tools,
    resolver,
    disk,
    isFirstParty,
    declaredNames: (location) => [
      ...(declared.byLocation.get(location)?.dependencies.keys() ?? namesDeclaredBy(location, resolver)),
    ],
    projectFiles: () => listFiles(project, disk, hasCompiler ? COMPILED_FILE : undefined),
  });
  const bundles = makeBundleSearch({
    project,
    resolver,
    disk,
    projectNames,
    dependencies: (location) => Object.keys(resolver.manifestOf(location)?.dependencies ?? {}),
    peers: (location) => Object.keys(resolver.manifestOf(location)?.peerDependencies ?? {}),
  });
  const granted = grantedImports(options.overrides, project, resolver);
  const modulesByHooks = makeHookedSearch({
    resolver,
    isFirstParty,
    filesOf: (location) => listFiles(location, disk, COMPILED_FILE),
    projectNames,
  });
  const modulesOfFolders = makeFolderSearch({ project, resolver, isFirstParty });
  let found: Reached;
  try {
    found = reachFiles(entries, {
      resolver,
      disk,
      queue: makeFileQueue(disk, resolver, cache, pool),
      declaredNames: (location) => namesDeclaredBy(location, resolver),
      projectNames: (location) => namesDeclaredBy(location, resolver, "devDependencies"),
      isFirstParty,
      project,
      preloads,
      onFile: (file, count) => options.onProgress?.({ file, count }),
      more: (reached) => [
        ...plugins.more(reached),
        ...bundles.more(reached, tools),
        ...granted.more(reached.files),
        ...modulesOfFolders(reached),
        ...modulesByHooks(reached),
      ],
    });
  } finally {
    pool.end();
    pace?.end();
  }
  const reached = { ...found, edges: [...found.edges, ...plugins.edges(found), ...bundles.edges(found, tools)] };
  cache.save();

  const phantom = withTools(reached.importedNames);
  const graph = graphWithGranted(phantom);
  const nameOf = (location: string): CanonicalName | undefined => graph.byLocation.get(location)?.name;
  const isConfined = (location: string): boolean => {
    const instance = graph.byLocation.get(location);
    return instance !== undefined && (instance.kind === "dependency" || options.root === "confined");
  };
  const isDependency = (location: string): boolean =>
    (graph.byLocation.get(location)?.kind ?? "dependency") === "dependency";
  const within = (location: string, path: string): string => relative(location, path).split(sep).join("/");

  const collectors = new Map<string, GrantCollector>();
  const collectorOf = (location: string): GrantCollector | undefined => {
    const name = nameOf(location);
    if (name === undefined || !isConfined(location)) return undefined;
    let collector = collectors.get(location);
    if (collector === undefined) collectors.set(location, (collector = makeGrantCollector(name)));
    return collector;
  };
  const context: GrantContext = { reached, collectorOf, collectors, isDependency, nameOf, within };
  const findings: Finding[] = [];
  const find = (
    location: string,
    path: string,
    reason: string,
    { line, column, snippet }: Omit<Use, "capability" | "target">,
  ): void => {
    const name = nameOf(location);
    if (name !== undefined)
      findings.push({ kind: "UNANALYZED", package: name, file: within(location, path), reason, line, column, snippet });
  };

  for (const { path, location, facts } of reached.files) {
    const collector = collectorOf(location);
    const file = within(location, path);
    const depth = file.split("/").length - 1;
    for (const use of facts.uses) {
      if (use.capability === "unanalyzed") find(location, path, use.target, use);
      else if (use.capability === "computed") find(location, path, `computed specifier ${use.target}`, use);
      if (collector !== undefined) for (const grant of grantsOfUse(use, depth)) collector.grant(grant, file, use);
    }
  }
  for (const { file, specifier, use } of reached.broken)
    find(file.location, file.path, `syntax: the package.json of ${specifier} is no JSON`, use);
  // A second round, for what depends on the first.
  grantHandedGlobals(context);
  grantComputingBuiltins();
  const projectContext: ProjectContext = { ...context, disk, project, find };
  grantToEvaluators(projectContext);
  grantEnvironmentKeys(projectContext);
  grantGlobalLookups(projectContext);
  grantHandedFolders(context);
  grantToolFolders(context);
  grantMockClocks(context);
  grantModuleHooks(projectContext);
  const commandWrappers = new Set<string>();
  for (const { path, location, facts } of reached.files) {
    const collector = collectorOf(location);
    for (const use of facts.uses) {
      const named = namedFileGrant(use);
      if (named !== undefined && collector?.has({ capability: "fs.read", target: "." }))
        collector.grant(named, within(location, path), use);
      if (use.capability === "unanalyzed" && use.target.startsWith("command ")) {
        commandWrappers.add(location);
        for (const target of DRIVEN_PROGRAMS.get(packageNameAt(location)) ?? [])
          collector?.grant({ capability: "command", target }, within(location, path), use);
      }
    }
  }
  grantAddons(projectContext, resolver, (location) => graph.byLocation.get(location)?.dependencies.values() ?? []);
  grantAddonsToEvaluators(context);
  // What a configuration names is found there: `.: .eslintrc.json`.
  const placeOf = ({ from, file }: ImportEdge): string =>
    within(from, file).startsWith("..")
      ? `${nameOf(resolver.ownerOf(file)) ?? "."}: ${within(resolver.ownerOf(file), file)}`
      : within(from, file);
  for (const edge of reached.edges) {
    collectorOf(edge.to);
    const target = nameOf(edge.to);
    if (target !== undefined) collectorOf(edge.from)?.grant({ capability: "package", target }, placeOf(edge), edge.use);
  }
  for (const edge of plugins.changes(found)) {
    const target = nameOf(edge.to);
    if (target !== undefined) collectorOf(edge.from)?.grant({ capability: "change", target }, placeOf(edge), edge.use);
  }
  for (const { name, location, file, use } of sharedGlobals(reached, grantWindow(context), isDependency)) {
    collectorOf(location)?.grant({ capability: "share", target: name }, within(location, file), use);
    // A mock sends on by the function in whose place it stands, which it may name in a loop.
    if (name !== CLIENT_SHARE) continue;
    for (const maker of REQUEST_MAKERS) {
      const [target, member] = maker.split(".") as [string, string];
      collectorOf(location)?.grant({ capability: "builtin", target, member }, within(location, file), use);
    }
  }
  for (const { path, location, facts } of reached.files) {
    for (const use of facts.uses) {
      if (use.capability !== "changes") continue;
      const changed = resolveOrNothing(
        use.target,
        path,
        facts.format === "module" ? "import" : "require",
        resolver,
      )?.location;
      const target =
        changed === undefined || changed === location || !isDependency(changed) ? undefined : nameOf(changed);
      if (target !== undefined)
        collectorOf(location)?.grant({ capability: "change", target }, within(location, path), use);
    }
  }
  const additionsOfTrusted = grantAdditions(projectContext);
  grantNamedCommands(context, commandWrappers, resolver);
  grantDescribedCommands(projectContext, commandWrappers);
  grantNativePrograms(context, commandWrappers, disk);
  grantHandedScripts(context);
  grantToBundleRunners(context);
  grantProjectModules(projectContext, entries);

  const packages: Record<CanonicalName, PackageEntry> = Object.create(null);
  const evidence: Evidence[] = [];
  const ordered = [...collectors.values()]
    .map((collector) => ({ collector, name: collector.name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { collector } of ordered) evidence.push(...collector.evidence());
  const entriesByName = new Map(ordered.map(({ collector, name }) => [name, collector.policy()]));
  // Of a trusted member there is nothing to grant. That it is one, a run knows by its name here.
  for (const { location } of reached.files) {
    const member = graph.byLocation.get(location);
    if (member?.kind === "workspace" && !entriesByName.has(member.name))
      entriesByName.set(member.name, Object.create(null));
  }
  for (const [name, shares] of additionsOfTrusted)
    entriesByName.set(name, Object.assign(Object.create(null), { shares }));
  for (const name of [...entriesByName.keys()].sort()) packages[name] = entriesByName.get(name)!;
  findings.sort((a, b) => compareBy(a, b));
  return {
    policy: { version: 1, root: options.root ?? "trusted", entries: [...new Set(options.entries)].sort(), packages },
    evidence,
    findings,
    phantom: [...phantom].map(([location, names]) => [location, [...names]]),
    files: reached.files.map(({ path }) => path),
  };

  /** What nobody declares has the name that people call it by; HAZARD: with another one for what has one, grants would move. */
  function graphWithGranted(names: Map<string, ReadonlySet<string>>): PackageGraph {
    const without = buildGraph(project, reader, { resolver, phantom: names });
    const nameless = granted.targets.filter(({ location }) => !without.byLocation.has(location));
    if (nameless.length === 0) return without;
    for (const { parent, specifier } of nameless) names.set(parent, new Set([...(names.get(parent) ?? []), specifier]));
    return buildGraph(project, reader, { resolver, phantom: names });
  }

  /** A command may be one that the project has installed and does not declare. */
  function withTools(importedNames: Reached["importedNames"]): Map<string, ReadonlySet<string>> {
    const names = new Set(importedNames.get(project));
    for (const name of tools.map(packageNameAt)) if (name !== "") names.add(name);
    return new Map([...importedNames, [project, names]]);
  }

  /**
   * A package that runs texts which it makes or is handed (`vm`), as bundlers run what they
   * have built: what such a text requires and names can't be seen. What only computes does no harm.
   */
  function grantComputingBuiltins(): void {
    for (const { path, location, facts } of reached.files) {
      const use = facts.uses.find(({ capability, target }) => capability === "builtin" && RUNS_TEXT.test(target));
      if (use === undefined) continue;
      for (const target of COMPUTING_BUILTINS)
        collectorOf(location)?.grant({ capability: "builtin", target, member: "*" }, within(location, path), use);
      for (const target of COMPUTING_GLOBALS)
        collectorOf(location)?.grant({ capability: "global", target }, within(location, path), use);
    }
  }
}

function compareBy(a: Finding, b: Finding): number {
  return a.package === b.package
    ? a.file === b.file
      ? a.line - b.line || a.column - b.column || (a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0)
      : a.file < b.file
        ? -1
        : 1
    : a.package < b.package
      ? -1
      : 1;
}

function namesDeclaredBy(location: string, resolver: Resolver, more?: "devDependencies"): string[] {
  try {
    const manifest = resolver.manifestOf(location);
    // Optional peers are often named in `peerDependenciesMeta` alone.
    const tables = [
      manifest?.dependencies,
      manifest?.optionalDependencies,
      manifest?.peerDependencies,
      manifest?.peerDependenciesMeta,
      more && manifest?.[more],
    ];
    return [...new Set(tables.flatMap((table) => Object.keys(table ?? {})))].sort();
  } catch (error) {
    // Who imports such a package is told.
    if (!isResolutionError(error, "ERR_INVALID_PACKAGE_CONFIG")) throw error;
    return [];
  }
}

/**
 * HAZARD: what can't be read wants nothing, and a policy that says so would be written over one that does.
 * @param hasCompiler such as ts-node, which may be loaded before the entry
 */
function resolveEntry(entry: string, project: string, resolver: Resolver, hasCompiler: boolean): Resolution {
  const found = findEntry(entry, project, resolver);
  if (hasCompiler || !isTypeScriptElsewhere(found.path)) return found;
  throw new MoatError(
    "MOAT_SYNTAX",
    `the entry ${entry} is TypeScript, which Node ${process.versions.node} does not run`,
    {
      fields: { entry },
      nextStep:
        "run moat with Node 22.18 or later, install what compiles it (-r ts-node/register), or name its JavaScript",
    },
  );
}

function findEntry(entry: string, project: string, resolver: Resolver): Resolution {
  try {
    if (!entry.startsWith("bin:")) return resolver.resolveFrom(entry, project, "require");
    return resolveProgram(findInstalledCommand(entry.slice("bin:".length), project).file, resolver);
  } catch (cause) {
    if (cause instanceof MoatError && cause.code === "MOAT_COMMAND_AMBIGUOUS") throw cause;
    throw new MoatError("MOAT_ENTRY_MISSING", `the entry ${entry} is not in ${project}`, {
      fields: { entry },
      nextStep: entry.startsWith("bin:")
        ? "check the spelling, or install the package that has this command"
        : "name a module of the project, such as ./index.js",
      cause,
    });
  }
}
