import type { CanonicalName } from "./types.ts";

/** A package's entry in a policy or in overrides. HAZARD: `packages[name]` alone would find Object.prototype's `constructor`. */
export function entryOf<E>(
  { packages }: { readonly packages: Readonly<Record<CanonicalName, E>> },
  name: CanonicalName,
): E | undefined {
  return Object.hasOwn(packages, name) ? packages[name] : undefined;
}
