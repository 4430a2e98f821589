/** The API: packages under a policy, from the code of a host that was started by plain `node`. */
import { realpathSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { MoatError } from "../errors/moat-error.ts";
import { makeDisk } from "../packages/disk.ts";
import { findProject } from "../packages/find-project.ts";
import { locateNames } from "../packages/locate-names.ts";
import { namesThatLead } from "../packages/names-that-lead.ts";
import { makeResolver, type Resolver } from "../packages/resolver.ts";
import { effectivePolicy } from "../policy/effective-policy.ts";
import { parseOverrides, parsePolicy } from "../policy/parse-policy.ts";
import { readPolicy, type PolicyFiles } from "../policy/policy-files.ts";
import { makeChainPolicy } from "./chain-policy.ts";
import { openRealm } from "./open-realm.ts";
import type { LoadGrants, LoadOptions, LoadedPackage, Moat, MoatApp, MoatOptions } from "./types.ts";

async function openProject(options: MoatOptions = {}): Promise<MoatApp> {
  const { project, resolver } = findHost(options.project);
  const { policy, overrides } = policyFor(project, options);
  const policies = effectivePolicy(policy, overrides);
  const located = locateNames(policies.keys(), project, resolver);
  const { names } = located;
  const locations = namesThatLead(located, policies);
  const entries = policy.entries.filter((entry) => entry.startsWith("./")).map((entry) => join(project, entry));
  const opened = openRealm({
    host: options,
    project,
    resolver,
    names,
    locations,
    policies,
    rootTrusted: policy.root === "trusted",
    entries,
  });
  const { realm, root, referrer } = opened;
  return Object.freeze({
    import: (specifier: string) =>
      root.modules.importDynamically(text(specifier), referrer) as Promise<Record<string, unknown>>,
    require: (specifier: string) => root.commonJs.load(text(specifier), referrer),
    builtin: (name: string) => root.builtin(text(name).replace(/^node:/u, "")),
    onDenial: opened.onDenial,
    policyOf: realm.policyOf,
    drop: opened.drop,
  });
}

async function load(specifier: string, grants: LoadGrants, options: LoadOptions = {}): Promise<LoadedPackage> {
  const { project, resolver } = findHost(options.project);
  const { location } = resolver.resolveFrom(text(specifier), project, "import");
  if (location === undefined) throw new MoatError("MOAT_USAGE", `${specifier} is a builtin of Node, and no package`);
  const { chain = {} } = options;
  const { name, names, policies } = makeChainPolicy({ specifier, project, location, grants, chain }, resolver);
  const opened = openRealm({ host: options, project, resolver, names, policies, rootTrusted: true, entries: [] });
  const module = (await opened.root.modules.importDynamically(specifier, opened.referrer)) as Record<string, unknown>;
  return Object.freeze({
    module,
    name,
    packages: Object.freeze([...policies.keys()].toSorted()),
    onDenial: opened.onDenial,
    policyOf: (one = name) => opened.realm.policyOf(one),
    drop(dropped, one) {
      for (const each of one === undefined ? policies.keys() : [one]) opened.drop(each, dropped);
    },
  } satisfies LoadedPackage);
}

/** @see Moat */
export const moat: Moat = Object.freeze(Object.assign(openProject, { load }));

/** HAZARD: never by the working directory, which may be a package's with a policy of its own. */
function findHost(given: string | undefined): { project: string; resolver: Resolver } {
  const disk = makeDisk();
  const { argv } = process;
  const asked = given !== undefined && given.startsWith("file:") ? fileURLToPath(given) : given;
  if (asked !== undefined && !isAbsolute(asked))
    throw new MoatError("MOAT_USAGE", `project is not an absolute folder: ${JSON.stringify(asked)}`, {
      nextStep: 'project: fileURLToPath(new URL(".", import.meta.url))',
    });
  if (asked === undefined && argv[1] === undefined)
    throw new MoatError("MOAT_USAGE", "no program was started: say which project is meant", {
      nextStep: "moat({ project })",
    });
  const project = findProject(asked === undefined ? realpathSync.native(argv[1]!) : `${asked}/package.json`, disk);
  const real = realpathSync.native(project);
  return { project: real, resolver: makeResolver(disk, { roots: [real] }) };
}

/** What is given in code is read as strictly as a file. */
function policyFor(project: string, { policy, overrides }: MoatOptions): PolicyFiles {
  const files = policy === undefined ? readPolicy(project) : undefined;
  return {
    policy: files?.policy ?? parsePolicy(JSON.stringify(policy), "options.policy"),
    overrides:
      overrides === undefined
        ? (files?.overrides ?? { packages: Object.create(null) })
        : parseOverrides(JSON.stringify(overrides), "options.overrides"),
  };
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new MoatError("MOAT_USAGE", `a specifier is text, and not ${typeof value}`);
  return value;
}
