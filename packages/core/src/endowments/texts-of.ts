/**
 * The texts of somebody's list, each read and coerced once.
 * HAZARD: not by the list's own `map`, which is a guest's and may give anything, a function for one.
 */
export function textsOf(list: readonly unknown[]): string[] {
  return Array.from({ length: list.length }, (_, index) => `${list[index] as string}`);
}
