import { isFirstParty, type CanonicalName } from "@moat/core/model";
import type { LockedPackage, LockedTree } from "../lockfiles/locked-tree.ts";
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
    ...(before === undefined ? {} : { before: shown(before, was!) }),
    ...(after === undefined ? {} : { after: shown(after, name!) }),
    ...(before !== undefined &&
    after !== undefined &&
    shown(before, was!) === shown(after, name!) &&
    isOther(before.integrity, after.integrity)
      ? { contentChanged: true as const }
      : {}),
  };
}

/**
 * Whether what stands under one name may be what stood under another, as far as lockfiles say.
 * HAZARD: a namesake that some package brings (`"debug": "npm:other@1"`, or in its own archive) is told as what it is: new.
 */
export function maybeSamePackage(locks: Locks, was: CanonicalName, name: CanonicalName): boolean {
  if (locks.before === undefined || locks.after === undefined) return true;
  const before = locks.before.find(was);
  const after = locks.after.find(name);
  if (before === undefined || after === undefined) return before === after;
  return realNameOf(before) === realNameOf(after) && versionsOf(locks, was, name).contentChanged !== true;
}

const realNameOf = ({ name, realName = name }: LockedPackage): string => realName;

/** `1.0.0`, or `other@1.0.0` where another package stands under this name. */
function shown(locked: LockedPackage, canonical: CanonicalName): string {
  const { version } = locked;
  const realName = realNameOf(locked);
  const called = decodeURIComponent(canonical.slice(canonical.lastIndexOf(">") + 1));
  return called === realName || isFirstParty(canonical) ? version : `${realName}@${version}`;
}

/** Whether two hashes of one kind differ; of different kinds, nothing can be said. */
function isOther(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const kindOf = (hash: string): string => /^[a-z0-9]+(?=[-/:])/iu.exec(hash)?.[0] ?? "";
  return kindOf(a) === kindOf(b) && a.length === b.length && a !== b;
}
