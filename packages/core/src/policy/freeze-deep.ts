/** Freezes a value of plain objects and lists, with all that is in it; returns it. */
export function freezeDeep<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === "object" && inner !== null) freezeDeep(inner);
  return Object.freeze(value);
}
