import { builtinMemberRisk } from "../policy/builtin-risk.ts";
import { grantKey, grantsOf, type Grant, type GrantCapability } from "../policy/grant.ts";
import { grantProblem } from "../policy/grant-problem.ts";
import { grantReaches } from "../policy/grant-reach.ts";
import type { PackagePolicy } from "../policy/types.ts";
import type { Use, UsedCapability } from "../audit/use.ts";
import { narrowEndpoints } from "./narrow-endpoints.ts";
import { narrowPaths } from "./narrow-paths.ts";

/** What learning narrows; which packages, globals and shared names a package has, it does not touch. */
export const NARROWED_CAPABILITIES = [
  "fs.read",
  "fs.write",
  "net.connect",
  "net.listen",
  "env",
  "command",
  "worker",
  "native",
  "builtin",
] as const satisfies readonly GrantCapability[];

export interface NarrowOptions {
  /** What the package has, by the policy and by people's overrides. */
  readonly base: PackagePolicy;
  /** Its uses, of all runs. */
  readonly uses: readonly Use[];
  /** What earlier learning left it. */
  readonly learned: readonly Grant[];
  readonly isPlainFolder: (scope: string) => boolean;
}

/** The grants of the narrowed capabilities that are enough; each lies within one of `base`. */
export function narrowGrants({ base, uses, learned, isPlainFolder }: NarrowOptions): Grant[] {
  const held = grantsOf(base);
  const granted = (capability: GrantCapability): string[] =>
    held.filter((grant) => grant.capability === capability).map(({ target }) => target);
  const used = (capability: UsedCapability): string[] =>
    uses.filter((use) => use.capability === capability).map(({ target }) => target);
  const grants = (capability: GrantCapability, targets: readonly string[]): Grant[] =>
    targets.map((target) => ({ capability, target }));
  const only = (capability: "worker" | "native"): Grant[] =>
    grants(
      capability,
      granted(capability).filter((target) => used(capability).includes(target)),
    );
  const narrowed: Grant[] = [
    ...grants(
      "fs.read",
      narrowPaths({
        mode: "read",
        granted: granted("fs.read"),
        used: used("fs.read"),
        looked: used("fs.stat"),
        isPlainFolder,
      }),
    ),
    ...grants(
      "fs.write",
      narrowPaths({ mode: "write", granted: granted("fs.write"), used: used("fs.write"), isPlainFolder }),
    ),
    ...grants(
      "net.connect",
      narrowEndpoints({
        capability: "net.connect",
        granted: granted("net.connect"),
        used: used("net.connect"),
        lookedUp: used("dns"),
      }),
    ),
    ...grants(
      "net.listen",
      narrowEndpoints({ capability: "net.listen", granted: granted("net.listen"), used: used("net.listen") }),
    ),
    ...grants("env", narrowKeys(granted("env"), used("env"), used("env.list").length > 0)),
    ...grants("command", narrowCommands(granted("command"), used("command"))),
    ...only("worker"),
    ...only("native"),
    ...narrowBuiltins(held, uses),
  ];
  const kept = new Map(narrowed.flatMap((grant) => inWords(grant, held)).map((grant) => [grantKey(grant), grant]));
  for (const grant of learned) {
    if (!NARROWED.has(grant.capability) || !held.some((one) => grantReaches(one, grant))) continue;
    if (!narrowed.some((one) => grantReaches(one, grant) && one.capability !== "builtin"))
      kept.set(grantKey(grant), grant);
  }
  return [...kept.values()];
}

/**
 * What a file of grants can say: in the place of anything else, the grants that cover it.
 * HAZARD: a package names what it reads, `process.env["FOO_\0"]` for one, and moat refuses a file with such a grant.
 */
function inWords(grant: Grant, held: readonly Grant[]): readonly Grant[] {
  if (grantProblem(grant, "overrides") === undefined) return [grant];
  return held.filter((one) => grantReaches(one, grant));
}

const NARROWED: ReadonlySet<GrantCapability> = new Set(NARROWED_CAPABILITIES);

/** A package that lists all keys reads them all: which ones it wants can't be told. */
function narrowKeys(granted: readonly string[], used: readonly string[], lists: boolean): string[] {
  if (lists) return [...granted];
  const keys = new Set<string>();
  for (const key of used) {
    const covering = granted.filter((held) =>
      grantReaches({ capability: "env", target: held }, { capability: "env", target: key }),
    );
    if (covering.length > 0) keys.add(key);
  }
  return [...keys].toSorted();
}

function narrowCommands(granted: readonly string[], used: readonly string[]): string[] {
  const kept = granted.filter((command) => command !== "*" && used.includes(command));
  if (!granted.includes("*")) return kept;
  return [...new Set([...kept, ...used])].toSorted();
}

/** Builtins that can do no harm stay as they are: there is nothing to take away. */
function narrowBuiltins(held: readonly Grant[], uses: readonly Use[]): Grant[] {
  const loaded = new Set<string>();
  const members = new Map<string, Set<string>>();
  for (const { capability, target, member } of uses) {
    if (capability !== "builtin") continue;
    loaded.add(target);
    if (member !== undefined) members.set(target, (members.get(target) ?? new Set()).add(member));
  }
  return held.flatMap((grant) => {
    if (grant.capability !== "builtin") return [];
    const { target, member } = grant;
    if (member === undefined) return isHarmless(target) || loaded.has(target) ? [grant] : [];
    if (builtinMemberRisk(target, member) === "harmless" || UNSEEN_MEMBERS.has(target)) return [grant];
    const used = members.get(target) ?? new Set();
    if (member !== "*") return used.has(member) ? [grant] : [];
    return [...used].map((one) => ({ capability: "builtin", target, member: one }) as const);
  });
}

function isHarmless(builtin: string): boolean {
  return builtinMemberRisk(builtin, "*") === "harmless" || UNSEEN_MEMBERS.has(builtin);
}

/** Builtins that are functions or narrow themselves: which of their members are used is not seen. */
const UNSEEN_MEMBERS: ReadonlySet<string> = new Set([
  "process",
  "console",
  "buffer",
  "timers",
  "util",
  "tty",
  "events",
  "stream",
  "assert",
  "module",
]);
