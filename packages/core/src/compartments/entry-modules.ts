/**
 * The project's own modules that its entry reaches. A package with a general
 * write grant may not change them: they run with the application's authority,
 * now or the next time.
 */
import { statSync } from "node:fs";
import type { Resolver } from "../packages/resolver.ts";

export interface EntryModules {
  /** Whether a real absolute path is such a module. */
  has(path: string): boolean;
}

/** Specifiers of `require`, `import` and `export … from`, also where they are only text: too many do no harm. */
const SPECIFIERS = /(?:\b(?:require|import|resolve)\s*\(\s*|\bfrom\s*|\bimport\s*)(["'`])([^"'`\n]+)\1/g;

/**
 * Follows the project's own files from the entry; found when first asked, since
 * few programs have packages that write next to their sources.
 */
export function makeEntryModules(
  resolver: Resolver,
  entry: string,
  isFirstParty: (location: string) => boolean,
): EntryModules {
  let found: Set<string> | undefined;
  const startedAt = Date.now();

  const collect = (): Set<string> => {
    const paths = new Set([entry]);
    for (const path of paths) {
      for (const [, , specifier] of resolver.disk.readText(path)?.matchAll(SPECIFIERS) ?? []) {
        for (const mode of ["require", "import"] as const) {
          const next = resolveQuietly(resolver, specifier!, path, mode);
          if (next?.location !== undefined && isFirstParty(next.location)) paths.add(next.path);
        }
      }
    }
    return paths;
  };

  return { has: (path) => (found ??= collect()).has(path) && !isOfThisRun(path, startedAt) };
}

function resolveQuietly(resolver: Resolver, specifier: string, path: string, mode: "require" | "import") {
  try {
    return resolver.resolve(specifier, path, mode);
  } catch {
    // Text that looks like an import and leads nowhere.
    return undefined;
  }
}

/**
 * Whether the program itself made the file: a bundle that it builds, loads and
 * builds again. By the time of the last change of the inode, which nobody can set.
 */
function isOfThisRun(path: string, startedAt: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.ctimeMs > startedAt;
}
