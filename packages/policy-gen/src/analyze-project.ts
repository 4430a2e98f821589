import { join, relative, sep } from "node:path";
import { builtinMemberRisk, buildGraph, commandProblem, findInstalledCommand, makeResolver, MoatError, resolveProgram } from "@moat/core/model";
import type { CanonicalName, FileReader, PackageEntry, Resolution, Resolver } from "@moat/core/model";
import { analysisWorkerFile, makeAnalysisPool } from "./analysis-pool.ts";
import { programIn } from "./call-effects.ts";
import { makeEnginePace } from "./engine-pace.ts";
import { openFactsCache } from "./facts-cache.ts";
import type { GenerateOptions } from "./generate-policy.ts";
import type { Generation } from "./kept-generation.ts";
import { makeFileQueue } from "./file-queue.ts";
import { makeGrantCollector } from "./grant-collector.ts";
import type { Evidence, Finding, GrantCollector } from "./grant-collector.ts";
import { grantEnvironmentKeys } from "./environment-keys.ts";
import { CLOCK_GLOBALS, MOCK_CLOCKS } from "./tables/mock-clocks.ts";
import { COMMAND_RUNNERS, DRIVEN_PROGRAMS, SHELL_OF_RUNNER } from "./tables/command-runners.ts";
import { CALLERS_LOADERS, CONFIGURES_TEMP, LOADS_ITS_IMPORTER, MAKES_TEMP, SCRIPT_POOLS, PROJECT_LOADERS } from "./tables/module-loaders.ts";
import { ADDON_LOADERS, addonsOf } from "./native-addons.ts";
import { isForOnePlatform, nativeProgramsOf } from "./native-programs.ts";
import { addonGrant, grantsOfUse, namedFileGrant } from "./package-grants.ts";
import { listFiles, packageNameOf, reachFiles } from "./reach.ts";
import type { Reached } from "./reach.ts";
import { sharedGlobals } from "./shared-globals.ts";
import { grantToEvaluators } from "./test-evaluators.ts";
import { makePluginSearch } from "./tool-plugins.ts";
import { startsScripts, type Use } from "./facts.ts";

