/**
 * Global variables that a package defines under a name which it computes, and that texts refer to
 * which another package evaluates for it: by the variable, who takes part. Without the first of them it is no use to the others.
 */
export const EVALUATED_GLOBALS: ReadonlyMap<string, readonly [string, ...string[]]> = new Map([
  // arktype's registry, to which its compiled validators refer.
  ["$ark", ["@ark/schema", "@ark/util"]],
  // What nuxt.config.ts calls, which jiti runs as its own code.
  ["defineNuxtConfig", ["@nuxt/kit", "jiti"]],
  // What modules count in that istanbul has instrumented, and Vitest, or up to version 3 vite-node, evaluates.
  ["__VITEST_COVERAGE__", ["@vitest/coverage-istanbul", "vite-node", "vitest"]],
]);
