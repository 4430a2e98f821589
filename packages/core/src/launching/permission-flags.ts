/**
 * Node's own permission flags for the union of all grants: a second line, for
 * the whole process, under the one that knows packages.
 */
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, sep } from "node:path";
import { MOAT_FOLDER } from "../moat-folder.ts";
import { placeOfScope, type ScopeFolders } from "../policy/scope-place.ts";
import type { CanonicalName, PackagePolicy } from "../policy/types.ts";

/** What the flags are made of. */
export interface UnionOfGrants {
  readonly policies: ReadonlyMap<CanonicalName, PackagePolicy>;
  /** Real folders of the packages that the policy names. */
  readonly locations: ReadonlyMap<string, CanonicalName>;
  readonly paths: ScopeFolders;
  /** What moat itself writes: its prepared modules, its log. */
  readonly ownFiles: readonly string[];
  /** Folders of moat's command, which has to be loaded. */
  readonly ownFolders: readonly string[];
  /** `PATH`, where granted programs are looked for. */
  readonly programPath: string;
  /** `process.allowedNodeEnvironmentFlags`: which flags this Node has. */
  readonly known: { has(flag: string): boolean };
}

const SWITCHES: readonly (readonly [flag: string, isWanted: (policy: PackagePolicy) => boolean])[] = [
  ["--allow-child-process", ({ commands }) => (commands?.length ?? 0) > 0],
  ["--allow-worker", ({ workers }) => workers === true],
  ["--allow-addons", ({ native }) => (native?.length ?? 0) > 0],
  ["--allow-wasi", ({ builtins }) => builtins?.["wasi"] !== undefined],
  // moat guards the network first, which takes sockets; `dropNetwork` then takes it away.
  ["--allow-net", () => true],
];

/** What `permissionFlags` makes: never the program's own. */
const BELT_FLAG =
  /^--(?:permission|disable-warning=(?:Security|Experimental)Warning|allow-(?:child-process|worker|addons|wasi|net|fs-(?:read|write)=.*))$/;

/** Whether a flag of node is one of the second line. */
export const isPermissionFlag = (flag: string): boolean => BELT_FLAG.test(flag);

/** Takes the network from a process whose packages have no grant for it, where this Node can. */
export function dropNetwork(process: NodeJS.Process, policies: ReadonlyMap<CanonicalName, PackagePolicy>): void {
  const { permission } = process as { permission?: { drop?(scope: string): void } };
  const isUsed = [...policies.values()].some(({ net }) => (net?.connect?.length ?? 0) + (net?.listen?.length ?? 0) > 0);
  if (!isUsed) permission?.drop?.("net");
}

/** All flags, for a program whose application is confined. */
export function permissionFlags(union: UnionOfGrants): readonly string[] {
  const { policies, known } = union;
  const all = [...policies.values()];
  const switches = SWITCHES.filter(([flag, isWanted]) => known.has(flag) && all.some(isWanted)).map(([flag]) => flag);
  const { reads, writes } = paths(union);
  return [
    "--permission",
    // Node warns of the flags below, in one way or the other.
    "--disable-warning=SecurityWarning",
    ...(known.has("--allow-net") ? ["--disable-warning=ExperimentalWarning"] : []),
    ...switches,
    ...[...reads].sort().map((path) => `--allow-fs-read=${path}`),
    ...[...writes].sort().map((path) => `--allow-fs-write=${path}`),
  ];
}

function paths(union: UnionOfGrants): { reads: Set<string>; writes: Set<string> } {
  const { policies, locations, paths: folders, ownFiles, ownFolders, programPath } = union;
  // Through `/proc/self/fd` a checked file is used by the descriptor that holds it.
  const reads = new Set<string>([
    folders.project,
    ...locations.keys(),
    ...ownFolders,
    dirname(MOAT_FOLDER),
    "/proc/self/fd",
    "/dev/null",
  ]);
  const writes = new Set<string>(["/proc/self/fd", "/dev/null"]);
  const add = (to: Set<string>, path: string): void => {
    to.add(path);
    // A folder that is still to be made. Node adds what is below by itself where there is one.
    if (!existsSync(path)) to.add(path + sep + "*");
  };
  for (const path of ownFiles) {
    add(reads, path);
    add(writes, path);
  }
  // Modules are looked for in every folder above.
  for (let at of [folders.project, MOAT_FOLDER]) {
    for (; dirname(at) !== at; at = dirname(at)) {
      reads.add(join(at, "package.json"));
      reads.add(join(at, "node_modules"));
    }
  }
  for (const [location, name] of locations) {
    const { fs, commands } = policies.get(name) ?? {};
    for (const scope of fs?.read ?? []) for (const path of placesOf(scope, location, folders)) add(reads, path);
    for (const scope of fs?.write ?? []) for (const path of placesOf(scope, location, folders)) add(writes, path);
    if ((commands?.length ?? 0) === 0) continue;
    for (const folder of programPath.split(delimiter)) if (isAbsolute(folder)) reads.add(folder);
  }
  // What is written is looked at too.
  for (const path of writes) reads.add(path);
  return { reads, writes };
}

/** A scope as an absolute path, and where links lead from it. */
function placesOf(scope: string, location: string, folders: ScopeFolders): string[] {
  const path = placeOfScope(scope, location, folders);
  if (path === undefined) return [];
  try {
    return [path, realpathSync.native(path)];
  } catch {
    // It is still to be made.
    return [path];
  }
}