/** Members that run texts; `module._compile` is a method of an instance. */
const RUNS_TEXT = /^vm\.(?:\*|Script|createScript|compileFunction|runIn\w+)$/;
/** What bundles look up besides their own modules. */
const COMPUTING_BUILTINS = ["path", "url", "util"].filter((name) => builtinMemberRisk(name, "*") === "harmless");
const NOWHERE = { line: 1, column: 1, snippet: "" };

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
  const entries = options.entries.map((entry) => resolveEntry(entry, project, resolver));
  const pace = options.slowOptimiser === true ? makeEnginePace() : undefined;
  const cache = openFactsCache({ folder: options.cacheDir, others: options.otherCaches });
  const pool = makeAnalysisPool({ workerFile: analysisWorkerFile(), onAnalysis: () => pace?.next() });
  const isFirstParty = (location: string): boolean => (declared.byLocation.get(location)?.kind ?? "dependency") !== "dependency";
  const tools = [...new Set(entries.flatMap(({ location }, index) => (location !== undefined && options.entries[index]!.startsWith("bin:") ? [location] : [])))];
  const plugins = makePluginSearch({
    project,
    tools,
    resolver,
    disk,
    isFirstParty,
    declaredNames: (location) => [...declared.byLocation.get(location)?.dependencies.keys() ?? namesDeclaredBy(location, resolver)],
    projectFiles: () => listFiles(project, disk),
  });
  let found: Reached;
  try {
    found = reachFiles(entries, {
      resolver,
      disk,
      queue: makeFileQueue(disk, cache, pool),
      declaredNames: (location) => namesDeclaredBy(location, resolver),
      projectNames: (location) => namesDeclaredBy(location, resolver, "devDependencies"),
      isFirstParty,
      onFile: (file, count) => options.onProgress?.({ file, count }),
      more: plugins.more,
    });
  } finally {
    pool.end();
    pace?.end();
  }
  const reached = { ...found, edges: [...found.edges, ...plugins.edges(found)] };
  cache.save();

  const phantom = withTools(reached.importedNames);
  const graph = buildGraph(project, reader, { resolver, phantom });
  const nameOf = (location: string): CanonicalName | undefined => graph.byLocation.get(location)?.name;
  const isConfined = (location: string): boolean => {
    const instance = graph.byLocation.get(location);
    return instance !== undefined && (instance.kind === "dependency" || options.root === "confined");
  };
  const isDependency = (location: string): boolean => (graph.byLocation.get(location)?.kind ?? "dependency") === "dependency";
  const within = (location: string, path: string): string => relative(location, path).split(sep).join("/");

  const collectors = new Map<string, GrantCollector>();
  const collectorOf = (location: string): GrantCollector | undefined => {
    const name = nameOf(location);
    if (name === undefined || !isConfined(location)) return undefined;
    let collector = collectors.get(location);
    if (collector === undefined) collectors.set(location, (collector = makeGrantCollector(name)));
    return collector;
  };
  const findings: Finding[] = [];
  const find = (location: string, path: string, reason: string, { line, column, snippet }: Omit<Use, "capability" | "target">): void => {
    const name = nameOf(location);
    if (name !== undefined) findings.push({ kind: "UNANALYZED", package: name, file: within(location, path), reason, line, column, snippet });
  };

  for (const { path, location, facts } of reached.files) {
    const collector = collectorOf(location);
    const file = within(location, path);
    for (const use of facts.uses) {
      if (use.capability === "unanalyzed") find(location, path, use.target, use);
      else if (use.capability === "computed") find(location, path, `computed specifier ${use.target}`, use);
      if (collector !== undefined) for (const grant of grantsOfUse(use)) collector.grant(grant, file, use);
    }
  }
  // A second round, for what depends on the first.
  const handsGlobal = new Set(reached.files.filter(({ facts }) => facts.uses.some(({ capability }) => capability === "hands-global")).map(({ location }) => location));
  for (const { path, location, facts } of reached.files) {
    if (!handsGlobal.has(location)) continue;
    for (const use of facts.uses) {
      if (use.capability === "handed") collectorOf(location)?.grant({ capability: "global", target: use.target }, within(location, path), use);
    }
  }
  grantComputingBuiltins();
  grantToEvaluators({ reached, collectorOf, isDependency, nameOf, within, packageNameAt });
  grantEnvironmentKeys({ reached, disk, project, collectorOf, isDependency, within });
  grantHandedFolders();
  grantMockClocks();
  const loadersUsed = new Map<string, { file: string; use: Use }>();
  const commandWrappers = new Set<string>();
  for (const { path, location, facts } of reached.files) {
    const collector = collectorOf(location);
    for (const use of facts.uses) {
      const named = namedFileGrant(use);
      if (named !== undefined && collector?.has({ capability: "fs.read", target: "." })) collector.grant(named, within(location, path), use);
      if ((use.capability === "require" || use.capability === "import") && ADDON_LOADERS.has(packageNameOf(use.target) ?? "")) {
        if (!loadersUsed.has(location)) loadersUsed.set(location, { file: path, use });
      }
      if (use.capability === "unanalyzed" && use.target.startsWith("command ")) {
        commandWrappers.add(location);
        for (const target of DRIVEN_PROGRAMS.get(packageNameAt(location)) ?? []) collector?.grant({ capability: "command", target }, within(location, path), use);
      }
    }
  }
  for (const { path, location, use, file } of reached.addons) {
    const grant = addonGrant(within(location, path));
    if (grant !== undefined) collectorOf(location)?.grant(grant, within(location, file).startsWith("..") ? within(location, path) : within(location, file), use ?? NOWHERE);
    find(location, path, "native addon", use ?? NOWHERE);
  }
  for (const [location, { file, use }] of loadersUsed) {
    // The loader is what requires the addon, out of the package that asked it to or of what that brings for one platform.
    const loader = tryResolve(use.target, file, use.capability === "import" ? "import" : "require", resolver)?.location;
    const brought = [...(graph.byLocation.get(location)?.dependencies.values() ?? [])].filter((one) => isForOnePlatform(one, disk));
    for (const holder of [location, ...brought]) {
      const target = nameOf(holder);
      if (loader !== undefined && target !== undefined) collectorOf(loader)?.grant({ capability: "package", target }, `${nameOf(location)}: ${within(location, file)}`, use);
      // It is the package's own, in a folder of its own; lmdb completes what its addon exports.
      if (holder !== location && target !== undefined) collectorOf(location)?.grant({ capability: "change", target }, within(location, file), use);
      for (const path of addonsOf(holder, disk)) {
        const grant = addonGrant(path);
        if (grant !== undefined) collectorOf(holder)?.grant(grant, within(location, file), use);
        find(holder, join(holder, path), "native addon", use);
      }
    }
  }
  for (const { from, to, file, use } of reached.edges) {
    collectorOf(to);
    const target = nameOf(to);
    // What a configuration names is found there: `.: .eslintrc.json`.
    const place = within(from, file).startsWith("..") ? `${nameOf(resolver.ownerOf(file)) ?? "."}: ${within(resolver.ownerOf(file), file)}` : within(from, file);
    if (target !== undefined) collectorOf(from)?.grant({ capability: "package", target }, place, use);
  }
  for (const { name, location, file, use } of sharedGlobals(reached.files)) {
    collectorOf(location)?.grant({ capability: "share", target: name }, within(location, file), use);
  }
  for (const { path, location, facts } of reached.files) {
    for (const use of facts.uses) {
      if (use.capability !== "changes") continue;
      const changed = tryResolve(use.target, path, facts.format === "module" ? "import" : "require", resolver)?.location;
      const target = changed === undefined || changed === location || !isDependency(changed) ? undefined : nameOf(changed);
      if (target !== undefined) collectorOf(location)?.grant({ capability: "change", target }, within(location, path), use);
    }
  }
  grantNamedCommands();
  grantNativePrograms();
  grantHandedScripts();
  grantProjectModules();

  const packages: Record<CanonicalName, PackageEntry> = Object.create(null);
  const evidence: Evidence[] = [];
  const ordered = [...collectors.values()].map((collector) => ({ collector, name: collector.name })).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { collector, name } of ordered) {
    packages[name] = collector.policy();
    evidence.push(...collector.evidence());
  }
  findings.sort((a, b) => compareBy(a, b));
  return {
    policy: { version: 1, root: options.root ?? "trusted", entries: [...new Set(options.entries)].sort(), packages },
    evidence,
    findings,
    phantom: [...phantom].map(([location, names]) => [location, [...names]]),
    files: reached.files.map(({ path }) => path),
  };

  /** A command may be one that the project has installed and does not declare. */
  function withTools(importedNames: Reached["importedNames"]): Reached["importedNames"] {
    const names = new Set(importedNames.get(project));
    for (const location of tools) names.add(location.split(sep).join("/").replace(/^.*\/node_modules\//, ""));
    return new Map([...importedNames, [project, names]]);
  }

  /**
   * A package that runs texts which it makes or is handed (`vm`), as bundlers run what they
   * have built: what such a text requires can't be seen. Builtins that only compute do no harm.
   */
  function grantComputingBuiltins(): void {
    for (const { path, location, facts } of reached.files) {
      const use = facts.uses.find(({ capability, target }) => capability === "builtin" && RUNS_TEXT.test(target));
      if (use === undefined) continue;
      for (const target of COMPUTING_BUILTINS) collectorOf(location)?.grant({ capability: "builtin", target, member: "*" }, within(location, path), use);
    }
  }

  /**
   * What the project's own code asks the temp folder for, it hands to packages by
   * its path: each that reads or writes where it is told gets the folder too.
   */
  function grantHandedFolders(): void {
    const asking = askingForTemp();
    if (asking !== undefined) {
      for (const collector of collectors.values()) grantTemp(collector, `${nameOf(asking.location)}: ${within(asking.location, asking.path)}`, asking.use);
    }
    // And a package that asks for it hands paths in it to those that import it, and to what it imports itself.
    for (const { path, location, facts } of reached.files) {
      const use = isDependency(location) ? facts.uses.find(({ capability, target }) => capability === "fs" && target === "tmp") : undefined;
      if (use === undefined) continue;
      const name = nameOf(location);
      for (const { from, to } of reached.edges) {
        const other = to === location ? from : from === location && isDependency(to) ? to : undefined;
        const collector = other === undefined ? undefined : collectorOf(other);
        if (collector !== undefined) grantTemp(collector, `${name}: ${within(location, path)}`, use);
      }
    }
  }

  function grantTemp(collector: GrantCollector, file: string, use: Use): void {
    for (const capability of ["fs.read", "fs.write"] as const) {
      if (collector.has({ capability, target: "." })) collector.grant({ capability, target: "<tmp>" }, file, use);
    }
  }

  /** Where the project asks for the temp folder, itself or through a package that is made for it. */
  function askingForTemp(): { location: string; path: string; use: Use } | undefined {
    for (const { path, location, facts } of reached.files) {
      if (isDependency(location) && !CONFIGURES_TEMP.has(packageNameAt(location))) continue;
      const use = facts.uses.find(({ capability, target }) => capability === "fs" && target === "tmp");
      if (use !== undefined) return { location, path, use };
    }
    for (const { from, file, specifier, use } of reached.edges) {
      if (!isDependency(from) && MAKES_TEMP.has(packageNameOf(specifier) ?? "")) return { location: from, path: file, use };
    }
    return undefined;
  }

  /** What a mock clock that the project imports puts on another package's global object is for the project's modules. */
  function grantMockClocks(): void {
    for (const { from, file, specifier, use } of reached.edges) {
      const holder = isDependency(from) ? undefined : MOCK_CLOCKS.get(packageNameOf(specifier) ?? "");
      if (holder === undefined) continue;
      for (const [location, collector] of collectors) {
        if (packageNameAt(location) !== holder) continue;
        const where = `${nameOf(from)}: ${within(from, file)}`;
        collector.grant({ capability: "share", target: "*" }, where, use);
        for (const target of CLOCK_GLOBALS) collector.grant({ capability: "global", target }, where, use);
      }
    }
  }

  /**
   * Test runners and loaders of plugins import the project's own modules, by the paths of
   * files that they find. Only for a package that the project itself starts or imports, which
   * imports what can't be seen and makes URLs of paths, or is known to require such paths:
   * without the edge nothing of the project can be imported by a package.
   */
  function grantProjectModules(): void {
    const loaders = new Set<string>();
    const granted = new Set<string>();
    const projectLoaders = new Set(reached.edges.filter(({ specifier }) => PROJECT_LOADERS.has(packageNameOf(specifier) ?? "")).map(({ to }) => to));
    const runners = new Set<string>();
    const started = new Set(entries.map(({ location }) => location));
    for (const { from, to } of reached.edges) if (!isDependency(from)) started.add(to);
    for (const { path, location, facts } of reached.files) {
      const collector = started.has(location) && isDependency(location) && reached.opaque.has(location) ? collectorOf(location) : undefined;
      if (collector === undefined) continue;
      const makesUrls = collector.has({ capability: "builtin", target: "url", member: "pathToFileURL" });
      if (!makesUrls && !projectLoaders.has(location)) continue;
      const use = facts.uses.find(({ capability, target }) => capability === "computed" && target.startsWith("*"));
      if (use === undefined) continue;
      collector.grant({ capability: "package", target: "." }, within(location, path), use);
      if (makesUrls) loaders.add(location);
      granted.add(location);
    }
    // What they load with: `import-fresh`, and what that resolves with.
    for (const location of granted) {
      for (const { from, to, specifier, file, use } of reached.edges) {
        if (from !== location || !CALLERS_LOADERS.has(packageNameOf(specifier) ?? "")) continue;
        collectorOf(to)?.grant({ capability: "package", target: "." }, `${nameOf(from)}: ${within(from, file)}`, use);
        granted.add(to);
      }
    }
    // What such a runner, or a dependency of it, defines by computed names (`describe`, `it`) is for those modules.
    for (const { from, to } of reached.edges) if (loaders.has(from) && isDependency(to)) runners.add(to);
    for (const { path, location, facts } of reached.files) {
      if (!loaders.has(location) && !runners.has(location)) continue;
      const use = facts.uses.find(({ capability, target }) =>
        loaders.has(location) ? target === "computed name of a global" : capability === "defines-any",
      );
      if (use !== undefined) collectorOf(location)?.grant({ capability: "share", target: "*" }, within(location, path), use);
    }
  }

  /**
   * A package that starts workers or children on scripts which it is told (`workerpool`,
   * `jest-worker`) may start those of the packages that import it; so may those load them
   * that stand in for another copy of their importer.
   */
  function grantHandedScripts(): void {
    const starters = new Map<string, { path: string; use: Use }>();
    for (const { path, location, facts } of reached.files) {
      const use = facts.uses.find(startsScripts);
      const loadsImporter = LOADS_ITS_IMPORTER.has(packageNameAt(location)) || SCRIPT_POOLS.has(packageNameAt(location));
      if (loadsImporter) starters.set(location, { path, use: facts.uses[0] ?? { capability: "names", target: ".", ...NOWHERE } });
      else if (use !== undefined && !facts.uses.some(({ capability }) => capability === "file")) starters.set(location, { path, use });
    }
    for (const { from, to } of reached.edges) {
      const starter = starters.get(to);
      if (starter === undefined) continue;
      // What the importer was named (pino: `transport: { target: "pino-pretty" }`), it may hand on.
      const scripts = [from, ...reached.edges.filter((edge) => edge.from === from && isByComputedName(edge.use)).map((edge) => edge.to)];
      // The pool, and what it loads scripts with.
      const loaders = [to, ...reached.edges.filter((edge) => edge.from === to && CALLERS_LOADERS.has(packageNameOf(edge.specifier) ?? "")).map((edge) => edge.to)];
      for (const loader of loaders) {
        for (const script of scripts) {
          const target = nameOf(script);
          if (target !== undefined) collectorOf(loader)?.grant({ capability: "package", target }, within(to, starter.path), starter.use);
        }
      }
    }
  }

  /** A package that starts a program by a computed path may start those of the platform packages that it imports. */
  function grantNativePrograms(): void {
    for (const { from, to, file, use } of reached.edges) {
      if (!commandWrappers.has(from) || !isDependency(to)) continue;
      for (const path of nativeProgramsOf(to, disk)) {
        const grant = { capability: "command", target: `<dependency>/${path}` } as const;
        if (!commandProblem(grant.target, "policy")) collectorOf(from)?.grant(grant, within(from, file), use);
      }
    }
  }

  /**
   * A package whose trade is starting what it is told (execa, cross-spawn) is granted
   * the programs that its importers hand it as constants; so are those that it starts them with.
   */
  function grantNamedCommands(): void {
    const calls = new Map<string, { to: string; program: string; file: string; use: Use }[]>();
    for (const { path, location, facts } of reached.files) {
      for (const use of facts.uses) {
        if (use.capability !== "calls") continue;
        const space = use.target.indexOf(" ");
        const program = programIn(use.target.slice(space + 1), true);
        const to = tryResolve(use.target.slice(0, space), path, facts.format === "module" ? "import" : "require", resolver)?.location;
        if (to === undefined || to === location || program === undefined) continue;
        const list = calls.get(location) ?? [];
        list.push({ to, program, file: path, use });
        calls.set(location, list);
      }
    }
    const importers = new Map<string, string[]>();
    const runners = new Set<string>();
    for (const { from, to, specifier } of reached.edges) {
      importers.set(to, [...(importers.get(to) ?? []), from]);
      if (COMMAND_RUNNERS.has(packageNameOf(specifier) ?? "")) runners.add(to);
    }
    for (const runner of runners) {
      if (!commandWrappers.has(runner)) continue;
      const chain = new Set([runner]);
      for (const location of chain) {
        for (const importer of importers.get(location) ?? []) {
          if (runners.has(importer)) chain.add(importer);
          for (const { to, program, file, use } of calls.get(importer) ?? []) {
            const shell = SHELL_OF_RUNNER.get(packageNameAt(runner));
            const grant = { capability: "command", target: shell ?? program } as const;
            if (to === location) collectorOf(runner)?.grant(grant, `${nameOf(importer)}: ${within(importer, file)}`, use);
          }
        }
      }
    }
  }
}

function packageNameAt(location: string): string {
  return packageNameOf(location.split(sep).join("/").replace(/^.*\/node_modules\//, "")) ?? "";
}

function isByComputedName({ capability, target }: Use): boolean {
  return capability === "computed" || (capability === "unanalyzed" && target === "computed require.resolve");
}

function tryResolve(specifier: string, from: string, mode: "require" | "import", resolver: Resolver): Resolution | undefined {
  try {
    return resolver.resolve(specifier, from, mode);
  } catch {
    return undefined;
  }
}

function compareBy(a: Finding, b: Finding): number {
  return a.package === b.package
    ? a.file === b.file
      ? a.line - b.line || a.column - b.column || (a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0)
      : a.file < b.file ? -1 : 1
    : a.package < b.package ? -1 : 1;
}

function namesDeclaredBy(location: string, resolver: Resolver, more?: "devDependencies"): string[] {
  try {
    const manifest = resolver.manifestOf(location);
    // Optional peers are often named in `peerDependenciesMeta` alone.
    const tables = [manifest?.dependencies, manifest?.optionalDependencies, manifest?.peerDependencies, manifest?.peerDependenciesMeta, more && manifest?.[more]];
    return [...new Set(tables.flatMap((table) => Object.keys(table ?? {})))].sort();
  } catch {
    return [];
  }
}

function resolveEntry(entry: string, project: string, resolver: Resolver): Resolution {
  try {
    if (!entry.startsWith("bin:")) return resolver.resolveFrom(entry, project, "require");
    return resolveProgram(findInstalledCommand(entry.slice("bin:".length), project).file, resolver);
  } catch (cause) {
    throw new MoatError("MOAT_ENTRY_MISSING", `The entry ${entry} is not in ${project}.`, {
      fields: { entry },
      nextStep: entry.startsWith("bin:") ? "Install the package that brings this command." : "Name a module of the project, such as ./index.js.",
      cause,
    });
  }
}
