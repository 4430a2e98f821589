/**
 * Folders of which an application loads what lies there, by paths that it puts together
 * (`require(path.join(__dirname, "models", file))`) or that it hands to a package
 * (`autoload({ dir: join(__dirname, "routes") })`). Told without parsing: who is asked for one
 * module too many has looked at one of the project's own.
 */
import { basename, dirname, extname, join, sep } from "node:path";
import type { FileReader } from "./file-reader.ts";
import { isOutput } from "./output-folders.ts";
import { computedSpecifiersIn, joinsOf, quotedIn, textsIn } from "./texts-as-paths.ts";

export interface LoadedFolder {
  /** Absolute. */
  readonly path: string;
  /** The module files in there, absolute, sorted. */
  readonly modules: readonly string[];
  /** Whether whatever lies there is loaded: who lists the folder looks at no endings. */
  readonly takesAll: boolean;
}

export interface FolderQuestion {
  /** The file that may load, and its text. */
  readonly path: string;
  readonly text: string;
  /** Texts of modules of the project that it imports and that load what they compute. */
  readonly loaders?: readonly string[];
  /** The folder of its package. */
  readonly location: string;
  readonly project: string;
}

/** Whether a text loads what its constants do not say. */
export const loadsComputed = (text: string): boolean =>
  computedSpecifiersIn(text).some((expression) => !CONSTANT_TEMPLATE.test(expression));

const CONSTANT_TEMPLATE = /^`[^`$]*`\s*[),]/;
/** `readdirSync(dir)`, `glob(...)`, `walk(dir)`. */
const LISTS = /\b(?:readdir|opendir|scandir|glob|walk|list)/i;
/** `endsWith(".js")`, `slice(-3) === ".js"`, `/\.js$/`, `*.js`, `extname(file)`. */
const LOOKS_AT_ENDINGS = /["'`]\.?[cm]?[jt]s["'`]|[jt]s\)?\??\)?\$|\*\.|\bextname\b/;
const MODULE = /\.[cm]?js$/;
const TYPED_MODULE = /(?<!\.d)\.[cm]?ts$/;
/** Not what an application loads: specs, and configurations of tools. */
const OTHERS_MODULE = /^\.|[.-](?:test|spec|stories|bench|config|conf|min)\.[cm]?[jt]s$/;
/** Nor what lies here: specs, examples, what is sent to browsers, what is generated for people. */
const OTHERS_FOLDER =
  /^(?:\.|_?_?(?:tests?|specs?|mocks?|fixtures|snapshots)(?:__)?$|node_modules$|examples?$|docs?$|bench(?:marks?)?$|coverage$|public$|static$|assets$|client$|frontend$|www$|web$|views$|templates$|uploads$|vendor$|te?mp$)/i;

/** Texts in places where paths are made or named stand for folders as bare words, too: `commandDir("cmds")`, `dir: "routes"`. */
const NAMES_PATH =
  /\b\w{0,30}(?:join|resolve|[dD]ir\w{0,20}|[fF]olders?|[pP]aths?|[gG]lob\w{0,20}|[fF]iles|[pP]atterns?|cwd|root|[lL]oad\w{0,20}|URL|[eE]ntities|[mM]igrations|[sS]ubscribers|[mM]odules)["'`]?\s*[(:=](?=([^;]{1,200}))/g;
/** Of others only what is no word alone. */
const LOOKS_LIKE_PATH = /[/*]/;
const BEFORE_PATH = /^(?:\$\{[^}]*\})?\/*/;
const GLOB_SIGN = /[*?{}()[\]!]/;
const IS_PATH = /^(?:\.{1,2}\/)*[\w@.-]+(?:\/[\w@.-]+)*\/?$|^\.{1,2}(?:\/\.\.)*\/?$/;
/** `readdirSync(__dirname)`, `readdir(import.meta.dirname)`, `dirname(fileURLToPath(import.meta.url))`. */
const LISTS_ITSELF =
  /\breaddir(?:Sync)?\s*\([^);\n]{0,60}(?:__dirname\s*[),]|import\.meta\.(?:dirname\s*[),]|url\s*\)))/;
const OWN_FOLDER = /__dirname|import\.meta/;
const MOST_MODULES = 2_000;
const DEEPEST = 12;

