/** Prepares files ahead of time: what loading them would come to, and V8's code of it, running nothing. */
import { pathToFileURL } from "node:url";
import type { Resolution } from "../packages/types.ts";
import { compileFunctor } from "./compile-functor.ts";
import { fileNameOf, prepareSource } from "./prepare-source.ts";
import type { Realm } from "./realm.ts";

/** What became of the files. */
export interface PreparedFiles {
  /** How many files are ready to be loaded. */
  readonly ready: number;
  /** Files that can't be, and why: the program learns it when it asks for one. */
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * HAZARD: texts are compiled here and never run.
 * @param files real absolute paths of modules; others are passed over.
 */
export function prepareFiles(realm: Realm, files: readonly string[]): PreparedFiles {
  let ready = 0;
  const refused: { file: string; reason: string }[] = [];
  for (const file of files) {
    try {
      const resolution = resolutionOf(realm, file);
      if (resolution === undefined) continue;
      const { functor } = prepareSource(realm.worldAt(resolution.location!), resolution);
      // The name is the disk's own: a slice of a list would be kept with all of it.
      functor.code?.compiled(compileFunctor(functor, fileNameOf(resolution)));
      ready += 1;
    } catch (error) {
      refused.push({ file, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { ready, refused };
}

/** A module of a package that the policy names; undefined for anything else. */
function resolutionOf({ resolver, names, entry }: Realm, file: string): Resolution | undefined {
  const asRequired = resolver.resolve(file, entry, "require");
  const found =
    asRequired.format === "module" ? resolver.resolve(pathToFileURL(file).href, entry, "import") : asRequired;
  const isModule = found.format === "commonjs" || found.format === "module";
  return isModule && found.location !== undefined && names.has(found.location) ? found : undefined;
}
