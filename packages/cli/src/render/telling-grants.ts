import type { Grant } from "@moat/core/model";

/**
 * Without the lines that say only that a builtin is loaded, where others say which of its members are used; nor that
 * `node:process` is, beside the global of that name, which it is.
 */
export function tellingGrants<T>(
  items: readonly T[],
  grantOf: (item: T) => Grant,
  groupOf: (item: T) => string = () => "",
): T[] {
  const keyOf = (item: T): string => `${groupOf(item)}\0${grantOf(item).target}`;
  const saysMore = ({ capability, target, member }: Grant): boolean =>
    member !== undefined || (capability === "global" && target === "process");
  const told = new Set(items.filter((item) => saysMore(grantOf(item))).map(keyOf));
  return items.filter(
    (item) => grantOf(item).capability !== "builtin" || grantOf(item).member !== undefined || !told.has(keyOf(item)),
  );
}
