import { isCanonicalName } from "../naming/canonical-name.ts";
import {
  addonProblem,
  builtinProblem,
  changeProblem,
  commandProblem,
  endpointProblem,
  entryProblem,
  envProblem,
  globalProblem,
  memberProblem,
  scopeProblem,
  shareProblem,
  type GrantSyntax,
} from "./grant-syntax.ts";
import { GRANT_FIELDS, normalizePackagePolicy, sorted } from "./grant.ts";
import { makePolicyReader, type Place, type PolicyReader } from "./policy-reader.ts";
import type { CanonicalName, OverrideEntry, Overrides, PackageEntry, PackagePolicy, Policy } from "./types.ts";

const POLICY_FIELDS = ["$schema", "version", "root", "entries", "packages"] as const;
const OVERRIDES_FIELDS = ["$schema", "packages"] as const;
type GrantField = (typeof GRANT_FIELDS)[number];

/** The fields that are lists, and how each item is spelled. */
const LISTS: Partial<Record<GrantField, GrantSyntax>> = {
  packages: (name) => (isCanonicalName(name) ? undefined : `this is not a canonical name such as "express>debug"`),
  globals: globalProblem,
  env: envProblem,
  commands: commandProblem,
  native: addonProblem,
  shares: shareProblem,
  changes: changeProblem,
};

/**
 * Reads `moat.policy.json`, strictly: whatever is not understood is an error, never ignored.
 * Lists come back sorted and without repetition, objects without a prototype.
 *
 * @throws MoatError `MOAT_POLICY_INVALID`, whose message names file, line, column and JSON path
 */
export function parsePolicy(text: string, fileName: string): Policy {
  const reader = makePolicyReader(text, fileName, "policy", "MOAT_POLICY_INVALID");
  const fields = reader.fields(reader.root, "the policy", POLICY_FIELDS);
  const need = (field: (typeof POLICY_FIELDS)[number]): Place =>
    fields.get(field) ??
    reader.fail(`the policy has no ${JSON.stringify(field)}`, { offset: reader.root.node.start, path: "$" });

  const version = need("version");
  if (version.node.type !== "number" || version.node.value !== 1)
    reader.fail("version must be 1: this file is from another moat", {
      offset: version.node.start,
      path: version.path,
    });
  const rootPlace = need("root");
  const root = reader.string(rootPlace, "root");
  if (root !== "trusted" && root !== "confined")
    return reader.fail(`root must be "trusted" or "confined"`, { offset: rootPlace.node.start, path: rootPlace.path });
  const schema = fields.get("$schema");

  return bare<Policy>({
    ...(schema === undefined ? {} : { $schema: reader.string(schema, "$schema") }),
    version: 1,
    root,
    entries: [...new Set(reader.strings(need("entries"), "entries", entryProblem))].toSorted(),
    packages: readPackages(reader, need("packages"), readEntry),
  });
}

/**
 * Reads `moat.overrides.json`, as strictly. Fields keep what was written:
 * `false` and `[]` say that nothing is granted.
 *
 * @throws MoatError `MOAT_OVERRIDES_INVALID`
 */
export function parseOverrides(text: string, fileName: string): Overrides {
  const reader = makePolicyReader(text, fileName, "overrides", "MOAT_OVERRIDES_INVALID");
  const fields = reader.fields(reader.root, "the overrides", OVERRIDES_FIELDS);
  const packages =
    fields.get("packages") ??
    reader.fail(`the overrides have no "packages"`, { offset: reader.root.node.start, path: "$" });
  const schema = fields.get("$schema");
  return bare<Overrides>({
    ...(schema !== undefined && { $schema: reader.string(schema, "$schema") }),
    packages: readPackages(reader, packages, readOverride),
  });
}

function readPackages<E>(
  reader: PolicyReader,
  place: Place,
  read: (reader: PolicyReader, place: Place) => E,
): Record<CanonicalName, E> {
  // HAZARD: with a prototype, a package called `constructor` would have an entry that nobody wrote.
  const packages: Record<CanonicalName, E> = Object.create(null);
  for (const { key, keyStart, place: inner } of reader.members(place, "packages")) {
    if (!isCanonicalName(key))
      reader.fail(`${JSON.stringify(key)} is not a canonical name such as "express>debug"`, {
        offset: keyStart,
        path: inner.path,
      });
    packages[key] = read(reader, inner);
  }
  return packages;
}

