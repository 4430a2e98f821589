import type { PackagePolicy } from "./types.ts";
import { WINDOW } from "./window-names.ts";

/** Among the `shares` of a policy, those that name no global variable; see also `mode-variables.ts` and `symbol-shares.ts`. */

/** Whatever a test runner defines, for the project's own code alone. */
export const ANY_SHARE = "*";
/** What libraries add to that namespace, never what the language has there. */
export const REFLECT_SHARE = "Reflect.*";
/** The text of everybody's stacks. */
export const STACK_SHARE = "Error.prepareStackTrace";
/** What carries the application's own `fetch`, with all that it sends. */
export const DISPATCHER_SHARE = "fetch.dispatcher";

/** What makes everybody's requests by `http`, `https` and `fetch`: mocks of the network. */
export const CLIENT_SHARE = "http.client";
/** Whose mock clock is the clock of all packages. */
export const CLOCK_SHARE = "timers.mock";

/** Whose `require.cache` is the project's own: what it takes off is loaded anew (`import-fresh`, `decache`). */
export const CACHE_SHARE = "require.cache";
/** Which of the project's own modules is meant by a name that nothing else has (`module-alias`, `tsconfig-paths`). */
export const NAMES_SHARE = "require.names";
/**
 * How the project's own modules are found, compiled and loaded (`proxyquire`, `ts-node/register`).
 * HAZARD: what compiles the application's text is the application: who has it has no bounds.
 */
export const HOOKS_SHARE = "require.hooks";

export { WINDOW as WINDOW_SHARE } from "./window-names.ts";

/** All of these. */
export const SPECIAL_SHARES: ReadonlySet<string> = new Set([
  ANY_SHARE,
  REFLECT_SHARE,
  STACK_SHARE,
  DISPATCHER_SHARE,
  CLIENT_SHARE,
  CLOCK_SHARE,
  CACHE_SHARE,
  NAMES_SHARE,
  HOOKS_SHARE,
  WINDOW,
]);

/** All that policies share: what several list is there several times. */
export function sharesOf(policies: Iterable<PackagePolicy>): string[] {
  return [...policies].flatMap(({ shares }) => shares ?? []);
}
