import { BROAD_SCOPES, grantReaches, segmentsBelowScope } from "../policy/grant-reach.ts";

export interface UsedPaths {
  readonly mode: "read" | "write";
  /** The scopes that the policy has. */
  readonly granted: readonly string[];
  /** What was read or written, spelled by these scopes. */
  readonly used: readonly string[];
  /** What was only looked at; `.` needs no scope where something below it is granted. */
  readonly looked?: readonly string[];
  /** Whether a folder may be granted for writing: `.` leaves out build files and programs in it, and a folder's own scope does not. */
  readonly isPlainFolder: (scope: string) => boolean;
}

/** What a package published itself is no secret to it: reading that is never taken away. */
export const OWN_FOLDER = "<package>";

/** With more than this, a broad scope is said by whole folders, and then by itself. */
const MOST_SCOPES = 12;
/** A name that will be another one in the next run. */
const RANDOM_NAME = /\d{4,}|[0-9a-f]{8,}|[A-Za-z0-9]{16,}/u;

/**
 * The scopes that are enough for what was used: each is one of those granted, or
 * lies in a broad one. Scopes that somebody has chosen (`./data`, `<tmp>`) stay
 * as they are where they were used at all.
 */
export function narrowPaths({ mode, granted, used, looked = [], isPlainFolder }: UsedPaths): string[] {
  const capability = `fs.${mode}` as const;
  const coveredBy = (path: string): string | undefined =>
    granted
      .filter((scope) => grantReaches({ capability, target: scope }, { capability, target: path }))
      .toSorted((a, b) => b.length - a.length)[0];
  const byScope = new Map<string, string[]>();
  const add = (path: string): void => {
    const scope = coveredBy(path);
    if (scope !== undefined) byScope.set(scope, [...(byScope.get(scope) ?? []), path]);
  };
  const narrowed = (): string[] =>
    withoutNested(
      [...byScope].flatMap(([scope, paths]) =>
        BROAD_SCOPES.has(scope) ? generalise(scope, paths, mode, isPlainFolder) : [scope],
      ),
    );
  if (mode === "read" && granted.includes(OWN_FOLDER)) add(OWN_FOLDER);
  for (const path of used) add(path);
  const scopes = narrowed();
  for (const path of looked) {
    if (!scopes.some((scope) => isAtOrBelow(path, scope) || isAtOrBelow(scope, path))) add(path);
  }
  return narrowed();
}

/** Folders for what lies in folders, single files for what lies at the top. */
function generalise(
  scope: string,
  paths: readonly string[],
  mode: "read" | "write",
  isPlainFolder: (scope: string) => boolean,
): string[] {
  const below = paths.map((path) => segmentsBelowScope(scope, path) ?? []);
  const join = (segments: readonly string[]): string => [scope, ...segments].join("/");
  if (below.some((segments) => segments.length === 0)) return [scope];
  // A file with a made-up name at the top: no narrower scope will do tomorrow.
  if (below.some((segments) => segments.length === 1 && RANDOM_NAME.test(segments[0]!))) return [scope];
  const attempts = [folderOf, (segments: readonly string[]) => segments.slice(0, 1)];
  for (const attempt of attempts) {
    const scopes = below.flatMap((segments) => {
      const folder = attempt(segments);
      if (mode === "read" || folder.length === segments.length || isPlainFolder(join(folder))) return [join(folder)];
      return [join(segments)];
    });
    const distinct = withoutNested(scopes);
    if (distinct.length <= MOST_SCOPES) return distinct;
  }
  return [scope];
}

/** The folder that a file lies in; in `node_modules` the folder of its package. */
function folderOf(segments: readonly string[]): readonly string[] {
  const modules = segments.indexOf("node_modules");
  if (modules !== -1) {
    const name = segments[modules + 1] ?? "";
    // Stores (`.pnpm`) have versions in their names, which another install changes.
    if (name === "" || name.startsWith(".")) return segments.slice(0, modules + 1);
    return segments.slice(0, modules + (name.startsWith("@") ? 3 : 2));
  }
  return segments.length === 1 ? segments : segments.slice(0, -1);
}

function withoutNested(scopes: readonly string[]): string[] {
  const distinct = [...new Set(scopes)];
  return distinct.filter((scope) => !distinct.some((other) => other !== scope && isAtOrBelow(scope, other))).toSorted();
}

function isAtOrBelow(path: string, scope: string): boolean {
  return segmentsBelowScope(scope, path) !== undefined;
}
