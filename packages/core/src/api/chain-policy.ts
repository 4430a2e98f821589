/** The policy of a dependency that is loaded by itself, and of everything that it depends on. */
import { builtinModules } from "node:module";
import { MoatError } from "../errors/moat-error.ts";
import { buildGraph } from "../packages/build-graph.ts";
import type { PackageInstance } from "../packages/types.ts";
import type { Resolver } from "../packages/resolver.ts";
import { builtinRisk } from "../policy/builtin-risk.ts";
import { effectivePolicy } from "../policy/effective-policy.ts";
import { isHarmlessGlobal } from "../policy/global-risk.ts";
import { nearestWord } from "../policy/nearest-word.ts";
import { parseOverrides } from "../policy/parse-policy.ts";
import { GLOBAL_RULES } from "../endowments/global-names.ts";
import type { CanonicalName, OverrideEntry, PackagePolicy, Policy } from "../policy/types.ts";
import type { LoadGrants } from "./types.ts";

export interface ChainPolicy {
  readonly name: CanonicalName;
  readonly names: ReadonlyMap<string, CanonicalName>;
  readonly policies: ReadonlyMap<CanonicalName, PackagePolicy>;
}

export interface ChainRequest {
  readonly specifier: string;
  readonly project: string;
  /** Of the package that the specifier leads to. */
  readonly location: string;
  readonly grants: LoadGrants;
  readonly chain: Readonly<Record<CanonicalName, LoadGrants>>;
}

/** @throws {MoatError} `MOAT_OVERRIDES_INVALID` where a grant is misspelled, `MOAT_PACKAGE_UNKNOWN` */
export function makeChainPolicy(request: ChainRequest, resolver: Resolver): ChainPolicy {
  const { project, location, grants, chain, specifier } = request;
  const graph = buildGraph(project, resolver.disk, { resolver });
  const first = graph.byLocation.get(location);
  if (first === undefined || first.kind !== "dependency") {
    throw new MoatError("MOAT_PACKAGE_UNKNOWN", `${JSON.stringify(specifier)} is no dependency of ${project}`, {
      fields: { package: specifier },
      nextStep:
        "moat.load is for installed packages that the project's package.json names; for its own modules: app.import",
    });
  }
  const packages = reachable(first, graph.byLocation);
  const known = packages.map((one) => one.name);
  for (const name of Object.keys(chain)) {
    if (known.includes(name)) continue;
    const near = nearestWord(name, known);
    throw new MoatError("MOAT_PACKAGE_UNKNOWN", `${first.name} does not depend on a package ${JSON.stringify(name)}`, {
      fields: { package: name },
      ...(near !== undefined && { nextStep: `did you mean: ${near}` }),
    });
  }
  const entries: Record<CanonicalName, OverrideEntry> = Object.create(null);
  for (const one of packages) {
    const own = Object.hasOwn(chain, one.name) ? chain[one.name]! : grants;
    entries[one.name] = withMachinery(own, importsOf(one, graph.byLocation));
  }
  // The same strict reading as of a file, by people: absolute paths and `*` are theirs to grant.
  const overrides = parseOverrides(JSON.stringify({ packages: entries }), "the grants");
  const nothing: Policy = { version: 1, root: "trusted", entries: [], packages: Object.create(null) };
  return {
    name: first.name,
    names: new Map([[project, "."], ...packages.map((one) => [one.location, one.name] as const)]),
    policies: effectivePolicy(nothing, overrides),
  };
}

function reachable(first: PackageInstance, byLocation: ReadonlyMap<string, PackageInstance>): PackageInstance[] {
  const found = new Set([first]);
  for (const one of found) {
    for (const location of one.dependencies.values()) {
      const next = byLocation.get(location);
      if (next?.kind === "dependency") found.add(next);
    }
  }
  return [...found];
}

function importsOf(one: PackageInstance, byLocation: ReadonlyMap<string, PackageInstance>): CanonicalName[] {
  return [...one.dependencies.values()].flatMap((location) => {
    const next = byLocation.get(location);
    return next?.kind === "dependency" ? [next.name] : [];
  });
}

/** Builtins that make a grant usable; each asks the grant at every use. */
const BUILTINS_FOR: ReadonlyArray<readonly [(grants: LoadGrants) => unknown, readonly string[]]> = [
  [({ fs }) => fs, ["fs", "fs/promises"]],
  [({ net }) => net, ["net", "tls", "http", "https", "http2", "dns", "dns/promises", "dgram"]],
  [({ commands }) => commands, ["child_process"]],
];
const NETWORK_GLOBALS = ["fetch", "WebSocket", "EventSource"];

/** What has no authority of its own comes with every package, and what the grants are used through. */
function withMachinery(grants: LoadGrants, packages: readonly CanonicalName[]): OverrideEntry {
  const builtins: Record<string, true | readonly string[]> = Object.create(null);
  for (const name of builtinModules) {
    const row = builtinRisk(name);
    if (row.risk === "harmless") builtins[name] = true;
    else if (row.risk === "partly") builtins[name] = row.harmless;
  }
  for (const [isGranted, names] of BUILTINS_FOR) {
    if (isGranted(grants)) for (const name of names) builtins[name] = true;
  }
  const globals = [...GLOBAL_RULES.keys()].filter(isHarmlessGlobal);
  return {
    ...grants,
    packages,
    builtins: { ...builtins, ...grants.builtins },
    globals: [...globals, "process", ...(grants.net ? NETWORK_GLOBALS : []), ...(grants.globals ?? [])],
  };
}
