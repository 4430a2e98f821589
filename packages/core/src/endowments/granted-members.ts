import { BUILTIN_ALIASES, DEPRECATED_STREAMS, SUB_BUILTINS } from "./builtin-members.ts";
import type { PackagePolicy } from "../policy/types.ts";
import type { Principal } from "./principal.ts";

const { hasOwn } = Object;

/** Globals that are builtin modules too: whoever has the one may import the other. */
const GLOBAL_BUILTINS: readonly string[] = ["console", "process"];

function listed(policy: PackagePolicy, name: string): true | readonly string[] | undefined {
  const { builtins } = policy;
  if (builtins === undefined || !hasOwn(builtins, name)) return undefined;
  const members = builtins[name];
  return members === true || Array.isArray(members) ? members : undefined;
}

/**
 * Which members of a builtin a principal is granted: `true` for all,
 * `undefined` where it has no grant for the builtin at all.
 */
export function grantedMembers(principal: Principal, name: string): true | readonly string[] | undefined {
  if (principal.trusted) return true;
  const { policy } = principal;
  const own = listed(policy, name);
  if (own !== undefined) return own;
  if (hasOwn(BUILTIN_ALIASES, name)) return grantedMembers(principal, BUILTIN_ALIASES[name]!);
  for (const alias of Object.keys(BUILTIN_ALIASES)) {
    if (BUILTIN_ALIASES[alias] === name && listed(policy, alias) !== undefined) return listed(policy, alias);
  }
  if (hasOwn(DEPRECATED_STREAMS, name)) return listed(policy, "stream") === undefined ? undefined : true;
  if (hasOwn(SUB_BUILTINS, name)) {
    const [parent, member] = SUB_BUILTINS[name]!;
    const members = listed(policy, parent);
    if (members === true || members?.includes(member)) return true;
  }
  if (GLOBAL_BUILTINS.includes(name) && policy.globals?.includes(name)) return true;
  return undefined;
}

/**
 * The row of the policy that grants a builtin: its own, or that of another name
 * of it, or a member of another one (`fs.promises` grants `fs/promises`).
 */
export function grantingRow({ policy }: Principal, name: string): { builtin: string; member?: string } | undefined {
  if (listed(policy, name) !== undefined) return { builtin: name };
  const names = [BUILTIN_ALIASES[name], ...Object.keys(BUILTIN_ALIASES).filter((one) => BUILTIN_ALIASES[one] === name)];
  if (hasOwn(DEPRECATED_STREAMS, name)) names.push("stream");
  for (const other of names) if (other !== undefined && listed(policy, other) !== undefined) return { builtin: other };
  if (!hasOwn(SUB_BUILTINS, name)) return undefined;
  const [parent, member] = SUB_BUILTINS[name]!;
  return listed(policy, parent) === undefined ? undefined : { builtin: parent, member };
}

/**
 * Whether a risky member of `process` (or an event of it) is granted: named in
 * the policy's `builtins.process`, or all of it.
 */
export function grantsMember(principal: Principal, builtin: string, member: string): boolean {
  if (principal.trusted) return true;
  const members = listed(principal.policy, builtin);
  const granted = members === true || (members?.includes(member) ?? false);
  if (granted) principal.uses?.({ capability: "builtin", target: builtin, member });
  return granted;
}
