import type { Resolution, Resolver } from "@moat/core/model";
import { resolveOrNothing } from "./reach.ts";

const SPECIFIERS = /["'](#[^"'\s]+)["']/g;

/**
 * The builtins that a module imports under names of its package's own (`imports` of the manifest): p-limit's `#async_hooks`
 * is `async_hooks` in Node, and a stand-in in browsers.
 * @returns names of builtins by specifier; undefined where there are none.
 */
export function builtinImportsIn(
  source: string,
  { path, location }: Resolution,
  resolver: Resolver,
): Record<string, string> | undefined {
  if (location === undefined || resolver.manifestOf(location)?.imports === undefined) return undefined;
  const found = new Map<string, string>();
  for (const [, specifier] of source.matchAll(SPECIFIERS)) {
    if (found.has(specifier!)) continue;
    // To `require`, they are none: it takes files alone from `imports`.
    const leadsTo = resolveOrNothing(specifier!, path, "import", resolver);
    if (leadsTo?.format === "builtin") found.set(specifier!, leadsTo.path);
  }
  return found.size === 0 ? undefined : Object.fromEntries(found);
}
