import type { CanonicalName, Grant, PackagePolicy } from "@moat/core/model";
import { grantsOf } from "@moat/core/model";
import { grantsWords } from "../render/capability-words.ts";
import { mayHoldSecret } from "./ordinary-env.ts";
import type { Warning } from "./review.ts";

/** Scopes that hold nothing of the person's: the package itself, and what it made. */
const OWN_FILES = /^<(?:package|tmp)>/u;
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\]):/u;

export function isSecretIn({ capability, target }: Grant): boolean {
  return capability === "env" ? mayHoldSecret(target) : capability === "fs.read" && !OWN_FILES.test(target);
}

export function isWayOut({ capability, target }: Grant): boolean {
  return capability === "net.connect" && !LOOPBACK.test(target) && !target.startsWith("unix:");
}

export interface LeakQuestion {
  /** What the package may do or waits to, after the change. */
  readonly holds: readonly Grant[];
  /** What of that is new. */
  readonly gained: readonly Grant[];
  /** What another package may do or waits to. */
  readonly policyOf: (name: CanonicalName) => PackagePolicy | undefined;
}

/**
 * The combination that every theft of secrets needs: they come in, and there is a way out. It is
 * told where this change completes or widens it, and also where the way out is a package that is now imported.
 */
export function leakWarning({ holds, gained, policyOf }: LeakQuestion): Warning | undefined {
  const secrets = holds.filter(isSecretIn);
  if (secrets.length === 0) return undefined;
  const out = holds.filter(isWayOut);
  if (out.length > 0) {
    if (!gained.some((grant) => isSecretIn(grant) || isWayOut(grant))) return undefined;
    return {
      kind: "exfiltration",
      words: `it may ${secretWords(secrets)}, and ${grantsWords(out)}`,
      grants: [...secrets, ...out],
    };
  }
  const edge = gained.find(
    ({ capability, target }) => capability === "package" && grantsOf(policyOf(target) ?? {}).some(isWayOut),
  );
  if (edge === undefined) return undefined;
  const through = grantsOf(policyOf(edge.target) ?? {}).filter(isWayOut);
  return {
    kind: "exfiltration",
    words: `it may ${secretWords(secrets)}, and import ${edge.target}, which may ${grantsWords(through)}`,
    grants: [...secrets, edge],
  };
}

function secretWords(secrets: readonly Grant[]): string {
  const kinds = (["env", "fs.read"] as const)
    .map((capability) => secrets.filter((grant) => grant.capability === capability))
    .filter((grants) => grants.length > 0);
  return kinds.map(grantsWords).join(" and ");
}
