import type { GrantContext } from "./grant-context.ts";
import { packageNameOf, packagesNamedIn } from "./reach.ts";

/**
 * Harmless globals that are read off an object which may be the global one: where a package hands its
 * global object to where it can't be followed, in its own files and in those that import it
 * (`withGlobal(require("@sinonjs/commons").global)` in fake-timers, which Jest has). The object is the package's that hands it.
 */
export function grantHandedGlobals({ reached, collectorOf, isDependency, nameOf, within }: GrantContext): void {
  const handsGlobal = new Set(
    reached.files
      .filter(({ facts }) => facts.uses.some(({ capability }) => capability === "hands-global"))
      .map(({ location }) => location),
  );
  const handers = new Map<string, Map<string, string>>();
  for (const { from, to, specifier } of reached.edges) {
    const name = handsGlobal.has(to) && isDependency(from) ? packageNameOf(specifier) : undefined;
    if (name === undefined) continue;
    const known = handers.get(from);
    if (known === undefined) handers.set(from, new Map([[name, to]]));
    else known.set(name, to);
  }
  for (const { path, location, facts } of reached.files) {
    const handed = facts.uses.filter(({ capability }) => capability === "handed");
    if (handed.length === 0) continue;
    const file = within(location, path);
    const grant = (owner: string, place: string): void => {
      for (const use of handed) collectorOf(owner)?.grant({ capability: "global", target: use.target }, place, use);
    };
    if (handsGlobal.has(location)) grant(location, file);
    const imported = packagesNamedIn(facts);
    for (const [name, owner] of handers.get(location) ?? [])
      if (imported.has(name)) grant(owner, `${nameOf(location)}: ${file}`);
  }
}
