import type { Grant } from "@moat/core/model";

/** Without the lines that say only that a builtin is loaded, where others say which of its members are used. */
export function tellingGrants<T>(
  items: readonly T[],
  grantOf: (item: T) => Grant,
  groupOf: (item: T) => string = () => "",
): T[] {
  const keyOf = (item: T): string => `${groupOf(item)}\0${grantOf(item).target}`;
  const withMembers = new Set(items.filter((item) => grantOf(item).member !== undefined).map(keyOf));
  return items.filter(
    (item) =>
      grantOf(item).capability !== "builtin" || grantOf(item).member !== undefined || !withMembers.has(keyOf(item)),
  );
}
