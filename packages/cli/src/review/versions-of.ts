import type { CanonicalName } from "@moat/core/model";
import type { LockedTree } from "../lockfiles/locked-tree.ts";
import type { Versions } from "./review.ts";

/** The lockfiles of both sides, where they have one. */
export interface Locks {
  readonly before: LockedTree | undefined;
  readonly after: LockedTree | undefined;
}

/** The versions of a package on both sides by its names there; `undefined` where it was not, or is no longer. */
export function versionsOf(locks: Locks, was: CanonicalName | undefined, name: CanonicalName | undefined): Versions {
  const before = was === undefined ? undefined : locks.before?.find(was);
  const after = name === undefined ? undefined : locks.after?.find(name);
  return {
    ...(before === undefined ? {} : { before: before.version }),
    ...(after === undefined ? {} : { after: after.version }),
    ...(before !== undefined &&
    after !== undefined &&
    before.version === after.version &&
    isOther(before.integrity, after.integrity)
      ? { contentChanged: true as const }
      : {}),
  };
}

/** Whether two hashes of one kind differ; of different kinds, nothing can be said. */
function isOther(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const kindOf = (hash: string): string => /^[a-z0-9]+(?=[-/:])/iu.exec(hash)?.[0] ?? "";
  return kindOf(a) === kindOf(b) && a.length === b.length && a !== b;
}