function readEntry(reader: PolicyReader, place: Place): PackageEntry {
  const fields = reader.fields(place, "a package's entry", [...GRANT_FIELDS, "pending"] as const);
  const entry = normalizePackagePolicy(readGrants(reader, fields, false) as PackagePolicy);
  const pending = fields.get("pending");
  if (pending === undefined) return entry;
  const waiting = normalizePackagePolicy(
    readGrants(reader, reader.fields(pending, "pending", GRANT_FIELDS), false) as PackagePolicy,
  );
  return Object.keys(waiting).length === 0 ? entry : bare<PackageEntry>({ ...entry, pending: waiting });
}

function readOverride(reader: PolicyReader, place: Place): OverrideEntry {
  const fields = reader.fields(place, "an override", [...GRANT_FIELDS, "reason"] as const);
  const reason = fields.get("reason");
  return bare<OverrideEntry>({
    ...readGrants(reader, fields, true),
    ...(reason === undefined ? {} : { reason: reader.string(reason, "reason") }),
  });
}

/** The fields that are there; `removable` is whether `false` may stand for "none". */
function readGrants(
  reader: PolicyReader,
  fields: ReadonlyMap<GrantField | "pending" | "reason", Place>,
  removable: boolean,
): Record<string, unknown> {
  const grants: Record<string, unknown> = Object.create(null);
  for (const field of GRANT_FIELDS) {
    const place = fields.get(field);
    if (place === undefined) continue;
    const syntax = LISTS[field];
    if (removable && place.node.type === "boolean" && !place.node.value) grants[field] = false;
    else if (removable && isEmptyList(place)) grants[field] = syntax === undefined ? false : [];
    else if (field === "workers") grants[field] = reader.boolean(place, field);
    else if (field === "builtins") grants[field] = readBuiltins(reader, place);
    else if (field === "fs") grants[field] = readPair(reader, place, field, ["read", "write"], scopeProblem);
    else if (field === "net") grants[field] = readPair(reader, place, field, ["connect", "listen"], endpointProblem);
    else grants[field] = sortedList(reader, place, field, syntax!);
  }
  return grants;
}

const sortedList = (reader: PolicyReader, place: Place, what: string, syntax: GrantSyntax): string[] =>
  sorted(reader.strings(place, what, syntax));

function isEmptyList({ node }: Place): boolean {
  return node.type === "array" && node.items.length === 0;
}

function readPair(
  reader: PolicyReader,
  place: Place,
  what: string,
  keys: readonly string[],
  syntax: GrantSyntax,
): Record<string, string[]> {
  const pair: Record<string, string[]> = Object.create(null);
  for (const [key, inner] of reader.fields(place, what, keys))
    pair[key] = sortedList(reader, inner, `${what}.${key}`, syntax);
  return pair;
}

function readBuiltins(reader: PolicyReader, place: Place): Record<string, true | string[]> {
  const builtins: Record<string, true | string[]> = Object.create(null);
  for (const { key, keyStart, place: inner } of reader.members(place, "builtins")) {
    const problem = builtinProblem(key, reader.origin);
    if (problem !== undefined)
      reader.fail(`${JSON.stringify(key)} in builtins: ${problem}`, { offset: keyStart, path: inner.path });
    if (inner.node.type === "array") builtins[key] = sortedList(reader, inner, `builtins.${key}`, memberProblem);
    else if (inner.node.type === "boolean" && inner.node.value) builtins[key] = true;
    else
      reader.fail(`builtins.${key} must be true or an array of its members`, {
        offset: inner.node.start,
        path: inner.path,
      });
  }
  return builtins;
}

/** The same fields on an object without a prototype. */
function bare<T extends object>(fields: T): T {
  return Object.assign(Object.create(null), fields);
}
