import { grantKey, grantsOf, policyOf } from "./grant.ts";
import type { CanonicalName, PackageEntry, PackagePolicy, Policy } from "./types.ts";

/**
 * A policy file that `git merge` could not put together has both versions in it, between markers.
 * It is no JSON, so nothing runs under it; `moat policy --write` resolves it.
 */

const OURS = /^<{7}(?: |$)/u;
const BASE = /^\|{7}(?: |$)/u;
const THEIRS = /^={7}$/u;
const END = /^>{7}(?: |$)/u;

/** Whether a text has markers of an unresolved merge, in whatever order. */
export function hasConflict(text: string): boolean {
  return /^(?:<{7}|>{7})(?: |$)/mu.test(text);
}

/** Both versions of a text with markers; undefined where it has none, or they are not in order. */
export function sidesOf(text: string): { readonly ours: string; readonly theirs: string } | undefined {
  const ours: string[] = [];
  const theirs: string[] = [];
  let at: "both" | "ours" | "base" | "theirs" = "both";
  let conflicts = 0;
  for (const line of text.split(/\r?\n/u)) {
    if (OURS.test(line)) {
      if (at !== "both") return undefined;
      at = "ours";
      conflicts += 1;
    } else if (at === "ours" && BASE.test(line)) at = "base";
    else if ((at === "ours" || at === "base") && THEIRS.test(line)) at = "theirs";
    else if (at === "theirs" && END.test(line)) at = "both";
    else {
      if (at === "both" || at === "ours") ours.push(line);
      if (at === "both" || at === "theirs") theirs.push(line);
    }
  }
  return conflicts === 0 || at !== "both" ? undefined : { ours: ours.join("\n"), theirs: theirs.join("\n") };
}

/**
 * What two branches agree on, to ratchet the merged tree against.
 *
 * Only what **both** grant is kept. A grant that one of them has was accepted for the code of that branch, or was
 * taken away on the other one; which of the two can't be seen from here, and the merged tree may hold a version of
 * the package that nobody accepted it for. What the tree still wants of it waits for acceptance again, and a package
 * that only one of them knows is new.
 */
export function agreedPolicy(ours: Policy, theirs: Policy): Policy {
  const packages: Record<CanonicalName, PackageEntry> = Object.create(null);
  for (const [name, entry] of Object.entries(ours.packages)) {
    if (!Object.hasOwn(theirs.packages, name)) continue;
    const others = new Set(grantsOf(granted(theirs.packages[name]!)).map(grantKey));
    packages[name] = policyOf(grantsOf(granted(entry)).filter((grant) => others.has(grantKey(grant))));
  }
  const $schema = ours.$schema ?? theirs.$schema;
  return {
    ...($schema === undefined ? {} : { $schema }),
    version: 1,
    root: ours.root === "confined" || theirs.root === "confined" ? "confined" : "trusted",
    entries: [...new Set([...ours.entries, ...theirs.entries])].toSorted(),
    packages,
  };
}

function granted({ pending: _pending, ...grants }: PackageEntry): PackagePolicy {
  return grants;
}
