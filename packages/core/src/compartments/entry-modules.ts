/**
 * The project's own modules that its entries reach. A package with a general
 * write grant may not change them: they run with the application's authority,
 * now or the next time.
 */
import { basename, dirname, extname, isAbsolute, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ScopeFolders } from "../policy/scope-place.ts";
import { foldName } from "../policy/scope-rules.ts";
import { assertAnswer } from "../errors/assert-answer.ts";
import { assertStackRoom } from "../stack-room.ts";
import { isModuleOf, loadedFoldersOf, loadsComputed, type LoadedFolder } from "../packages/loaded-folders.ts";
import { isOutput } from "../packages/output-folders.ts";
import { absentUrlOf } from "../packages/resolution-error.ts";
import type { Resolver } from "../packages/resolver.ts";
import { computedNamesIn, loadsOtherwise, quotedNamesIn, scriptNamesIn, specifiersIn } from "./modules-in-text.ts";
import { filesThatRun } from "./files-that-run.ts";
import { isCode, makeNamedModules } from "./named-modules.ts";

export interface EntryModules {
  /** Whether a real absolute path is such a module, or a file that would be loaded in the place of one. */
  has(path: string, isFolder?: boolean): boolean;
}

/**
 * Follows the project's own files from the entries; found when first asked, since
 * few programs have packages that write next to their sources. What is not there by then among outputs
 * (a bundle that the program builds, loads and builds again) is none of them; elsewhere it is, since an application looks
 * for what may not be there (`try { require("./local") } catch {}`) and would load what a package has put in its place.
 * @param loadsProject whether a package may load modules of the project, of which these then name the folders.
 * @param packages folders of the project's own packages: what runs besides the entries is told by what lies there.
 *
 * HAZARD: not by a file's age. What was changed since the program started, a person may have saved in an editor.
 */
