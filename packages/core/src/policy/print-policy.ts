import { compareText } from "../naming/compare-names.ts";
import { GRANT_FIELDS, normalizePackagePolicy } from "./grant.ts";
import type { OverrideEntry, Overrides, PackagePolicy, Policy } from "./types.ts";

/**
 * The bytes of `moat.policy.json`: the same for policies that mean the same.
 * Keys and lists sorted by code unit, fields in the format's order, one grant a
 * line, two spaces, `\n` line ends and one at the end.
 */
export function printPolicy(policy: Policy): string {
  return print([
    ...(policy.$schema === undefined ? [] : [["$schema", policy.$schema] as const]),
    ["version", policy.version],
    ["root", policy.root],
    ["entries", [...new Set(policy.entries)].toSorted(compareText)],
    [
      "packages",
      byName(policy.packages, ({ pending, ...granted }) => {
        const waiting = pending === undefined ? [] : grantMembers(normalizePackagePolicy(pending));
        return new Members([
          ...grantMembers(normalizePackagePolicy(granted)),
          ...(waiting.length === 0 ? [] : [["pending", new Members(waiting)] as const]),
        ]);
      }),
    ],
  ]);
}

/** The bytes of `moat.overrides.json`; what was written as "none" stays. */
export function printOverrides(overrides: Overrides): string {
  return print([
    ...(overrides.$schema === undefined ? [] : [["$schema", overrides.$schema] as const]),
    [
      "packages",
      byName(
        overrides.packages,
        (entry) =>
          new Members([
            ...overrideMembers(entry),
            ...(entry.reason === undefined ? [] : [["reason", entry.reason] as const]),
          ]),
      ),
    ],
  ]);
}

type Member = readonly [key: string, value: unknown];

/** An object as an ordered list: no key, not even a number or `__proto__`, moves or vanishes. */
class Members {
  readonly list: readonly Member[];
  constructor(list: readonly Member[]) {
    this.list = list;
  }
}

function grantMembers(policy: PackagePolicy): Member[] {
  const members: Member[] = [];
  for (const field of GRANT_FIELDS) {
    const value = policy[field];
    if (value !== undefined)
      members.push([
        field,
        field === "builtins" || field === "fs" || field === "net"
          ? byName(value as Record<string, unknown>, (inner) => inner)
          : value,
      ]);
  }
  return members;
}

function overrideMembers(entry: OverrideEntry): Member[] {
  const members: Member[] = [];
  for (const field of GRANT_FIELDS) {
    const value = entry[field];
    if (value === undefined) continue;
    if (Array.isArray(value)) members.push([field, sorted(value)]);
    else if (typeof value === "object")
      members.push([
        field,
        byName(value as Record<string, unknown>, (inner) => (Array.isArray(inner) ? sorted(inner) : inner)),
      ]);
    else members.push([field, value]);
  }
  return members;
}

function sorted(list: readonly string[]): string[] {
  return [...new Set(list)].toSorted(compareText);
}

function byName<V>(record: Readonly<Record<string, V>>, each: (value: V) => unknown): Members {
  return new Members(
    Object.keys(record)
      .toSorted(compareText)
      .map((key) => [key, each(record[key]!)]),
  );
}

function print(members: readonly Member[]): string {
  return `${text(new Members(members), "")}\n`;
}

function text(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  const block = (open: string, lines: string[], close: string) =>
    lines.length === 0 ? open + close : `${open}\n${inner}${lines.join(`,\n${inner}`)}\n${indent}${close}`;
  if (value instanceof Members)
    return block(
      "{",
      value.list.map(([key, member]) => `${JSON.stringify(key)}: ${text(member, inner)}`),
      "}",
    );
  if (Array.isArray(value))
    return block(
      "[",
      value.map((item) => text(item, inner)),
      "]",
    );
  return JSON.stringify(value);
}
