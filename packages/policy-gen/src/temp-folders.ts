import type { Use } from "./facts.ts";
import type { GrantCollector } from "./grant-collector.ts";
import type { GrantContext } from "./grant-context.ts";
import { packageNameAt, packageNameOf } from "./reach.ts";
import { CONFIGURES_TEMP, MAKES_TEMP } from "./tables/module-loaders.ts";
import { TOOL_FOLDERS } from "./tables/tool-folders.ts";

/**
 * What the project's own code asks the temp folder for, it hands to packages by
 * its path: each that reads or writes where it is told gets the folder too.
 */
export function grantHandedFolders(context: GrantContext): void {
  const { reached, collectors, collectorOf, isDependency, nameOf, within } = context;
  const asking = askingForTemp(context);
  if (asking !== undefined) {
    for (const collector of collectors.values())
      grantTemp(collector, `${nameOf(asking.location)}: ${within(asking.location, asking.path)}`, asking.use);
  }
  // And a package that asks for it hands paths in it to those that import it, and to what it imports itself.
  for (const { path, location, facts } of reached.files) {
    const use = isDependency(location) ? facts.uses.find(isTemp) : undefined;
    if (use === undefined) continue;
    const name = nameOf(location);
    for (const { from, to } of reached.edges) {
      const other = to === location ? from : from === location && isDependency(to) ? to : undefined;
      const collector = other === undefined ? undefined : collectorOf(other);
      if (collector !== undefined) grantTemp(collector, `${name}: ${within(location, path)}`, use);
    }
  }
}

/** What a tool keeps in folders of its own, it writes, and where it hands them on those that it brings: each that reads or writes where it is told. */
export function grantToolFolders({ reached, collectorOf, isDependency, nameOf, within }: GrantContext): void {
  const broughtBy = new Map<string, Set<string>>();
  for (const { path, location, facts } of reached.files) {
    const row = isDependency(location) ? TOOL_FOLDERS.get(packageNameAt(location)) : undefined;
    const use = facts.uses[0];
    if (row === undefined || use === undefined || broughtBy.has(location)) continue;
    const brought = new Set([location]);
    broughtBy.set(location, brought);
    if (row.handedOn) {
      for (const one of brought)
        for (const { from, to } of reached.edges) if (from === one && isDependency(to)) brought.add(to);
    }
    for (const one of brought) {
      const collector = collectorOf(one);
      if (collector === undefined) continue;
      for (const folder of row.folders)
        grantFolder(collector, folder, `${nameOf(location)}: ${within(location, path)}`, use);
    }
  }
}

const grantTemp = (collector: GrantCollector, file: string, use: Use): void =>
  grantFolder(collector, "<tmp>", file, use);

function grantFolder(collector: GrantCollector, target: string, file: string, use: Use): void {
  for (const capability of ["fs.read", "fs.write"] as const) {
    if (collector.has({ capability, target: "." })) collector.grant({ capability, target }, file, use);
  }
}

function isTemp({ capability, target }: Use): boolean {
  return capability === "fs" && target === "tmp";
}

/** Where the project asks for the temp folder, itself or through a package that is made for it. */
function askingForTemp({
  reached,
  isDependency,
}: GrantContext): { location: string; path: string; use: Use } | undefined {
  for (const { path, location, facts } of reached.files) {
    if (isDependency(location) && !CONFIGURES_TEMP.has(packageNameAt(location))) continue;
    const use = facts.uses.find(isTemp);
    if (use !== undefined) return { location, path, use };
  }
  for (const { from, file, specifier, use } of reached.edges) {
    if (!isDependency(from) && MAKES_TEMP.has(packageNameOf(specifier) ?? ""))
      return { location: from, path: file, use };
  }
  return undefined;
}