/** The folders that a text names. */
export function loadedFoldersOf(question: FolderQuestion, disk: FileReader): LoadedFolder[] {
  const { path, text, loaders = [], location, project } = question;
  const takesAll = [text, ...loaders].some((one) => LISTS.test(one) && !LOOKS_AT_ENDINGS.test(one));
  const bases = [...new Set([dirname(path), location, project])];
  const found = new Map<string, LoadedFolder>();

  const add = (folder: string, modules: readonly string[]): boolean => {
    const isBuilt = isOutput(path, project);
    const kept = modules.filter((one) => one !== path && (isBuilt || !isOutput(one, project)));
    if (kept.length > 0) found.set(folder, { path: folder, modules: kept, takesAll });
    return kept.length > 0;
  };

  const look = (name: string): boolean => {
    const { folder, ending } = folderOf(name);
    if (!IS_PATH.test(folder)) return false;
    let any = false;
    for (const base of bases) {
      const named = join(base, folder);
      if (found.has(named)) any = true;
      else if (isOfPackage(named, location, path, ending) && disk.stat(named) === "dir")
        any = add(named, modulesBelow(named, disk, path, ending)) || any;
    }
    return any;
  };

  for (const one of quotedIn(text)) if (LOOKS_LIKE_PATH.test(one)) look(one.replace(BEFORE_PATH, ""));
  for (const [, expression] of text.matchAll(NAMES_PATH)) for (const one of joinsOf(textsIn(expression!))) look(one);
  let loadsBeside = LISTS_ITSELF.test(text);
  for (const expression of computedSpecifiersIn(text)) {
    const isNamed = [...joinsOf(textsIn(expression))].map(look).includes(true);
    loadsBeside ||= !isNamed && OWN_FOLDER.test(expression);
  }
  const own = dirname(path);
  // Beside a manifest lie configurations of all tools.
  if (loadsBeside && own !== location && own !== project) add(own, modulesBeside(own, disk, path));
  return [...found.values()];
}

/** Where a pattern's folder ends, and what the names of its files end in, if that tells more than that they are modules. */
function folderOf(name: string): { folder: string; ending: string | undefined } {
  if (!GLOB_SIGN.test(name)) return { folder: name, ending: undefined };
  const segments = name.split("/");
  const folder = segments.slice(
    0,
    segments.findIndex((segment) => GLOB_SIGN.test(segment)),
  );
  return { folder: folder.join("/") || ".", ending: /\*(\.[\w-]+\.[\w.]+)$/.exec(name)?.[1] };
}

/** In the package, where nothing else is kept; what the file itself lies in counts where a pattern says which files. */
function isOfPackage(folder: string, location: string, path: string, ending: string | undefined): boolean {
  if (folder === location) return ending !== undefined;
  if (!folder.startsWith(location + sep)) return false;
  if (ending === undefined && path.startsWith(folder + sep)) return false;
  return !folder
    .slice(location.length + 1)
    .split(sep)
    .some((segment) => OTHERS_FOLDER.test(segment));
}

const isModule = (name: string, loader: string): boolean =>
  (MODULE.test(name) || (TYPED_MODULE.test(loader) && TYPED_MODULE.test(name))) && !OTHERS_MODULE.test(name);

function modulesBelow(folder: string, disk: FileReader, loader: string, ending: string | undefined): string[] {
  const modules: string[] = [];
  const visit = (within: string, depth: number): void => {
    for (const name of disk.list(within)) {
      if (modules.length >= MOST_MODULES || OTHERS_FOLDER.test(name)) continue;
      const path = join(within, name);
      if (isModule(name, loader)) {
        if (ending === undefined || name.endsWith(ending)) modules.push(path);
      } else if (depth < DEEPEST && !/\.[a-z]+$/.test(name) && disk.stat(path) === "dir") visit(path, depth + 1);
    }
  };
  visit(folder, 0);
  return modules;
}

/** Beside a file, and the main modules of the folders there. */
function modulesBeside(folder: string, disk: FileReader, loader: string): string[] {
  return disk.list(folder).flatMap((name) => {
    const path = join(folder, name);
    if (isModule(name, loader)) return [path];
    if (OTHERS_FOLDER.test(name) || /\.[a-z]+$/.test(name) || disk.stat(path) !== "dir") return [];
    return disk
      .list(path)
      .flatMap((inner) => (inner.startsWith("index.") && isModule(inner, loader) ? [join(path, inner)] : []));
  });
}

/**
 * Whether a file in such a folder is, or would be, one of its modules. Node takes a file for a script
 * whatever its ending, unless that is another kind's.
 */
export function isModuleOf(path: string, { path: folder, takesAll }: LoadedFolder): boolean {
  if (!path.startsWith(folder + sep)) return false;
  const name = basename(path);
  return CODE.test(name) || !extname(name) || (takesAll && !name.endsWith(".json"));
}

const CODE = /\.(?:[cm]?[jt]s|node)$/i;
