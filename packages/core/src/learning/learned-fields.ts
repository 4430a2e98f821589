/**
 * Which fields of the overrides learning wrote, and which are people's: the
 * reason of an entry says so, with a digest of what was written. A field that a
 * person has changed since is a person's.
 */
import process from "node:process";
import { GRANT_FIELDS, grantKey, grantsOf } from "../policy/grant.ts";
import { mergeEntry } from "../policy/effective-policy.ts";
import type { CanonicalName, OverrideEntry, Overrides } from "../policy/types.ts";

export type LearnedField = (typeof GRANT_FIELDS)[number];
/** Fields as `moat.overrides.json` has them. */
export type OverrideFields = Pick<OverrideEntry, LearnedField>;

interface Mark {
  readonly fields: readonly LearnedField[];
  readonly digest: string;
  /** The reason without it. */
  readonly reason: string | undefined;
}

const MARK = /(?:^|; )learned on \d{4}-\d{2}-\d{2} from [^;]+: ([a-z, ]+) \(#([0-9a-f]{12})\)$/u;

/** Adds to a person's reason when, from what and which fields were learned. */
export function learnedReason(
  reason: string | undefined,
  run: { readonly date: string; readonly entries: readonly string[] },
  fields: OverrideFields,
): string {
  const names = GRANT_FIELDS.filter((field) => fields[field] !== undefined);
  const from = run.entries.map((entry) => entry.replaceAll(";", ",")).join(" ");
  const mark = `learned on ${run.date} from ${from}: ${names.join(", ")} (#${digestOf(fields, names)})`;
  return reason === undefined || reason === "" ? mark : `${reason}; ${mark}`;
}

/** The fields of an entry that learning wrote and nobody has changed. */
export function learnedFields(entry: OverrideEntry): OverrideFields {
  const mark = readMark(entry);
  const learned: Record<string, unknown> = {};
  for (const field of mark?.fields ?? []) learned[field] = entry[field];
  return learned;
}

/** What people wrote: the overrides before anything was learned. */
export function withoutLearned(overrides: Overrides): Overrides {
  const packages: Record<CanonicalName, OverrideEntry> = Object.create(null);
  for (const [name, entry] of Object.entries(overrides.packages)) {
    const mark = readMark(entry);
    if (mark === undefined) {
      packages[name] = entry;
      continue;
    }
    const { reason: _reason, ...kept } = entry as Record<string, unknown>;
    for (const field of mark.fields) delete kept[field];
    if (mark.reason !== undefined) kept["reason"] = mark.reason;
    if (Object.keys(kept).length > 0) packages[name] = kept as OverrideEntry;
  }
  return { ...overrides, packages };
}

function readMark(entry: OverrideEntry): Mark | undefined {
  const found = MARK.exec(entry.reason ?? "");
  if (found === null) return undefined;
  const fields = GRANT_FIELDS.filter((field) => found[1]!.split(", ").includes(field));
  // Changed by a person since: the whole entry is theirs.
  if (fields.some((field) => entry[field] === undefined) || digestOf(entry, fields) !== found[2]) return undefined;
  const before = entry.reason!.slice(0, found.index);
  return { fields, digest: found[2]!, reason: before === "" ? undefined : before };
}

function digestOf(entry: OverrideFields, fields: readonly LearnedField[]): string {
  const only: Record<string, unknown> = {};
  for (const field of fields) only[field] = entry[field];
  const grants = grantsOf(mergeEntry(undefined, only)).map(grantKey).toSorted();
  // Loaded only here: it costs milliseconds, and most runs learn nothing.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256")
    .update(JSON.stringify([fields, grants]))
    .digest("hex")
    .slice(0, 12);
}
