import { join } from "node:path";
import { isFirstParty, locateNames, type Overrides, type Resolution, type Resolver } from "@moat/core/model";
import { resolveOrNothing, type ReachedFile } from "./reach.ts";

export interface GrantedImports {
  /** What is loaded by them, given what is reached so far. */
  readonly more: (reached: readonly ReachedFile[]) => Resolution[];
  /** Where each of these packages lies, and what leads there: a name, and the package that it means it in. */
  readonly targets: readonly GrantedImport[];
}

export interface GrantedImport {
  readonly importer: string | undefined;
  readonly location: string;
  readonly parent: string;
  readonly specifier: string;
}

/**
 * What people let packages import (`moat allow … package …`) is reached with
 * these: no text names it, and a policy that does not have it denies it.
 */
export function grantedImports(overrides: Overrides | undefined, project: string, resolver: Resolver): GrantedImports {
  const edges = Object.entries(overrides?.packages ?? {}).flatMap(([from, { packages }]) =>
    (packages || []).filter((to) => !isFirstParty(to)).map((to) => ({ from, to })),
  );
  if (edges.length === 0) return { more: () => [], targets: [] };
  const { locations } = locateNames(new Set(edges.flatMap(({ from, to }) => [from, to])), project, resolver);
  const targets = edges.flatMap(({ from, to }): GrantedImport[] => {
    const location = locations.get(to);
    const step = to.lastIndexOf(">");
    const parent =
      step < 0 ? project : locateNames([to.slice(0, step)], project, resolver).locations.get(to.slice(0, step));
    if (location === undefined || parent === undefined) return [];
    return [{ importer: locations.get(from), location, parent, specifier: decodeURIComponent(to.slice(step + 1)) }];
  });
  return {
    targets,
    more(reached) {
      const importers = new Set<string | undefined>(reached.map((file) => file.location));
      return targets.flatMap(({ importer, location, parent, specifier }) =>
        importers.has(importer)
          ? (["require", "import"] as const).flatMap((mode) => {
              const found = resolveOrNothing(specifier, join(parent, "noop.js"), mode, resolver);
              return found?.location === location ? [found] : [];
            })
          : [],
      );
    },
  };
}
