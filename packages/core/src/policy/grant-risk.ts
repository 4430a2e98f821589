import { isFirstParty } from "../naming/canonical-name.ts";
import { builtinMemberRisk } from "./builtin-risk.ts";
import { isHarmlessGlobal } from "./global-risk.ts";
import type { Grant, GrantCapability } from "./grant.ts";
import { isAbsoluteScope } from "./scope-place.ts";
import { CLIENT_SHARE, DISPATCHER_SHARE, HOOKS_SHARE } from "./special-shares.ts";
import { WINDOW } from "./window-names.ts";

/** What a grant can do in the wrong hands, from worst to nothing. */
export type Risk = "critical" | "high" | "medium" | "low" | "none";

const ORDER = { critical: 4, high: 3, medium: 2, low: 1, none: 0 } as const satisfies Record<Risk, number>;
const BUILTIN = { authority: "critical", risky: "medium", harmless: "none" } as const;

/** A method that every object, function, list, promise, buffer, request or stream has: whoever adds it gets what it is called on. */
const OF_ALL_OBJECTS = /^(?:Object|Function|Array|Promise|Buffer|[a-z]+\.[A-Z]\w+)\.prototype\./u;

const table: Readonly<Record<GrantCapability, (grant: Grant) => Risk>> = {
  command: () => "critical",
  native: () => "critical",
  builtin: ({ target, member }) =>
    isGlobalProcess(target, member) ? "medium" : BUILTIN[builtinMemberRisk(target, member)],
  "fs.write": ({ target }) => (target.startsWith("<tmp>") ? "medium" : "high"),
  "net.connect": () => "high",
  worker: () => "medium",
  "fs.read": ({ target }) =>
    /^<(?:package|tmp)>/u.test(target)
      ? "low"
      : target.startsWith("<home>") || isAbsoluteScope(target)
        ? "high"
        : "medium",
  "net.listen": () => "medium",
  // What carries others' requests sees what they carry; a method that is everybody's sees what it is called on.
  share: ({ target }) =>
    target === HOOKS_SHARE
      ? "critical"
      : target === DISPATCHER_SHARE || target === CLIENT_SHARE || OF_ALL_OBJECTS.test(target)
        ? "high"
        : "medium",
  // What another package does is then what this one makes of it.
  change: () => "high",
  env: ({ target }) => (target === "*" ? "high" : target.endsWith("*") ? "medium" : "low"),
  // What made the window connects, and its users by it.
  global: ({ target }) => (target === WINDOW ? "high" : isHarmlessGlobal(target) ? "none" : "medium"),
  // The project's own modules run with the project's authority.
  package: ({ target }) => (isFirstParty(target) ? "high" : "low"),
};

/** `import process from "node:process"` is the global of that name; what of it is more than that are members. */
function isGlobalProcess(target: string, member: string | undefined): boolean {
  return target === "process" && (member === undefined || member === "env");
}

/** What harm a hostile version of a package could do by a grant. */
export function riskOf(grant: Grant): Risk {
  return table[grant.capability](grant);
}

/** Worst first. */
export function compareRisk(a: Risk, b: Risk): number {
  return ORDER[b] - ORDER[a];
}
