import type { Resolution } from "@moat/core/model";
import type { ProjectContext } from "./grant-context.ts";
import { packageNameAt, packageNameOf } from "./reach.ts";
import { ownGlobals } from "./shared-globals.ts";
import { CALLERS_LOADERS, FRAMEWORK_LOADERS, LOADERS_BY_METHOD, PROJECT_LOADERS } from "./tables/module-loaders.ts";

/**
 * Test runners and loaders of plugins import the project's own modules, by the paths of
 * files that they find. Only for a package that the project itself starts or imports, which
 * imports what can't be seen and makes URLs of paths, or is known to require such paths:
 * without the edge nothing of the project can be imported by a package.
 * @param entries what the project starts
 */
export function grantProjectModules(
  { reached, collectorOf, isDependency, nameOf, within, disk }: ProjectContext,
  entries: readonly Resolution[],
): void {
  const loaders = new Set<string>();
  const granted = new Set<string>();
  const projectLoaders = new Set(
    reached.edges.filter(({ specifier }) => PROJECT_LOADERS.has(packageNameOf(specifier) ?? "")).map(({ to }) => to),
  );
  const runners = new Set<string>();
  const started = new Set(entries.map(({ location }) => location));
  for (const { from, to } of reached.edges) if (!isDependency(from)) started.add(to);
  const frameworkLoaders = new Set(
    reached.edges.flatMap(({ from, to }) =>
      started.has(from) && FRAMEWORK_LOADERS.has(packageNameAt(to)) ? [to] : [],
    ),
  );
  for (const location of frameworkLoaders) started.add(location);
  // `sequelize-cli` has umzug load the migrations.
  for (const { from, to } of reached.edges)
    if (started.has(from) && PROJECT_LOADERS.has(packageNameAt(from)) && projectLoaders.has(to)) started.add(to);
  // `gulp` leaves its command to `gulp-cli`.
  for (const { from, to } of reached.edges)
    if (started.has(from) && packageNameAt(to) === `${packageNameAt(from)}-cli`) started.add(to);
  for (const { path, location, facts } of reached.files) {
    const collector =
      started.has(location) && isDependency(location) && reached.opaque.has(location)
        ? collectorOf(location)
        : undefined;
    if (collector === undefined) continue;
    const makesUrls = collector.has({ capability: "builtin", target: "url", member: "pathToFileURL" });
    const isKnown =
      frameworkLoaders.has(location) || projectLoaders.has(location) || PROJECT_LOADERS.has(packageNameAt(location));
    if (!makesUrls && !isKnown) continue;
    const use = facts.uses.find(({ capability, target }) => capability === "computed" && target.startsWith("*"));
    if (use === undefined) continue;
    collector.grant({ capability: "package", target: "." }, within(location, path), use);
    if (makesUrls) loaders.add(location);
    granted.add(location);
  }
  for (const { from, to, specifier, file, use } of reached.edges) {
    const method = LOADERS_BY_METHOD.get(packageNameOf(specifier) ?? "");
    if (isDependency(from) || method === undefined || !projectCalls(from, method)) continue;
    collectorOf(to)?.grant({ capability: "package", target: "." }, `${nameOf(from)}: ${within(from, file)}`, use);
  }
  // The project loads its own with them, too.
  for (const { from, to, specifier, file, use } of reached.edges) {
    if (isDependency(from) || !CALLERS_LOADERS.has(packageNameOf(specifier) ?? "")) continue;
    collectorOf(to)?.grant({ capability: "package", target: "." }, `${nameOf(from)}: ${within(from, file)}`, use);
    granted.add(to);
  }
  // What they load with: `import-fresh`, and what that resolves with.
  for (const location of granted) {
    for (const { from, to, specifier, file, use } of reached.edges) {
      if (from !== location || !CALLERS_LOADERS.has(packageNameOf(specifier) ?? "")) continue;
      collectorOf(to)?.grant({ capability: "package", target: "." }, `${nameOf(from)}: ${within(from, file)}`, use);
      granted.add(to);
    }
  }
  for (const location of granted) {
    for (const { name, file, use } of ownGlobals(reached, location))
      collectorOf(location)?.grant({ capability: "share", target: name }, within(location, file), use);
  }
  // What such a runner, or a dependency of it, defines by computed names (`describe`, `it`) is for those modules.
  for (const { from, to } of reached.edges) if (loaders.has(from) && isDependency(to)) runners.add(to);
  // Who only reads globals by such names (`globalThis[error.name]`) defines none.
  const definers = new Set<string>();
  for (const { location, facts } of reached.files)
    if (facts.uses.some(({ capability }) => capability === "defines-any" || capability === "hands-global"))
      definers.add(location);
  for (const { path, location, facts } of reached.files) {
    if (!definers.has(location) || (!loaders.has(location) && !runners.has(location))) continue;
    const use = facts.uses.find(({ capability, target }) =>
      loaders.has(location) ? target === "computed name of a global" : capability === "defines-any",
    );
    if (use !== undefined)
      collectorOf(location)?.grant({ capability: "share", target: "*" }, within(location, path), use);
  }

  function projectCalls(location: string, method: string): boolean {
    return reached.files.some(
      (file) => file.location === location && disk.readText(file.path)?.includes(`.${method}(`),
    );
  }
}
