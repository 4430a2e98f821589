import { policyOf, type CanonicalName, type Grant, type PackagePolicy } from "@moat/core/model";
import type { Place } from "./facts.ts";

/** Why a package has a grant: the first place that asks for it. */
export interface Evidence extends Grant, Place {
  readonly package: CanonicalName;
  /** Path relative to the package, with `/`. */
  readonly file: string;
}

/** What people must know and no grant says. */
export interface Finding extends Place {
  readonly kind: "UNANALYZED";
  readonly package: CanonicalName;
  readonly file: string;
  /** `syntax: …`, `computed specifier ./x/*`, `eval`, `native addon …` */
  readonly reason: string;
}

/** Gathers one package's grants, each with its first evidence. */
export interface GrantCollector {
  readonly name: CanonicalName;
  grant(grant: Grant, file: string, place: Place): void;
  has(grant: Grant): boolean;
  readonly policy: () => PackagePolicy;
  readonly evidence: () => Evidence[];
}

export function makeGrantCollector(name: CanonicalName): GrantCollector {
  const grants = new Map<string, Evidence>();
  return {
    name,
    grant(grant, file, { line, column, snippet }) {
      const key = grantKey(grant);
      if (!grants.has(key)) grants.set(key, { package: name, ...grant, file, line, column, snippet });
    },
    has: (grant) => grants.has(grantKey(grant)),
    policy: () => policyOf(grants.values()),
    evidence: () => [...grants].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one),
  };
}

/** One text for each grant; no part of a grant holds a NUL. */
function grantKey({ capability, target, member = "" }: Grant): string {
  return `${capability}\0${target}\0${member}`;
}
