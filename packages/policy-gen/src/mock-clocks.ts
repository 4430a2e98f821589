import { CLOCK_SHARE } from "@moat/core/model";
import type { GrantContext } from "./grant-context.ts";
import { packageNameAt, packageNameOf } from "./reach.ts";
import { CLOCK_GLOBALS, MOCK_CLOCKS } from "./tables/mock-clocks.ts";

/** What a mock clock that the project imports puts on another package's global object is for the project's modules, and its time for all. */
export function grantMockClocks({ reached, collectors, isDependency, nameOf, within }: GrantContext): void {
  const ofModules = new Set(
    reached.files.flatMap(({ facts, location }) => (facts.format === "module" ? location : [])),
  );
  for (const { from, to, file, specifier, use } of reached.edges) {
    const holder = isDependency(from) ? undefined : MOCK_CLOCKS.get(packageNameOf(specifier) ?? "");
    if (holder === undefined) continue;
    for (const [location, collector] of collectors) {
      // As an ES module, sinon is one file that brings its holder along.
      const holdsItself = location === to && ofModules.has(location);
      if (packageNameAt(location) !== holder && !holdsItself) continue;
      const where = `${nameOf(from)}: ${within(from, file)}`;
      for (const target of ["*", CLOCK_SHARE]) collector.grant({ capability: "share", target }, where, use);
      for (const target of CLOCK_GLOBALS) collector.grant({ capability: "global", target }, where, use);
    }
  }
}