export function makeEntryModules(
  resolver: Resolver,
  entries: readonly string[],
  isFirstParty: (location: string) => boolean,
  { project, cwd }: Pick<ScopeFolders, "project" | "cwd">,
  loadsProject: (location: string) => boolean = () => false,
  packages: () => Iterable<string> = () => [],
): EntryModules {
  let found: Protected | undefined;

  const collect = (): Omit<Protected, "usurpers"> => {
    const run = [...packages()].flatMap((folder) => filesThatRun(folder, resolver.disk));
    // HAZARD: builds write to outputs what scripts start there.
    const besides = new Set(run.filter((path) => !isOutput(path, project)));
    for (const entry of entries) besides.delete(entry);
    const paths = new Set([...entries, ...besides]);
    const absent: Absent = { specifiers: new Set(), names: new Set() };
    const noteAbsent = (of: Set<string>, path: string, from: string): void => {
      if (of.has(foldName(path)) || path.includes(`${sep}node_modules${sep}`) || !isFirstParty(resolver.ownerOf(path)))
        return;
      if (isOutput(from, project) || !isOutput(path, project)) of.add(foldName(path));
    };
    const folders: LoadedFolder[] = [];
    const modulesNamed = makeNamedModules(resolver);
    const known = new Map<string, ModuleText>();
    const read = (path: string): ModuleText => {
      let found = known.get(path);
      if (found === undefined) known.set(path, (found = new ModuleText(resolver.disk.readText(path) ?? "")));
      return found;
    };
    for (const path of paths) {
      const module = read(path);
      const { text } = module;
      let loads = module.loadsComputed;
      let { loadsByName } = module;
      const loaders: string[] = [];
      // The names may be those of a list that it imports: `for (const route of require("./routes.json")) require(route)`.
      const near = new Map([[path, module]]);
      for (const script of scriptsNamedIn(text, path)) paths.add(script);
      for (const specifier of specifiersIn(text)) {
        for (const mode of ["require", "import"] as const) {
          const next = resolveQuietly(resolver, specifier, path, mode, (missing) =>
            noteAbsent(absent.specifiers, missing, path),
          );
          if (next?.location === undefined) continue;
          if (!isFirstParty(next.location)) {
            loads ||= loadsProject(next.location);
            continue;
          }
          paths.add(next.path);
          if (near.has(next.path)) continue;
          // `loadAll(join(__dirname, "routes"))` of another module.
          const imported = read(next.path);
          near.set(next.path, imported);
          if (imported.loadsComputed) loaders.push(imported.text);
          loadsByName ||= imported.loadsByName;
        }
      }
      for (const specifier of computedNamesIn(text)) {
        const next = resolveQuietly(resolver, specifier, path, "require");
        // What is beside it on the line may be data.
        const isCode = next?.location !== undefined && next.format !== "json";
        if (isCode && isFirstParty(next.location!)) paths.add(next.path);
      }
      // A tool's configuration names what the tool makes.
      if (besides.has(path)) continue;
      // An installed command's words are no names of the project's.
      if ((loads || loadsByName) && isFirstParty(resolver.ownerOf(path))) {
        for (const [from, one] of near) {
          const bases = [...new Set([dirname(path), dirname(from), project, cwd])];
          for (const name of one.names) {
            for (const base of bases) {
              const modules = modulesNamed(base, name);
              for (const found of ownSources(modules, path)) paths.add(found);
              if (modules.length === 0 && isPathOfCode(name)) noteAbsent(absent.names, join(base, name), path);
            }
          }
        }
      }
      if (!loads && loaders.length === 0) continue;
      const location = resolver.ownerOf(path);
      for (const folder of loadedFoldersOf({ path, text, loaders, location, project }, resolver.disk)) {
        const own = folder.modules.filter((one) => isFirstParty(resolver.ownerOf(one)));
        if (own.length > 0) folders.push(folder);
        for (const one of own) paths.add(one);
      }
    }
    return { modules: paths, folders, absent };
  };

  const scriptsNamedIn = (text: string, from: string): string[] => {
    const folders = [dirname(from), project, cwd];
    const named = new Set([...scriptNamesIn(text)].flatMap((name) => folders.map((folder) => join(folder, name))));
    return ownSources(named, from);
  };

  /** Of the project's own; what lies among outputs may be what the text has somebody build, unless it is built itself. */
  const ownSources = (named: Iterable<string>, from: string): string[] => {
    const isBuilt = isOutput(from, project);
    return [...named].flatMap((path) => {
      const real = resolver.disk.stat(path) === "file" ? resolver.disk.realpath(path) : undefined;
      if (real === undefined || !isFirstParty(resolver.ownerOf(real))) return [];
      return isBuilt || !isOutput(real, project) ? [real] : [];
    });
  };

  const protect = (): Protected => {
    assertStackRoom();
    const { modules, folders, absent } = collect();
    return {
      modules,
      folders,
      absent,
      usurpers: new Set([...modules].flatMap((path) => usurpersOf(path, project).map(foldName))),
    };
  };
  return {
    has(path, isFolder = false) {
      const { modules, folders, usurpers, absent } = (found ??= protect());
      if (modules.has(path)) return true;
      // `build/` beside `build.js` is where a build goes, and is looked for after the file.
      if (isFolder) return false;
      // What is not there yet is found by names in other letters, where the file system compares so.
      const folded = foldName(path);
      return usurpers.has(folded) || isAwaited(folded, absent) || folders.some((folder) => isModuleOf(path, folder));
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

/**
 * The same with every source of the project: where a package says which module a name means, or compiles what the project
 * loads, texts do not tell which modules are reached.
 * @param project its real absolute folder
 */
export function withAllSources(
  modules: EntryModules,
  project: string,
  isProjects: (path: string) => boolean,
): EntryModules {
  return {
    has: (path, isFolder = false) =>
      modules.has(path, isFolder) || (!isFolder && COMPILED.test(path) && !isOutput(path, project) && isProjects(path)),
  };
}

/** Code of any kind, by a file's name. */
const COMPILED = /\.(?:[cm]?[jt]sx?|node|es6?|(?:lit)?coffee|vue|svelte)$/i;

/** What is asked of a module's text, more than once where several import it. */
class ModuleText {
  readonly text: string;
  readonly loadsComputed: boolean;
  readonly loadsByName: boolean;
  #names: ReadonlySet<string> | undefined;

  constructor(text: string) {
    this.text = text;
    this.loadsComputed = loadsComputed(text);
    this.loadsByName = this.loadsComputed || loadsOtherwise(text);
  }

  /** What it may name of modules; see `quotedNamesIn`. */
  get names(): ReadonlySet<string> {
    return (this.#names ??= new Set(quotedNamesIn(this.text)));
  }
}

/** Absolute paths at which there is nothing yet, in folded letters. */
interface Absent {
  /** Of `require` and `import`. */
  readonly specifiers: Set<string>;
  /** What else texts name that load by names. */
  readonly names: Set<string>;
}

/** Whether a file, by its folded path, would be what somebody looks for who has found nothing so far. */
function isAwaited(path: string, { specifiers, names }: Absent): boolean {
  if (specifiers.size === 0 && names.size === 0) return false;
  const stem = path.slice(0, path.length - extname(path).length);
  const meant = [path];
  if (stem === path || ENDINGS.has(extname(path))) meant.push(stem);
  // A link's target has it.
  if (basename(stem) === "index") meant.push(dirname(path));
  return meant.some((one) => specifiers.has(one) || (names.has(one) && (isCode(path) || one === path)));
}

/** `lib/local.js`, `./local`: of words alone each would be one. */
const isPathOfCode = (name: string): boolean =>
  isCode(name) || (/^\.{0,2}\//.test(name) && extname(name) === "" && !name.endsWith("/"));

interface Protected {
  readonly modules: ReadonlySet<string>;
  readonly absent: Absent;
  /** What is new in there is loaded with the others. */
  readonly folders: readonly LoadedFolder[];
  readonly usurpers: ReadonlySet<string>;
}

/** What `require("./name")` tries, in its order. */
const EXTENSIONS = [".js", ".json", ".node"];
/** What programs complete names with that they have without an ending. */
const ENDINGS: ReadonlySet<string> = new Set([...EXTENSIONS, ".cjs", ".mjs", ".ts", ".cts", ".mts"]);

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

/** @param onAbsent told of the path of what is looked for and not there */
function resolveQuietly(
  resolver: Resolver,
  specifier: string,
  path: string,
  mode: "require" | "import",
  onAbsent?: (path: string) => void,
) {
  try {
    return resolver.resolve(specifier, path, mode);
  } catch (error) {
    assertAnswer(error);
    // Text that looks like an import and leads nowhere, or to what is not there yet.
    if (mode === "import") {
      const url = absentUrlOf(error);
      if (url !== undefined) onAbsent?.(fileURLToPath(url));
    } else if (isAbsolute(specifier) || /^\.{1,2}(?:\/|$)/.test(specifier))
      onAbsent?.(resolve(dirname(path), specifier));
    return undefined;
  }
}
