import type { CanonicalName } from "@moat/core/model";

/** Evidence or findings in groups, by the package that they are about. */
export function byPackage<T extends { readonly package: CanonicalName }>(
  items: readonly T[],
): ReadonlyMap<CanonicalName, T[]> {
  const groups = new Map<CanonicalName, T[]>();
  for (const item of items) {
    const group = groups.get(item.package);
    if (group === undefined) groups.set(item.package, [item]);
    else group.push(item);
  }
  return groups;
}
