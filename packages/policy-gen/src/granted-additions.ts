import assert from "node:assert";
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import process from "node:process";
import { Duplex } from "node:stream";
import { additionOf, isNodeClass, replaceableBy, riskOf } from "@moat/core/model";
import type { CanonicalName } from "@moat/core/model";
import type { ProjectContext } from "./grant-context.ts";
import { packageNameAt } from "./reach.ts";
import { LANGUAGE_EXTENDERS } from "./tables/language-extenders.ts";
import { NEWER_LANGUAGE } from "./tables/newer-language.ts";
import { TEST_DOUBLES } from "./tables/test-doubles.ts";
import { frameworksInlined } from "./test-evaluators.ts";
import { TEST_EVALUATORS } from "./tables/test-evaluators.ts";

/**
 * What packages add for everybody to the language and to classes of Node's, among their `shares`.
 * @returns the same of the project's own modules that have no bounds, by name: for a run, which has to know it at its start
 */
export function grantAdditions(context: ProjectContext): Map<CanonicalName, string[]> {
  const { reached, collectorOf, isDependency, nameOf, within } = context;
  const isUsed = memberSearch(context);
  const ofTrusted = new Map<CanonicalName, Set<string>>();
  const locations = [...new Set(reached.files.map(({ location }) => location))].filter(isDependency);
  const inlined = frameworksInlined(new Set(locations.map(packageNameAt)));
  const evaluators = locations.filter((location) => TEST_EVALUATORS.get(packageNameAt(location))?.evaluates === true);
  const doubles = locations.filter((location) => TEST_DOUBLES.has(packageNameAt(location)));
  /** Whether a runner of tests evaluates a package's modules, or the project's, as its own code: what they add, it adds. */
  const evaluates = (evaluator: string, location: string): boolean => {
    const row = TEST_EVALUATORS.get(packageNameAt(evaluator))!;
    if (!isDependency(location)) return true;
    return row.importsFor !== true || inlined.has(packageNameAt(location));
  };
  for (const { path, location, facts } of reached.files) {
    for (const use of facts.uses) {
      if (use.capability !== "adds") continue;
      const shares = isDependency(location)
        ? sharesOfPackage(use.target, packageNameAt(location), isUsed)
        : isAddedByProject(use.target)
          ? [use.target]
          : [];
      const collector = collectorOf(location);
      const name = nameOf(location);
      const where = `${name}: ${within(location, path)}`;
      for (const evaluator of shares.length === 0 ? [] : evaluators.filter((one) => evaluates(one, location)))
        for (const target of shares) collectorOf(evaluator)?.grant({ capability: "share", target }, where, use);
      // What a spec replaces, a test double replaces for it.
      for (const target of isDependency(location) ? [] : shares.filter(isListed))
        for (const double of doubles) collectorOf(double)?.grant({ capability: "share", target }, where, use);
      for (const share of shares) {
        if (collector !== undefined)
          collector.grant({ capability: "share", target: share }, within(location, path), use);
        else if (name !== undefined) ofTrusted.set(name, (ofTrusted.get(name) ?? new Set()).add(share));
      }
    }
  }
  return new Map([...ofTrusted].map(([name, shares]) => [name, [...shares].sort()]));
}

/**
 * What a package adds to texts, numbers, dates and the like, and what newer versions of the language have. What it adds to
 * all objects, functions, lists, promises, buffers, requests or streams would be in most policies, since helpers that nobody
 * calls do it (`once.proto()`, iconv-lite's `collect`): that is granted where the project's own modules use such a member.
 */
function sharesOfPackage(target: string, name: string, isUsed: (member: string) => boolean): readonly string[] {
  const known = LANGUAGE_EXTENDERS.get(name) ?? [];
  const shares = target.endsWith(".*") ? known : [target];
  return shares.filter((share) => {
    const addition = additionOf(share);
    if (addition === undefined) return false;
    if (NEWER_LANGUAGE.has(share)) return true;
    if (isThere(share)) return replaceableBy(addition) === "anybody";
    if (known.includes(share)) return true;
    if (riskOf({ capability: "share", target: share }) === "high") return isUsed(addition.name);
    return addition.toPrototype || OF_VALUES.has(addition.holder) || isUsed(addition.name);
  });
}

/** To these constructors themselves libraries add what they call (`Date.today`), or keep things there; to `Object` or `Promise` helpers that few call. */
const OF_VALUES: ReadonlySet<string> = new Set(["String", "Number", "Boolean", "BigInt", "Date", "EvalError"]);

const COMMON: readonly object[] = [EventEmitter.prototype, Duplex.prototype, Buffer.prototype, assert];

/** Whether a name is that of a member which the project's own modules use, and that is no common one of Node's. */
function memberSearch({ reached, isDependency, disk }: ProjectContext): (member: string) => boolean {
  let texts: readonly string[] | undefined;
  return (member) => {
    if (COMMON.some((object) => member in object)) return false;
    texts ??= reached.files.flatMap(({ path, location }) =>
      isDependency(location) ? [] : (disk.readText(path) ?? ""),
    );
    const pattern = new RegExp(`\\.\\s*${member.replaceAll("$", "\\$")}(?![\\p{ID_Continue}$])`, "u");
    return texts.some((text) => pattern.test(text));
  };
}

/** `Symbol` and `Function` are the project's own objects anyway. */
function isAddedByProject(share: string): boolean {
  const addition = additionOf(share);
  if (addition === undefined || /^(?:Symbol|Function)\.(?!prototype\.)/u.test(share)) return false;
  return !isThere(share) || replaceableBy(addition) !== undefined;
}

const isListed = (share: string): boolean => isThere(share) && replaceableBy(additionOf(share)!) === "listed";

/** Whether the language or Node has it already. Of the language, the same on every Node that runs this. */
function isThere(share: string): boolean {
  if (NEWER_LANGUAGE.has(share)) return false;
  const { holder, toPrototype, name } = additionOf(share)!;
  const [module, member] = holder.includes(".") ? holder.split(".") : [undefined, holder];
  const namespace = module === undefined ? globalThis : process.getBuiltinModule(module);
  const constructor = (namespace as unknown as Record<string, { prototype: object }>)[member!]!;
  if (!toPrototype) return Object.hasOwn(constructor, name);
  return isNodeClass(holder) ? name in constructor.prototype : Object.hasOwn(constructor.prototype, name);
}
