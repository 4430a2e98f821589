import { dirname, relative, sep } from "node:path";
import { loadedFoldersOf, loadsComputed, type Resolution, type Resolver } from "@moat/core/model";
import { isImport } from "./facts.ts";
import { packageNameAt, resolveOrNothing, type ImportEdge, type ReachedFile } from "./reach.ts";
import { CALLERS_LOADERS, LOADERS_BY_METHOD, PROJECT_LOADERS } from "./tables/module-loaders.ts";

export interface FolderSearchOptions {
  readonly project: string;
  readonly resolver: Resolver;
  readonly isFirstParty: (location: string) => boolean;
}

/**
 * Modules of the project that it loads folder by folder (`fs.readdirSync(dir)` and `require`,
 * `autoload({ dir })`, `glob`): those in the folders that are named by a file of the project which
 * loads what it computes, imports one that does, or imports a package that may load the project's modules.
 * @returns what more is reached, given what is reached so far.
 */
export function makeFolderSearch({ project, resolver, isFirstParty }: FolderSearchOptions) {
  const { disk } = resolver;
  const waiting: ReachedFile[] = [];
  const computing = new Set<string>();
  const makesUrls = new Set<string>();
  const computes = new Map<string, boolean>();
  let seen = 0;

  const computesIn = (path: string): boolean => {
    let known = computes.get(path);
    if (known === undefined) computes.set(path, (known = loadsComputed(disk.readText(path) ?? "")));
    return known;
  };

  /** As `grantProjectModules` grants it. */
  const loadsProject = (location: string): boolean => {
    const name = packageNameAt(location);
    return (
      CALLERS_LOADERS.has(name) ||
      PROJECT_LOADERS.has(name) ||
      LOADERS_BY_METHOD.has(name) ||
      (computing.has(location) && makesUrls.has(location))
    );
  };

  const loads = ({ path, facts }: ReachedFile): boolean =>
    computesIn(path) ||
    facts.uses.some((use) => {
      const found = isImport(use)
        ? resolveOrNothing(use.target, path, facts.format === "module" ? "import" : "require", resolver)
        : undefined;
      if (found?.location === undefined) return false;
      return isFirstParty(found.location) ? computesIn(found.path) : loadsProject(found.location);
    });

  const modulesOf = ({ path, location, facts }: ReachedFile): Resolution[] => {
    const text = disk.readText(path) ?? "";
    const mode = facts.format === "module" ? "import" : "require";
    return loadedFoldersOf({ path, text, location, project }, disk)
      .flatMap(({ modules }) => modules)
      .flatMap((one) => {
        const specifier = relative(dirname(path), one).split(sep).join("/");
        const found = resolveOrNothing(specifier.startsWith(".") ? specifier : `./${specifier}`, path, mode, resolver);
        return found?.location !== undefined && isFirstParty(found.location) ? [found] : [];
      });
  };

  return ({ files }: { readonly files: readonly ReachedFile[]; readonly edges: readonly ImportEdge[] }) => {
    for (; seen < files.length; seen++) {
      const file = files[seen]!;
      if (isFirstParty(file.location)) waiting.push(file);
      else
        for (const { capability, target } of file.facts.uses) {
          if (capability === "computed" && target.startsWith("*")) computing.add(file.location);
          else if (capability === "builtin" && target === "url.pathToFileURL") makesUrls.add(file.location);
        }
    }
    return waiting.splice(0).flatMap((file) => (loads(file) ? modulesOf(file) : (waiting.push(file), [])));
  };
}
