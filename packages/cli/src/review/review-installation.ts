import type { CanonicalName } from "@moat/core/model";
import type { LockedPackage } from "../lockfiles/locked-tree.ts";
import type { InstallationReview } from "./review.ts";
import type { Locks } from "./versions-of.ts";

/**
 * What a policy can't see: packages that are installed and that nothing imports (a phantom
 * dependency is enough for its install script to run), and scripts that a version brings.
 */
export function reviewInstallation(locks: Locks, names: readonly CanonicalName[]): InstallationReview {
  const { before, after } = locks;
  if (before === undefined || after === undefined) return { scripts: [], unreached: 0 };
  const reached = new Set(names.map((name) => after.find(name)?.key));
  const known = new Set(before.packages.map(({ name }) => name));
  const hadScript = new Set(
    before.packages.filter(({ installScript }) => installScript === true).map(({ name }) => name),
  );
  const scripts = after.packages.filter(({ name, installScript }) => installScript === true && !hadScript.has(name));
  return {
    scripts: [...new Map(scripts.map((locked) => [idOf(locked), locked])).values()].map((locked) => ({
      name: locked.name,
      version: locked.version,
      reached: reached.has(locked.key),
    })),
    unreached: new Set(
      after.packages.filter(({ name, key }) => !known.has(name) && !reached.has(key)).map(({ name }) => name),
    ).size,
  };
}

function idOf({ name, version }: LockedPackage): string {
  return `${name}@${version}`;
}
