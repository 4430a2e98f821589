import { join } from "node:path";
import type { Resolver } from "@moat/core/model";
import { isImport, type Use } from "./facts.ts";
import type { ProjectContext } from "./grant-context.ts";
import { ADDON_LOADERS, addonsOf } from "./native-addons.ts";
import { isForOnePlatform } from "./native-programs.ts";
import { addonGrant } from "./package-grants.ts";
import { packageNameAt, packageNameOf, resolveOrNothing } from "./reach.ts";

const NOWHERE = { line: 1, column: 1, snippet: "" };

/** The first place of a package that tells something. */
type Told = ReadonlyMap<string, { readonly file: string; readonly use: Use }>;

/**
 * Native addons: those that files name, those that a loader looks for (`bindings`), and those
 * of which a file names the end (`require(folder + "/pty.node")`). Each is said, for nobody analyses it.
 * @param dependenciesOf locations of what a package brings.
 */
export function grantAddons(
  context: ProjectContext,
  resolver: Resolver,
  dependenciesOf: (location: string) => Iterable<string>,
): void {
  grantNamed(context);
  grantLookedFor(context, resolver, dependenciesOf);
  grantJoined(context);
  grantCompleted(context, dependenciesOf);
}

function grantNamed({ reached, collectorOf, within, find }: ProjectContext): void {
  for (const { path, location, use, file } of reached.addons) {
    const grant = addonGrant(within(location, path));
    const isOwn = !within(location, file).startsWith("..");
    if (grant !== undefined) collectorOf(location)?.grant(grant, within(location, isOwn ? file : path), use ?? NOWHERE);
    find(location, path, "native addon", use ?? NOWHERE);
  }
}

/** The loader is what requires the addon, out of the package that asked it to or of what that brings for one platform. */
function grantLookedFor(
  context: ProjectContext,
  resolver: Resolver,
  dependenciesOf: (location: string) => Iterable<string>,
): void {
  const { collectorOf, disk, find, nameOf, within } = context;
  const asks = (use: Use): boolean => isImport(use) && ADDON_LOADERS.has(packageNameOf(use.target) ?? "");
  for (const [location, { file, use }] of firstOfEach(context, asks)) {
    const mode = use.capability === "import" ? "import" : "require";
    const loader = resolveOrNothing(use.target, file, mode, resolver)?.location;
    const place = within(location, file);
    const brought = [...dependenciesOf(location)].filter((one) => isForOnePlatform(one, disk));
    for (const holder of [location, ...brought]) {
      const target = nameOf(holder);
      if (loader !== undefined && target !== undefined)
        collectorOf(loader)?.grant({ capability: "package", target }, `${nameOf(location)}: ${place}`, use);
      // It is the package's own, in a folder of its own; lmdb completes what its addon exports.
      if (holder !== location && target !== undefined)
        collectorOf(location)?.grant({ capability: "change", target }, place, use);
      for (const path of addonsOf(holder, disk)) {
        const grant = addonGrant(path);
        if (grant !== undefined) collectorOf(holder)?.grant(grant, place, use);
        find(holder, join(holder, path), "native addon", use);
      }
    }
  }
}

/** Of the package's own, whichever that is; and by `process.dlopen` of what is generated for it (`.prisma`). */
function grantJoined(context: ProjectContext): void {
  const { reached, collectorOf, disk, find, nameOf, within } = context;
  const opens = ({ capability, target }: Use): boolean => capability === "unanalyzed" && target === "process.dlopen";
  const joins = (use: Use): boolean => opens(use) || (use.capability === "computed" && /^\*.*\.node$/.test(use.target));
  for (const [location, { file, use }] of firstOfEach(context, joins)) {
    const generated = reached.edges.flatMap(({ from, to }) =>
      from === location && packageNameAt(to).startsWith(".") ? [to] : [],
    );
    for (const holder of opens(use) ? [location, ...generated] : [location]) {
      const place = within(location, file);
      for (const path of addonsOf(holder, disk)) {
        const grant = addonGrant(path);
        if (grant === undefined || collectorOf(holder)?.has(grant) === true) continue;
        collectorOf(holder)?.grant(grant, holder === location ? place : `${nameOf(location)}: ${place}`, use);
        find(holder, join(holder, path), "native addon", use);
      }
    }
  }
}

/** `binding.MagicString.prototype.append = f`: whether a text gives methods to a class of what it imports. */
const COMPLETES = /(?<![\w$])[\w$]+\.[\w$]+\.prototype(?:\.[\w$]+|\[[^\]\n]+\])\s*=(?![=>])/;

/** A package that is written half in native code completes the classes of that half, which a package for each platform holds (rolldown). */
function grantCompleted(
  { reached, collectorOf, disk, nameOf, within }: ProjectContext,
  dependenciesOf: (location: string) => Iterable<string>,
): void {
  const completing = new Map<string, boolean>();
  const completes = (location: string): boolean => {
    let answer = completing.get(location);
    if (answer === undefined) {
      answer = reached.files.some(
        (file) => file.location === location && COMPLETES.test(disk.readText(file.path) ?? ""),
      );
      completing.set(location, answer);
    }
    return answer;
  };
  for (const { from, to, file, use } of reached.edges) {
    const target = nameOf(to);
    if (target === undefined || !isForOnePlatform(to, disk) || addonsOf(to, disk).length === 0) continue;
    if (![...dependenciesOf(from)].includes(to) || !completes(from)) continue;
    collectorOf(from)?.grant({ capability: "change", target }, within(from, file), use);
  }
}

function firstOfEach({ reached }: ProjectContext, tells: (use: Use) => boolean): Told {
  const told = new Map<string, { file: string; use: Use }>();
  for (const { path, location, facts } of reached.files) {
    const use = told.has(location) ? undefined : facts.uses.find(tells);
    if (use !== undefined) told.set(location, { file: path, use });
  }
  return told;
}
