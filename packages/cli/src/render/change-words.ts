import type { PolicyChange } from "@moat/core/model";
import { capabilityWords } from "./capability-words.ts";

export interface ChangeGroup {
  /** A package's name, or "the application". */
  readonly subject: string;
  readonly changes: readonly PolicyChange[];
}

/** The changes by package; a package stands where its worst change stood. */
export function changeGroups(changes: readonly PolicyChange[]): ChangeGroup[] {
  const groups = new Map<string, PolicyChange[]>();
  for (const change of changes) {
    const subject = "package" in change && change.package !== "." ? change.package : "the application";
    const group = groups.get(subject);
    if (group === undefined) groups.set(subject, [change]);
    else group.push(change);
  }
  return Array.from(groups, ([subject, own]) => ({ subject, changes: own }));
}

/** One change in words, without its subject. Not escaped. */
export function changeWords(change: PolicyChange): string {
  switch (change.kind) {
    case "gained":
      return `${change.to === "pending" ? "wants to" : "can now"} ${capabilityWords(change.grant)}`;
    case "lost":
      if (change.to === "pending") return `may no longer ${capabilityWords(change.grant)}, until that is accepted`;
      return change.from === "pending"
        ? `no longer wants to ${capabilityWords(change.grant)}`
        : `can no longer ${capabilityWords(change.grant)}`;
    case "package-added":
      return "is new";
    case "package-removed":
      return "is gone";
    case "entry-added":
      return `the policy is now also for ${change.entry}`;
    case "entry-removed":
      return `the policy is no longer for ${change.entry}`;
    case "root-changed":
      return `the application is now ${change.to}, and was ${change.from}`;
  }
}
