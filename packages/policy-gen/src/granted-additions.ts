import { additionOf, replaceableBy, riskOf } from "@moat/core/model";
import type { CanonicalName } from "@moat/core/model";
import type { GrantContext } from "./grant-context.ts";
import { packageNameAt } from "./reach.ts";
import { ADDED_TO_OBJECTS, LANGUAGE_EXTENDERS } from "./tables/language-extenders.ts";
import { NEWER_LANGUAGE } from "./tables/newer-language.ts";

/**
 * What packages add to the language for everybody, among their `shares`.
 * @returns the same of the project's own modules that have no bounds, by name: for a run, which has to know it at its start
 */
export function grantAdditions(context: GrantContext): Map<CanonicalName, string[]> {
  const { reached, collectorOf, isDependency, nameOf, within } = context;
  const used = membersOfProject(context);
  const ofTrusted = new Map<CanonicalName, Set<string>>();
  for (const { path, location, facts } of reached.files) {
    for (const use of facts.uses) {
      if (use.capability !== "adds") continue;
      const shares = isDependency(location)
        ? sharesOfPackage(use.target, packageNameAt(location), used)
        : isAddedByProject(use.target)
          ? [use.target]
          : [];
      const collector = collectorOf(location);
      const name = nameOf(location);
      for (const share of shares) {
        if (collector !== undefined)
          collector.grant({ capability: "share", target: share }, within(location, path), use);
        else if (name !== undefined) ofTrusted.set(name, (ofTrusted.get(name) ?? new Set()).add(share));
      }
    }
  }
  return new Map([...ofTrusted].map(([name, shares]) => [name, [...shares].sort()]));
}

/** Names of the members that packages add to every object which the project's own modules use. */
function membersOfProject({ reached, isDependency }: GrantContext): ReadonlySet<string> {
  const ofProject = reached.files.filter(({ location }) => !isDependency(location));
  return new Set(
    ofProject.flatMap(({ facts }) =>
      facts.uses.flatMap((use) => (use.capability === "uses-added" ? [use.target] : [])),
    ),
  );
}

/**
 * What a package adds to texts, numbers, dates and the like, and what newer versions of the language have. What it adds to
 * all objects, functions, lists or promises would be in most policies (`once`, `abbrev`: where somebody calls for it), so
 * that is granted to those alone that are known for it.
 */
function sharesOfPackage(target: string, name: string, used: ReadonlySet<string>): readonly string[] {
  const known = LANGUAGE_EXTENDERS.get(name) ?? [];
  const shares = target.endsWith(".*") ? known : [target];
  return shares.filter((share) => {
    const addition = additionOf(share);
    if (addition === undefined) return false;
    if (known.includes(share)) return !ADDED_TO_OBJECTS.has(addition.name) || used.has(addition.name);
    if (NEWER_LANGUAGE.has(share)) return true;
    return (
      addition.toPrototype &&
      riskOf({ capability: "share", target: share }) !== "high" &&
      (!isOfLanguage(share) || replaceableBy(addition) === "anybody")
    );
  });
}

/** `Symbol` and `Function` are the project's own objects anyway. */
function isAddedByProject(share: string): boolean {
  const addition = additionOf(share);
  if (addition === undefined || /^(?:Symbol|Function)\.(?!prototype\.)/u.test(share)) return false;
  return !isOfLanguage(share) || replaceableBy(addition) !== undefined;
}

/** The same on every Node that runs this. */
function isOfLanguage(share: string): boolean {
  if (NEWER_LANGUAGE.has(share)) return false;
  const { intrinsic, toPrototype, name } = additionOf(share)!;
  const constructor = (globalThis as unknown as Record<string, { prototype: object }>)[intrinsic]!;
  return Object.hasOwn(toPrototype ? constructor.prototype : constructor, name);
}
