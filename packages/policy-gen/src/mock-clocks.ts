import type { GrantContext } from "./grant-context.ts";
import { packageNameAt, packageNameOf } from "./reach.ts";
import { CLOCK_GLOBALS, MOCK_CLOCKS } from "./tables/mock-clocks.ts";

/** What a mock clock that the project imports puts on another package's global object is for the project's modules. */
export function grantMockClocks({ reached, collectors, isDependency, nameOf, within }: GrantContext): void {
  for (const { from, file, specifier, use } of reached.edges) {
    const holder = isDependency(from) ? undefined : MOCK_CLOCKS.get(packageNameOf(specifier) ?? "");
    if (holder === undefined) continue;
    for (const [location, collector] of collectors) {
      if (packageNameAt(location) !== holder) continue;
      const where = `${nameOf(from)}: ${within(from, file)}`;
      collector.grant({ capability: "share", target: "*" }, where, use);
      for (const target of CLOCK_GLOBALS) collector.grant({ capability: "global", target }, where, use);
    }
  }
}
