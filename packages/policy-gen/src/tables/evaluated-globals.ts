/**
 * Global variables that a package defines under a name which it computes, and that texts refer to
 * which another package evaluates for it: by the variable, who takes part.
 */
export const EVALUATED_GLOBALS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  // arktype's registry, to which its compiled validators refer.
  ["$ark", new Set(["@ark/schema", "@ark/util"])],
  // What nuxt.config.ts calls, which jiti runs as its own code.
  ["defineNuxtConfig", new Set(["@nuxt/kit", "jiti"])],
]);
