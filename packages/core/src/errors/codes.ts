/** One row for each code that moat throws; `docs/errors/<CODE>.md` is its page. */
export interface ErrorCodeEntry {
  /** What happened, in a few words. */
  readonly title: string;
}

const table = {
  MOAT_BELT_IMPOSSIBLE: { title: "Node's permission flags can't be used here" },
  MOAT_BUILTIN_DENIED: { title: "A package may not use a builtin module" },
  MOAT_COMMAND_AMBIGUOUS: { title: "Several packages have this command" },
  MOAT_COMMAND_MISSING: { title: "No installed package has this command" },
  MOAT_ENTRY_IN_PACKAGE: { title: "The program belongs to an installed package" },
  MOAT_ENTRY_MISSING: { title: "The program does not exist" },
  MOAT_ENTRY_OUTSIDE: { title: "The entries belong to different projects" },
  MOAT_ENTRY_UNLISTED: { title: "The policy was not made for this program" },
  MOAT_GIT_FAILED: { title: "A commit can't be read" },
  MOAT_GRANT_BROADER: { title: "A part of a grant can't be dropped" },
  MOAT_INTERNAL: { title: "moat is in a state that should not be possible" },
  MOAT_INTRINSICS_CHANGED: { title: "The intrinsics were changed before the lockdown" },
  MOAT_LOCKED_ALREADY: { title: "The process is locked down already" },
  MOAT_NAME_INVALID: { title: "A package has a name that can't be written down" },
  MOAT_NO_PROJECT: { title: "The program belongs to no project" },
  MOAT_OVERRIDES_INVALID: { title: "moat.overrides.json is malformed" },
  MOAT_PACKAGE_MISSING: { title: "A package is not installed" },
  MOAT_PACKAGE_UNKNOWN: { title: "The policy has no such package" },
  MOAT_POLICY_CONFLICT: { title: "A policy file is an unresolved merge" },
  MOAT_POLICY_INVALID: { title: "moat.policy.json is malformed" },
  MOAT_POLICY_MISSING: { title: "There is no moat.policy.json" },
  MOAT_POLICY_STALE: { title: "moat.policy.json does not fit the installed packages" },
  MOAT_POLICY_UNREADABLE: { title: "A policy file can't be read" },
  MOAT_SYNTAX: { title: "A module that the program is certain to load is no JavaScript" },
  MOAT_USAGE: { title: "The command line is not understood" },
  MOAT_WRITE_FAILED: { title: "A file could not be written" },
} as const satisfies Record<`MOAT_${string}`, ErrorCodeEntry>;

/** Stable, also in later versions. */
export type MoatErrorCode = keyof typeof table;

/** All codes of moat, by code. */
export const errorCodes: Readonly<Record<MoatErrorCode, ErrorCodeEntry>> = table;

/** Where the page of a code is, relative to the repository. */
export function errorPage(code: MoatErrorCode): string {
  return `docs/errors/${code}.md`;
}
