import type { Use } from "./facts.ts";
import type { GrantContext } from "./grant-context.ts";
import { grantsOfUse } from "./package-grants.ts";
import { callsOfReaders } from "./reader-calls.ts";
import { GLOBAL_EFFECTS } from "./tables/member-effects.ts";

/** Globals that a package's own function looks up by the name which it is called with: `polyfill("fetch")`, as wretch does. */
export function grantGlobalLookups({ reached, collectorOf, within }: GrantContext): void {
  for (const { location, path, argument, use } of callsOfReaders(reached, "global-reader", "global-call")) {
    const found: Use[] = [{ ...use, capability: "global", target: argument }];
    if (Object.hasOwn(GLOBAL_EFFECTS, argument)) found.push({ ...use, capability: "connect", target: "*" });
    for (const grant of found.flatMap(grantsOfUse)) collectorOf(location)?.grant(grant, within(location, path), use);
  }
}
