import { CLIENT_SHARE, CLOCK_SHARE, isHarmlessGlobal } from "@moat/core/model";
import type { Capability } from "./facts.ts";
import type { GrantContext, ProjectContext } from "./grant-context.ts";
import { grantsOfUse } from "./package-grants.ts";
import { packageNameAt } from "./reach.ts";
import { requestCarriers } from "./shared-globals.ts";
import { NODE_GLOBALS } from "./tables/node-globals.ts";
import { INLINING_PLUGINS, TEST_EVALUATORS } from "./tables/test-evaluators.ts";

/** Of the project's own modules, all that they do; of packages, what they need to be loaded and to write snapshots. */
const OF_PROJECT: ReadonlySet<Capability> = new Set(["builtin", "fs", "env", "global", "connect", "listen", "command"]);
const OF_PACKAGES: ReadonlySet<Capability> = new Set(["builtin", "fs"]);

/** Tests of a service start it, and ask it or what runs beside it (supertest). */
const ITSELF = ["127.0.0.1:*", "[::1]:*", "localhost:*"];

/**
 * A runner that evaluates specs itself needs what these do. The specs are the
 * project's own, and trusted; packages that they import are evaluated the same way,
 * so their connections to elsewhere, programs and variables are not handed to the runner.
 */
export function grantToEvaluators({ reached, disk, collectorOf, isDependency, nameOf, within }: ProjectContext): void {
  const inlined = packagesInlined(reached);
  for (const location of new Set(reached.files.map((file) => file.location))) {
    const row = TEST_EVALUATORS.get(packageNameAt(location));
    const collector = row === undefined || !isDependency(location) ? undefined : collectorOf(location);
    if (row === undefined || collector === undefined) continue;
    for (const { path, location: from, facts } of row.evaluatesNothing ? [] : reached.files) {
      const wanted = !isDependency(from) ? OF_PROJECT : row.evaluates ? OF_PACKAGES : undefined;
      const place = `${nameOf(from) ?? "."}: ${within(from, path)}`;
      for (const use of facts.uses) {
        if (wanted?.has(use.capability)) for (const grant of grantsOfUse(use)) collector.grant(grant, place, use);
        if (use.capability !== "listen" || wanted !== OF_PACKAGES || row.importsFor) continue;
        collector.grant({ capability: "net.listen", target: "*" }, place, use);
        for (const target of ITSELF) collector.grant({ capability: "net.connect", target }, place, use);
      }
    }
    // What these modules import, the runner imports for them.
    for (const { from, to, file, use } of row.importsFor ? reached.edges : []) {
      const target = (isDependency(from) && !inlined.has(from)) || to === location ? undefined : nameOf(to);
      if (target !== undefined)
        collector.grant({ capability: "package", target }, `${nameOf(from) ?? "."}: ${within(from, file)}`, use);
    }
    const own = reached.files.find((file) => file.location === location)!;
    const use = { ...(own.facts.uses[0] ?? { line: 1, column: 1, snippet: "" }) };
    for (const event of row.hears ?? []) {
      for (const grant of grantsOfUse({ ...use, capability: "builtin", target: `process.${event}` }))
        collector.grant(grant, within(location, own.path), use);
    }
    for (const name of row.reads ?? [])
      collector.grant({ capability: "env", target: name }, within(location, own.path), use);
    for (const file of reached.files) {
      const text = row.clockMethods === undefined || isDependency(file.location) ? undefined : disk.readText(file.path);
      if (row.clockMethods?.some((method) => text?.includes(`.${method}(`)))
        collector.grant({ capability: "share", target: CLOCK_SHARE }, within(location, own.path), use);
    }
    // A mock of the network is evaluated like any other package: it has Node's own from the runner.
    const [mock] = !row.importsFor && (row.evaluates || row.handsGlobals) ? requestCarriers(reached) : [];
    if (mock !== undefined)
      collector.grant(
        { capability: "share", target: CLIENT_SHARE },
        `${nameOf(mock.location)}: ${within(mock.location, mock.file)}`,
        mock.use,
      );
    for (const name of row.handsGlobals ? NODE_GLOBALS : []) {
      if (isHarmlessGlobal(name))
        for (const grant of grantsOfUse({ ...use, capability: "global", target: name }))
          collector.grant(grant, within(location, own.path), use);
    }
  }
}

/** Frameworks that a plugin of the project's has the runner evaluate. @param reached names of packages */
export function frameworksInlined(reached: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...INLINING_PLUGINS].flatMap(([plugin, name]) => (reached.has(plugin) ? [name] : [])));
}

/** Packages that a plugin of the project's has the runner evaluate like the project's own modules. */
function packagesInlined({ edges, importedByProject }: GrantContext["reached"]): ReadonlySet<string> {
  const reached = new Set(edges.map(({ to }) => packageNameAt(to)));
  const frameworks = frameworksInlined(reached);
  return new Set(
    edges.flatMap(({ from, to }) => (frameworks.has(packageNameAt(to)) && importedByProject.has(from) ? [from] : [])),
  );
}

/** What it evaluates requires addons (better-sqlite3, sharp), which it loads for them: each with the grants of its own package. */
export function grantAddonsToEvaluators({ reached, collectors, collectorOf, isDependency }: GrantContext): void {
  const addons = [...collectors.values()].flatMap((collector) => {
    const place = collector.evidence().find(({ capability }) => capability === "native");
    return place === undefined ? [] : [place];
  });
  for (const location of new Set(reached.files.map((file) => file.location))) {
    if (TEST_EVALUATORS.get(packageNameAt(location))?.evaluates !== true || !isDependency(location)) continue;
    for (const { package: target, file, ...place } of addons)
      collectorOf(location)?.grant({ capability: "package", target }, `${target}: ${file}`, place);
  }
}
