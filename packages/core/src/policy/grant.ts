import { compareText } from "../naming/compare-names.ts";
import type { PackagePolicy } from "./types.ts";

/** The fields of a package's grants, in the order of the format. */
export const GRANT_FIELDS = [
  "packages",
  "globals",
  "builtins",
  "env",
  "fs",
  "net",
  "commands",
  "workers",
  "native",
  "shares",
  "changes",
] as const;

/** What a grant is about; the fields of a policy, flattened. */
export type GrantCapability =
  | "package"
  | "global"
  | "builtin"
  | "env"
  | "fs.read"
  | "fs.write"
  | "net.connect"
  | "net.listen"
  | "command"
  | "worker"
  | "native"
  | "share"
  | "change";

/** The field of a policy that holds a capability. */
export const GRANT_FIELD = {
  package: "packages",
  global: "globals",
  builtin: "builtins",
  env: "env",
  "fs.read": "fs",
  "fs.write": "fs",
  "net.connect": "net",
  "net.listen": "net",
  command: "commands",
  worker: "workers",
  native: "native",
  share: "shares",
  change: "changes",
} as const satisfies Record<GrantCapability, (typeof GRANT_FIELDS)[number]>;

/**
 * One line of a policy. `target` is the scope, endpoint, key or name; for
 * `worker` it is empty. A builtin has one grant for the module itself and one
 * for each member, `*` being all of them.
 */
export interface Grant {
  readonly capability: GrantCapability;
  readonly target: string;
  readonly member?: string;
}

/** The grant of a builtin as a person writes it: `fs` is all of it, `fs.readFile` one member. */
export function builtinGrant(text: string): Grant {
  const dot = text.indexOf(".");
  return dot === -1
    ? { capability: "builtin", target: text, member: "*" }
    : { capability: "builtin", target: text.slice(0, dot), member: text.slice(dot + 1) };
}

const LISTS = Object.entries({
  package: (policy: PackagePolicy) => policy.packages,
  global: (policy: PackagePolicy) => policy.globals,
  env: (policy: PackagePolicy) => policy.env,
  "fs.read": (policy: PackagePolicy) => policy.fs?.read,
  "fs.write": (policy: PackagePolicy) => policy.fs?.write,
  "net.connect": (policy: PackagePolicy) => policy.net?.connect,
  "net.listen": (policy: PackagePolicy) => policy.net?.listen,
  command: (policy: PackagePolicy) => policy.commands,
  native: (policy: PackagePolicy) => policy.native,
  share: (policy: PackagePolicy) => policy.shares,
  change: (policy: PackagePolicy) => policy.changes,
} satisfies Partial<Record<GrantCapability, (policy: PackagePolicy) => readonly string[] | undefined>>) as [
  GrantCapability,
  (policy: PackagePolicy) => readonly string[] | undefined,
][];

/** The grants of a policy, in no particular order. */
export function grantsOf(policy: PackagePolicy): Grant[] {
  const grants: Grant[] = [];
  for (const [capability, list] of LISTS) {
    const targets = list(policy);
    if (targets !== undefined) for (const target of targets) grants.push({ capability, target });
  }
  for (const [target, members] of Object.entries(policy.builtins ?? {})) {
    grants.push({ capability: "builtin", target });
    for (const member of members === true ? ["*"] : members) grants.push({ capability: "builtin", target, member });
  }
  if (policy.workers === true) grants.push({ capability: "worker", target: "" });
  return grants;
}

/** The policy that has exactly these grants: sorted, without repetition and empty fields. */
export function policyOf(grants: Iterable<Grant>): PackagePolicy {
  const targets = new Map<GrantCapability, Set<string>>();
  const members = new Map<string, Set<string>>();
  for (const { capability, target, member } of grants) {
    if (capability === "builtin") {
      const known = setIn(members, target);
      if (member !== undefined) known.add(member);
    } else {
      setIn(targets, capability).add(target);
    }
  }
  const list = (capability: GrantCapability) => [...(targets.get(capability) ?? [])];
  return normalizePackagePolicy({
    packages: list("package"),
    globals: list("global"),
    builtins: Object.fromEntries([...members].map(([name, known]) => [name, [...known]])),
    env: list("env"),
    fs: { read: list("fs.read"), write: list("fs.write") },
    net: { connect: list("net.connect"), listen: list("net.listen") },
    commands: list("command"),
    workers: targets.has("worker"),
    native: list("native"),
    shares: list("share"),
    changes: list("change"),
  });
}

/** Sorted, without repetition, empty lists and `false`: what two policies that mean the same have in common. */
export function normalizePackagePolicy(policy: PackagePolicy): PackagePolicy {
  const { fs, net } = policy;
  return (
    present([
      ["packages", listed(policy.packages)],
      ["globals", listed(policy.globals)],
      ["builtins", normalBuiltins(policy.builtins)],
      ["env", listed(policy.env)],
      [
        "fs",
        fs &&
          present([
            ["read", listed(fs.read)],
            ["write", listed(fs.write)],
          ]),
      ],
      [
        "net",
        net &&
          present([
            ["connect", listed(net.connect)],
            ["listen", listed(net.listen)],
          ]),
      ],
      ["commands", listed(policy.commands)],
      ["workers", policy.workers === true ? true : undefined],
      ["native", listed(policy.native)],
      ["shares", listed(policy.shares)],
      ["changes", listed(policy.changes)],
    ]) ?? Object.create(null)
  );
}

/** Whether `held` is enough for `wanted`. Paths and endpoints only ever cover themselves. */
export function coversGrant(held: ReadonlySet<string>, wanted: Grant): boolean {
  if (held.has(grantKey(wanted))) return true;
  // HAZARD: no cover by path or endpoint. `.` leaves out secrets and code that `./.env` names, and
  // `*` leaves out addresses that a name may resolve to: the narrower text can be the wider grant.
  return (
    wanted.capability === "builtin" && wanted.member !== undefined && held.has(grantKey({ ...wanted, member: "*" }))
  );
}

/** One text for each grant, for sets. No part of a grant holds a NUL. */
export function grantKey({ capability, target, member }: Grant): string {
  return member === undefined ? `${capability}\0${target}` : `${capability}\0${target}\0${member}`;
}

function normalBuiltins(builtins: PackagePolicy["builtins"] = {}): object | undefined {
  const names = sorted(Object.keys(builtins));
  return present(
    names.map((name) => {
      const members = builtins[name]!;
      return [name, members === true || members.includes("*") ? true : sorted(members)];
    }),
  );
}

/** Undefined where there is none. */
function listed(texts: readonly string[] | undefined): string[] | undefined {
  return texts === undefined || texts.length === 0 ? undefined : sorted(texts);
}

/** By code unit, and without repetition. Most lists are so already: moat has written them. */
export function sorted(texts: readonly string[]): string[] {
  for (let index = 1; index < texts.length; index++) {
    if (compareText(texts[index - 1]!, texts[index]!) >= 0) return [...new Set(texts)].toSorted(compareText);
  }
  return [...texts];
}

function setIn<K>(map: Map<K, Set<string>>, key: K): Set<string> {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = new Set()));
  return found;
}

/** An object without a prototype, of the fields that are there; undefined where none is. */
function present<T extends object>(fields: readonly (readonly [name: string, value: unknown])[]): T | undefined {
  let kept: Record<string, unknown> | undefined;
  for (const [name, value] of fields)
    if (value !== undefined) (kept ??= Object.create(null) as Record<string, unknown>)[name] = value;
  return kept as T | undefined;
}
