import {
  entryOf,
  GRANT_FIELD,
  accept,
  grantKey,
  grantsOf,
  mergeEntry,
  policyOf,
  type CanonicalName,
  type Grant,
  type OverrideEntry,
  type PolicyFiles,
} from "@moat/core/model";
import { isOverridden } from "../project/unanswered.ts";

/** What a person says to what a package waits for. */
export interface Decision {
  readonly package: CanonicalName;
  /** What was looked at, of what waits. */
  readonly decided: readonly Grant[];
  /** What it gets: some of that, or narrower grants in its place. */
  readonly keep: readonly Grant[];
  /** Kept in the overrides. */
  readonly reason?: string;
}

type Field = Exclude<keyof OverrideEntry, "reason">;

/** What waits for an answer in a package. */
export function waitingIn({ policy, overrides }: PolicyFiles, name: CanonicalName): Grant[] {
  const pending = entryOf(policy, name)?.pending;
  return grantsOf(pending ?? {}).filter((grant) => !isOverridden(name, grant, overrides));
}

/**
 * Both files after a decision.
 *
 * A field of which everything is kept as it waits becomes a grant in the policy. A field of which something is not,
 * or is narrower, goes into the overrides: what the package already had there, and what is kept. Since a field of the
 * overrides replaces the generated one, it also answers for what the package will want there later.
 */
export function decide(files: PolicyFiles, { package: name, decided, keep, reason }: Decision): PolicyFiles {
  const waiting = waitingIn(files, name);
  const decidedKeys = new Set(decided.map(grantKey));
  const keepKeys = new Set(keep.map(grantKey));
  const waitingKeys = new Set(waiting.map(grantKey));
  const narrowed = new Set<Field>([
    ...waiting
      .filter((grant) => decidedKeys.has(grantKey(grant)) && !keepKeys.has(grantKey(grant)))
      .map(({ capability }) => GRANT_FIELD[capability]),
    ...keep.filter((grant) => !waitingKeys.has(grantKey(grant))).map(({ capability }) => GRANT_FIELD[capability]),
  ]);
  const policy = accept(
    files.policy,
    [name],
    (_name, grant) =>
      waitingKeys.has(grantKey(grant)) && keepKeys.has(grantKey(grant)) && !narrowed.has(GRANT_FIELD[grant.capability]),
  );
  if (narrowed.size === 0 && reason === undefined) return { ...files, policy };
  const before = entryOf(files.overrides, name) ?? {};
  const entry = entryOf(files.policy, name);
  const held = grantsOf(mergeEntry(entry, before));
  const fields = Object.fromEntries(
    [...narrowed].map((field) => [
      field,
      fieldOf(
        field,
        [...held, ...keep].filter(({ capability }) => GRANT_FIELD[capability] === field),
      ),
    ]),
  );
  const packages: Record<CanonicalName, OverrideEntry> = Object.assign(Object.create(null), files.overrides.packages);
  packages[name] = { ...before, ...fields, ...(reason === undefined ? {} : { reason }) };
  return { policy, overrides: { ...files.overrides, packages } };
}

const NONE: Readonly<Record<Field, false | []>> = {
  packages: [],
  globals: [],
  builtins: false,
  env: [],
  fs: false,
  net: false,
  commands: [],
  workers: false,
  native: [],
  shares: [],
  changes: [],
};

function fieldOf(field: Field, grants: readonly Grant[]): unknown {
  return policyOf(grants)[field] ?? NONE[field];
}
