/** One row for each code that moat throws; `docs/errors/<CODE>.md` is its page. */
export interface ErrorCodeEntry {
  /** What happened, in a few words. */
  readonly title: string;
}

const table = {
  MOAT_NAME_INVALID: { title: "A package has a name that can't be written down" },
  MOAT_NO_PROJECT: { title: "No folder above the entry has a package.json" },
  MOAT_OVERRIDES_INVALID: { title: "moat.overrides.json is malformed" },
  MOAT_POLICY_INVALID: { title: "moat.policy.json is malformed" },
  MOAT_POLICY_MISSING: { title: "There is no moat.policy.json" },
  MOAT_POLICY_UNREADABLE: { title: "A policy file can't be read" },
  MOAT_WRITE_FAILED: { title: "A file could not be written" },
} as const satisfies Record<`MOAT_${string}`, ErrorCodeEntry>;

export type MoatErrorCode = keyof typeof table;

/** All codes of moat, by code. */
export const errorCodes: Readonly<Record<MoatErrorCode, ErrorCodeEntry>> = table;

/** Where the page of a code is, relative to the repository. */
export function errorPage(code: MoatErrorCode): string {
  return `docs/errors/${code}.md`;
}
