/**
 * The project's own modules that its entries reach. A package with a general
 * write grant may not change them: they run with the application's authority,
 * now or the next time.
 */
import { basename, dirname, extname, join, sep } from "node:path";
import type { ScopeFolders } from "../policy/scope-place.ts";
import { assertAnswer } from "../errors/assert-answer.ts";
import { assertStackRoom } from "../stack-room.ts";
import { isModuleOf, loadedFoldersOf, loadsComputed, type LoadedFolder } from "../packages/loaded-folders.ts";
import { isOutput } from "../packages/output-folders.ts";
import type { Resolver } from "../packages/resolver.ts";
import { computedNamesIn, scriptNamesIn, specifiersIn } from "./modules-in-text.ts";

export interface EntryModules {
  /** Whether a real absolute path is such a module, or a file that would be loaded in the place of one. */
  has(path: string, isFolder?: boolean): boolean;
}

/**
 * Follows the project's own files from the entries; found when first asked, since
 * few programs have packages that write next to their sources. What is not there by then
 * (a bundle that the program builds, loads and builds again) is none of them.
 * @param loadsProject whether a package may load modules of the project, of which these then name the folders.
 *
 * HAZARD: not by a file's age. What was changed since the program started, a person may have saved in an editor.
 */
export function makeEntryModules(
  resolver: Resolver,
  entries: readonly string[],
  isFirstParty: (location: string) => boolean,
  { project, cwd }: Pick<ScopeFolders, "project" | "cwd">,
  loadsProject: (location: string) => boolean = () => false,
): EntryModules {
  let found: Protected | undefined;

  const collect = (): Pick<Protected, "modules" | "folders"> => {
    const paths = new Set(entries);
    const folders: LoadedFolder[] = [];
    for (const path of paths) {
      const text = resolver.disk.readText(path) ?? "";
      let loads = loadsComputed(text);
      const loaders: string[] = [];
      for (const script of scriptsNamedIn(text, path)) paths.add(script);
      for (const specifier of specifiersIn(text)) {
        for (const mode of ["require", "import"] as const) {
          const next = resolveQuietly(resolver, specifier, path, mode);
          if (next?.location === undefined) continue;
          if (!isFirstParty(next.location)) {
            loads ||= loadsProject(next.location);
            continue;
          }
          paths.add(next.path);
          // `loadAll(join(__dirname, "routes"))` of another module.
          const imported = resolver.disk.readText(next.path) ?? "";
          if (loadsComputed(imported)) loaders.push(imported);
        }
      }
      for (const specifier of computedNamesIn(text)) {
        const next = resolveQuietly(resolver, specifier, path, "require");
        // What is beside it on the line may be data.
        const isCode = next?.location !== undefined && next.format !== "json";
        if (isCode && isFirstParty(next.location!)) paths.add(next.path);
      }
      if (!loads && loaders.length === 0) continue;
      const location = resolver.ownerOf(path);
      for (const folder of loadedFoldersOf({ path, text, loaders, location, project }, resolver.disk)) {
        const own = folder.modules.filter((one) => isFirstParty(resolver.ownerOf(one)));
        if (own.length > 0) folders.push(folder);
        for (const one of own) paths.add(one);
      }
    }
    return { modules: paths, folders };
  };

  /** Of the project's own; what lies among outputs may be what the text has somebody build, unless it is built itself. */
  const scriptsNamedIn = (text: string, from: string): string[] => {
    const folders = [dirname(from), project, cwd];
    const named = new Set([...scriptNamesIn(text)].flatMap((name) => folders.map((folder) => join(folder, name))));
    const isBuilt = isOutput(from, project);
    return [...named].flatMap((path) => {
      const real = resolver.disk.stat(path) === "file" ? resolver.disk.realpath(path) : undefined;
      if (real === undefined || !isFirstParty(resolver.ownerOf(real))) return [];
      return isBuilt || !isOutput(real, project) ? [real] : [];
    });
  };

  const protect = (): Protected => {
    assertStackRoom();
    const { modules, folders } = collect();
    return { modules, folders, usurpers: new Set([...modules].flatMap((path) => usurpersOf(path, project))) };
  };
  return {
    has(path, isFolder = false) {
      const { modules, folders, usurpers } = (found ??= protect());
      if (modules.has(path)) return true;
      // `build/` beside `build.js` is where a build goes, and is looked for after the file.
      return !isFolder && (usurpers.has(path) || folders.some((folder) => isModuleOf(path, folder)));
    },
  };
}

/**
 * The same without what lies in folders of outputs: a builder's command (`vite`, `webpack`) has other packages write there.
 * @param project its real absolute folder
 */
export function withoutOutputs(modules: EntryModules, project: string): EntryModules {
  return { has: (path, isFolder) => !isOutput(path, project) && modules.has(path, isFolder) };
}

interface Protected {
  readonly modules: ReadonlySet<string>;
  /** What is new in there is loaded with the others. */
  readonly folders: readonly LoadedFolder[];
  readonly usurpers: ReadonlySet<string>;
}

/** What `require("./name")` tries, in its order. */
const EXTENSIONS = [".js", ".json", ".node"];

/**
 * What Node would load, or read to know what to load, before a module: `config.js`
 * made beside `config.json` is what `require("./config")` finds from then on.
 */
function usurpersOf(path: string, project: string): string[] {
  const folder = dirname(path);
  const stem = join(folder, basename(path, extname(path)));
  const earlier = EXTENSIONS.slice(0, Math.max(0, EXTENSIONS.indexOf(extname(path))));
  const beside = basename(stem) === "index" ? EXTENSIONS.map((extension) => folder + extension) : [];
  return [stem, ...earlier.map((extension) => stem + extension), ...beside, ...manifestsAbove(folder, project)];
}

/** The next one above a module says what its `#names`, and its own package's name, lead to: also one that is new in a folder between. */
function manifestsAbove(folder: string, project: string): string[] {
  const manifest = join(folder, "package.json");
  return folder.startsWith(project + sep) ? [manifest, ...manifestsAbove(dirname(folder), project)] : [manifest];
}

function resolveQuietly(resolver: Resolver, specifier: string, path: string, mode: "require" | "import") {
  try {
    return resolver.resolve(specifier, path, mode);
  } catch (error) {
    assertAnswer(error);
    // Text that looks like an import and leads nowhere.
    return undefined;
  }
}
