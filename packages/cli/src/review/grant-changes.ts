import { changedGrants, grantKey, splitName, type Grant, type GrantState, type PackageEntry } from "@moat/core/model";
import type { Change } from "./review.ts";

/** One grant of one package that is not in the state that it was in. */
export interface GrantChange {
  readonly kind: "gained" | "lost";
  readonly grant: Grant;
  readonly to: GrantState;
  readonly decidedBy: Change["decidedBy"];
  /** An import of a package, or a change to its exports, that only has another name now. */
  readonly renamed: boolean;
  /** It had this under its former name, or the target's, and has to be given it again. */
  readonly carried: boolean;
}

export interface GrantChangesOptions {
  /** Whether `before` is the entry of another name, under which the package stood. */
  readonly moved: boolean;
  /** Whether a package is gone from the policy. */
  readonly isGone: (name: string) => boolean;
  readonly decidedBy: (grant: Grant) => Change["decidedBy"];
}

/** What differs between two entries of one package; an entry that is not there grants nothing. */
export function grantChanges(
  before: PackageEntry | undefined,
  after: PackageEntry | undefined,
  { moved, isGone, decidedBy }: GrantChangesOptions,
): GrantChange[] {
  const changed = changedGrants(before, after);
  const gone = changed.filter(({ grant, to }) => to === "none" && namesPackage(grant) && isGone(grant.target));
  const fresh = changed.filter(({ grant, from }) => from === "none" && namesPackage(grant));
  const renamed = new Set(
    [gone, fresh].flatMap((side, index) =>
      side
        .filter(({ grant }) =>
          (index === 0 ? fresh : gone).some(
            (other) => other.grant.capability === grant.capability && isNamesake(grant.target, other.grant.target),
          ),
        )
        .map(({ grant }) => grantKey(grant)),
    ),
  );
  return changed.map(({ grant, from, to, isGain }) => {
    const isRenamed = renamed.has(grantKey(grant));
    const carried = to === "pending" && ((moved && from === "granted") || (grant.capability === "change" && isRenamed));
    return {
      kind: carried || isGain ? "gained" : "lost",
      grant,
      to,
      decidedBy: decidedBy(grant),
      renamed: isRenamed,
      carried,
    };
  });
}

function namesPackage({ capability }: Grant): boolean {
  return capability === "package" || capability === "change";
}

/** Whether two names are of packages that importers call the same. */
export function isNamesake(a: string, b: string): boolean {
  const last = splitName(a).at(-1);
  return last !== undefined && !last.startsWith("./") && last === splitName(b).at(-1);
}
