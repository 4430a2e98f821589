import { grantKey, grantsOf, splitName, type Grant, type GrantState, type PackageEntry } from "@moat/core/model";
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

const REACHED = { none: 0, pending: 1, granted: 2 } as const satisfies Record<GrantState, number>;

/** What differs between two entries of one package; an entry that is not there grants nothing. */
export function grantChanges(
  before: PackageEntry | undefined,
  after: PackageEntry | undefined,
  { moved, isGone, decidedBy }: GrantChangesOptions,
): GrantChange[] {
  const had = statesOf(before);
  const has = statesOf(after);
  const gone = [...had.values()].filter(
    ({ grant }) => !has.has(grantKey(grant)) && namesPackage(grant) && isGone(grant.target),
  );
  const fresh = [...has.values()].filter(({ grant }) => !had.has(grantKey(grant)) && namesPackage(grant));
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
  const changes: GrantChange[] = [];
  for (const key of new Set([...had.keys(), ...has.keys()])) {
    const from = had.get(key)?.state ?? "none";
    const to = has.get(key)?.state ?? "none";
    const { grant } = (has.get(key) ?? had.get(key))!;
    if (from === to || isRestated(grant, had, has)) continue;
    const carried =
      to === "pending" && ((moved && from === "granted") || (grant.capability === "change" && renamed.has(key)));
    changes.push({
      kind: carried || REACHED[to] > REACHED[from] ? "gained" : "lost",
      grant,
      to,
      decidedBy: decidedBy(grant),
      renamed: renamed.has(key),
      carried,
    });
  }
  return changes;
}

type States = ReadonlyMap<string, { readonly grant: Grant; readonly state: GrantState }>;

function statesOf(entry: PackageEntry | undefined): States {
  const { pending = {}, ...granted } = entry ?? {};
  const states = new Map<string, { grant: Grant; state: GrantState }>();
  for (const grant of grantsOf(pending)) states.set(grantKey(grant), { grant, state: "pending" });
  for (const grant of grantsOf(granted)) states.set(grantKey(grant), { grant, state: "granted" });
  return states;
}

function namesPackage({ capability }: Grant): boolean {
  return capability === "package" || capability === "change";
}

/** The line of a module itself says nothing where there are lines for its members. */
function isRestated(grant: Grant, before: States, after: States): boolean {
  if (grant.capability !== "builtin" || grant.member !== undefined) return false;
  return [...before.values(), ...after.values()].some(
    ({ grant: other }) => other.capability === "builtin" && other.target === grant.target && other.member !== undefined,
  );
}

/** Whether two names are of packages that importers call the same. */
export function isNamesake(a: string, b: string): boolean {
  const last = splitName(a).at(-1);
  return last !== undefined && !last.startsWith("./") && last === splitName(b).at(-1);
}
