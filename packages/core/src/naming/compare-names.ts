import type { CanonicalName } from "../policy/types.ts";
import { splitName } from "./canonical-name.ts";

/** Which of two paths names a package: the one with fewer steps, then the shorter, then the first by code unit. */
export function compareNames(a: CanonicalName, b: CanonicalName): number {
  return splitName(a).length - splitName(b).length || a.length - b.length || compareText(a, b);
}

/** By UTF-16 code unit, so that no locale of any machine shows in a file. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
