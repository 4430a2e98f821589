import type { Use } from "./facts.ts";
import type { GrantContext } from "./grant-context.ts";
import { grantsOfUse } from "./package-grants.ts";
import { GLOBAL_EFFECTS } from "./tables/member-effects.ts";

/** Globals that a package's own function looks up by the name which it is called with: `polyfill("fetch")`, as wretch does. */
export function grantGlobalLookups({ reached, collectorOf, within }: GrantContext): void {
  const readers = new Map<string, Set<string>>();
  for (const { location, facts } of reached.files) {
    for (const { capability, target } of facts.uses) {
      if (capability !== "global-reader") continue;
      const names = readers.get(location);
      if (names === undefined) readers.set(location, new Set([target]));
      else names.add(target);
    }
  }
  for (const { path, location, facts } of reached.files) {
    const names = readers.get(location);
    if (names === undefined) continue;
    for (const use of facts.uses) {
      if (use.capability !== "global-call") continue;
      const [called, target] = use.target.split(" ") as [string, string];
      if (!names.has(called)) continue;
      const found: Use[] = [{ ...use, capability: "global", target }];
      if (Object.hasOwn(GLOBAL_EFFECTS, target)) found.push({ ...use, capability: "connect", target: "*" });
      for (const grant of found.flatMap(grantsOfUse)) collectorOf(location)?.grant(grant, within(location, path), use);
    }
  }
}
