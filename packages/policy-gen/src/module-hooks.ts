import { sep } from "node:path";
import { CACHE_SHARE, HOOKS_SHARE, NAMES_SHARE, type Grant } from "@moat/core/model";
import type { ProjectContext } from "./grant-context.ts";
import { packageNameAt, packageNameOf } from "./reach.ts";
import { CACHE_CLEARERS, hookHoldersOf, MODULE_FINDERS } from "./tables/module-hooks.ts";

const IMPORTS_PROJECT: Grant = { capability: "package", target: "." };

/** Which packages are granted what where the project names one: those of these names among itself and what it imports. */
interface Hooking {
  readonly holders: readonly string[];
  readonly grants: readonly Grant[];
}

/**
 * What changes how the project's modules are loaded does so where the project names it, in a module or in
 * the configuration of a tool, and not for another package's sake.
 */
export function grantModuleHooks(context: ProjectContext): void {
  const { reached, collectors, isDependency, nameOf, within, project } = context;
  const isProjects = (file: string): boolean =>
    file.startsWith(project + sep) && !file.includes(`${sep}node_modules${sep}`);
  for (const { from, to, file, specifier, use } of reached.edges) {
    if (isDependency(from) && !isProjects(file)) continue;
    for (const { holders, grants } of hookingOf(specifier)) {
      for (const [location, collector] of collectors) {
        // HAZARD: another package may bring one of that name.
        const isItsOwn = location === to || reached.edges.some((edge) => edge.from === to && edge.to === location);
        if (!isItsOwn || !holders.includes(packageNameAt(location))) continue;
        for (const grant of grants) collector.grant(grant, `${nameOf(from)}: ${within(from, file)}`, use);
      }
    }
  }
}

function hookingOf(specifier: string): Hooking[] {
  const found: Hooking[] = [];
  const name = packageNameOf(specifier) ?? "";
  const hooks = hookHoldersOf(specifier, name);
  if (hooks !== undefined) found.push({ holders: hooks, grants: [{ capability: "share", target: HOOKS_SHARE }] });
  if (MODULE_FINDERS.has(name)) found.push({ holders: [name], grants: [{ capability: "share", target: NAMES_SHARE }] });
  const searchers = CACHE_CLEARERS.get(name);
  if (searchers !== undefined) {
    found.push({ holders: [name], grants: [{ capability: "share", target: CACHE_SHARE }] });
    found.push({ holders: [name, ...searchers], grants: [IMPORTS_PROJECT] });
  }
  return found;
}
