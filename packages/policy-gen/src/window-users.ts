import { tellsOfWindow, WINDOW_GLOBALS } from "@moat/core/model";
import type { Use } from "./facts.ts";
import type { GrantContext } from "./grant-context.ts";
import { packageNameAt, packagesNamedIn, type ReachedFile } from "./reach.ts";
import { TEST_EVALUATORS } from "./tables/test-evaluators.ts";
import { EXPORTED_WINDOWS, WINDOW_CHANGERS, WINDOW_MAKERS } from "./tables/window-makers.ts";

/**
 * Who defines a window for tests, and who looks for one. A file that loads jsdom or its like and puts things on its
 * global object by computed names, or a `document`, defines it: Vitest's environments, `global-jsdom`, a set-up file
 * of the project. The packages that look for a window, of those that the project's modules bring, see it.
 * @returns the locations that define one.
 */
export function grantWindow({ reached, collectorOf, isDependency, nameOf, within }: GrantContext): ReadonlySet<string> {
  const makers = new Set(reached.edges.map(({ to }) => packageNameAt(to)).filter((name) => WINDOW_MAKERS.has(name)));
  if (makers.size === 0) return new Set();
  const loadsMaker = (file: ReachedFile) => [...packagesNamedIn(file.facts)].some((name) => makers.has(name ?? ""));
  const defining = reached.files.flatMap((file) => {
    const use = !runsWindows(file) && loadsMaker(file) ? file.facts.uses.find(definesWindow) : undefined;
    return use === undefined ? [] : [{ ...file, use }];
  });
  if (defining.length === 0) return new Set();
  for (const { location, path, use } of defining)
    collectorOf(location)?.grant({ capability: "share", target: WINDOW_GLOBALS }, within(location, path), use);

  const definers = new Set(defining.map(({ location }) => location).filter(isDependency));
  const imports = new Map<string, string[]>();
  for (const { from, to } of reached.edges) {
    const known = imports.get(from);
    if (known === undefined) imports.set(from, [to]);
    else known.push(to);
  }
  const seen = broughtBy(reached.files.map(({ location }) => location).filter((from) => !isDependency(from)));
  // What is in the tree for a definer's sake is its tool. Its imports don't tell: it also loads what the project says.
  const above = [...definers].map((location) => `${nameOf(location)}>`);
  const isTool = (location: string) => above.some((name) => nameOf(location)?.startsWith(name));
  const exportedWindows = new Set(
    reached.edges.flatMap(({ to }) => (EXPORTED_WINDOWS.has(packageNameAt(to)) ? (nameOf(to) ?? []) : [])),
  );
  const looking = new Set<string>();
  for (const { location, path, facts } of reached.files) {
    const evaluates = TEST_EVALUATORS.get(packageNameAt(location))?.importsFor === true && !definers.has(location);
    if (looking.has(location) || !(evaluates || (seen.has(location) && !isTool(location)))) continue;
    const use = evaluates ? facts.uses[0] : facts.uses.find(looksForWindow);
    if (use === undefined) continue;
    looking.add(location);
    collectorOf(location)?.grant({ capability: "global", target: WINDOW_GLOBALS }, within(location, path), use);
    for (const target of WINDOW_CHANGERS.has(packageNameAt(location)) ? exportedWindows : [])
      collectorOf(location)?.grant({ capability: "change", target }, within(location, path), use);
  }

  return new Set(defining.map(({ location }) => location));

  /** Not those that make or define the window, nor what comes by these. */
  function broughtBy(starts: Iterable<string>): ReadonlySet<string> {
    const found = new Set<string>();
    const queue = [...new Set(starts)];
    for (let from = queue.pop(); from !== undefined; from = queue.pop()) {
      for (const to of imports.get(from) ?? []) {
        if (found.has(to) || definers.has(to) || !isDependency(to) || WINDOW_MAKERS.has(packageNameAt(to))) continue;
        found.add(to);
        queue.push(to);
      }
    }
    return found;
  }
}

/** Jest evaluates packages, too, in the window itself. */
function runsWindows({ location }: ReachedFile): boolean {
  const row = TEST_EVALUATORS.get(packageNameAt(location));
  return row !== undefined && row.importsFor !== true;
}

function definesWindow({ capability, target }: Use): boolean {
  return (
    capability === "defines-any" ||
    capability === "hands-global" ||
    (capability === "defines" && (target === "document" || target === "window"))
  );
}

function looksForWindow({ capability, target }: Use): boolean {
  return (capability === "reads" || capability === "defines") && tellsOfWindow(target);
}
