import { CLIENT_SHARE, DISPATCHER_SHARE, shareProblem, symbolShare, tellsOfWindow } from "@moat/core/model";
import { packageNameAt } from "./reach.ts";
import type { Reached, ReachedFile } from "./reach.ts";
import type { Use } from "./facts.ts";
import { FETCH_MOCKS } from "./tables/fetch-mocks.ts";
import { BROUGHT_GLOBALS } from "./tables/node-globals.ts";
import { EVALUATED_GLOBALS } from "./tables/evaluated-globals.ts";

export interface SharedGlobal {
  readonly name: string;
  readonly location: string;
  readonly file: string;
  readonly use: Use;
}

/**
 * Properties of the global object that one package defines and another reads:
 * both sides need the name among their `shares`. What a package keeps there for
 * itself is its own and no grant. What those define for others that define a window for tests, only they may define
 * (`window-users.ts`).
 */
export function sharedGlobals(
  reached: Reached,
  windowDefiners: ReadonlySet<string>,
  isDependency: (location: string) => boolean,
): SharedGlobal[] {
  const { files, importedByProject } = reached;
  const users = new Map<string, { defines: boolean; locations: Map<string, { file: string; use: Use }> }>();
  for (const { path, location, facts } of files) {
    for (const use of facts.uses) {
      if (use.capability !== "defines" && use.capability !== "reads") continue;
      let known = users.get(use.target);
      if (known === undefined) users.set(use.target, (known = { defines: false, locations: new Map() }));
      const isOfWindow = tellsOfWindow(use.target) && windowDefiners.has(location);
      // What Node has in other versions is brought by the project for its packages, and by no package for others.
      const isBrought = !BROUGHT_GLOBALS.has(use.target) || !isDependency(location);
      if (use.capability === "defines" && !isOfWindow && isBrought) known.defines = true;
      if (!known.locations.has(location)) known.locations.set(location, { file: path, use });
    }
  }
  const shared: SharedGlobal[] = [];
  for (const [name, { defines, locations }] of users) {
    if (!defines || locations.size < 2 || shareProblem(name, "policy")) continue;
    for (const [location, { file, use }] of locations) shared.push({ name, location, file, use });
  }
  return [...shared, ...evaluatedGlobals(files), ...dispatchers(files, importedByProject), ...requestCarriers(reached)];
}

/**
 * Packages by which the project may say what carries its own `fetch`: `setGlobalDispatcher` of npm's undici.
 * One that only reads what is there (`@google/genai`) writes to no global by a name that can't be seen.
 */
function dispatchers(files: readonly ReachedFile[], importedByProject: ReadonlySet<string>): SharedGlobal[] {
  return files.flatMap(({ path, location, facts }) => {
    const use = facts.uses.find(({ capability }) => capability === "dispatcher");
    const isSet = facts.uses.some(
      ({ capability, target }) =>
        capability === "hands-global" ||
        capability === "defines-any" ||
        (capability === "defines" && target.startsWith(symbolShare("undici.").slice(0, -1))),
    );
    return use !== undefined && isSet && importedByProject.has(location)
      ? [{ name: DISPATCHER_SHARE, location, file: path, use }]
      : [];
  });
}

/** Mocks of the network that the project imports (nock), or that it imports the mock of (msw imports `@mswjs/interceptors`). */
export function requestCarriers({ files, importedByProject, edges }: Reached): SharedGlobal[] {
  const near = new Set(importedByProject);
  for (const { from, to } of edges) if (importedByProject.has(from)) near.add(to);
  return files.flatMap(({ path, location, facts }) => {
    const isFetchMock = FETCH_MOCKS.has(packageNameAt(location));
    const carries = ({ capability, target }: Use): boolean =>
      capability === "carries" || (isFetchMock && capability === "global" && target === "fetch");
    const use = near.has(location) ? facts.uses.find(carries) : undefined;
    return use === undefined ? [] : [{ name: CLIENT_SHARE, location, file: path, use }];
  });
}

/**
 * What a package both puts on the global object, by name or registered symbol, and reads there. Where it also runs the
 * project's modules, these may hold copies of its files, which meet there: Next.js builds what it later loads, and
 * what it only looks for by a name such as `__turbopack_require__` the built modules define for it.
 */
export function ownGlobals({ files }: Reached, location: string): SharedGlobal[] {
  const found = new Map<string, { shared: SharedGlobal; defines: boolean; reads: boolean }>();
  for (const file of files) {
    if (file.location !== location) continue;
    for (const use of file.facts.uses) {
      const { capability, target } = use;
      if (capability !== "defines" && capability !== "reads") continue;
      let known = found.get(target);
      if (known === undefined) {
        const shared = { name: target, location, file: file.path, use };
        found.set(target, (known = { shared, defines: false, reads: false }));
      }
      known[capability] = true;
    }
  }
  return [...found.values()].flatMap(({ shared, defines, reads }) =>
    ((defines && reads) || shared.name.startsWith("__")) && shareProblem(shared.name, "policy") === undefined
      ? [shared]
      : [],
  );
}

function evaluatedGlobals(files: readonly ReachedFile[]): SharedGlobal[] {
  const found = new Map<string, SharedGlobal>();
  const reached = new Set(files.map(({ location }) => packageNameAt(location)));
  for (const [name, packages] of EVALUATED_GLOBALS) {
    if (!reached.has(packages[0])) continue;
    for (const { path, location, facts } of files) {
      const use = packages.includes(packageNameAt(location)) ? facts.uses[0] : undefined;
      if (use !== undefined && !found.has(`${name} ${location}`))
        found.set(`${name} ${location}`, { name, location, file: path, use });
    }
  }
  return [...found.values()];
}
