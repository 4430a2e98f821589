/**
 * Which files a program may load, and by which imports. Longer than most files because each way in which a file is found
 * may lead to files that are found in any other.
 */
import { dirname, join, relative, sep } from "node:path";
import {
  isResolutionError,
  MoatError,
  POLICY_FILE,
  preloadEntry,
  type FileReader,
  type Preload,
  type Resolution,
  type Resolver,
} from "@moat/core/model";
import { isImport, startsScripts, type FileFacts, type Use } from "./facts.ts";
import type { FileQueue, QueuedFile } from "./file-queue.ts";
import { CALLERS_LOADERS, LOADS_FILES_OF_ITS_IMPORTER, SCRIPT_POOLS, SEEKERS } from "./tables/module-loaders.ts";

/** A file that an entry reaches, with what it does. */
export interface ReachedFile {
  readonly path: string;
  /** Location of the package that it belongs to. */
  readonly location: string;
  readonly facts: FileFacts;
}

/** One package imports another: where it says so. */
export interface ImportEdge {
  readonly from: string;
  readonly to: string;
  readonly specifier: string;
  readonly file: string;
  readonly use: Use;
}

export interface Reached {
  readonly files: readonly ReachedFile[];
  readonly edges: readonly ImportEdge[];
  /** Native addons: absolute path, and the package that they belong to. */
  readonly addons: readonly {
    readonly path: string;
    readonly location: string;
    readonly use: Use | undefined;
    readonly file: string;
  }[];
  /** Package names that code imports, by the location of the importing package. */
  readonly importedNames: ReadonlyMap<string, ReadonlySet<string>>;
  /** Packages that load what can't be seen: their own files were all looked at. */
  readonly opaque: ReadonlySet<string>;
  /** Locations that an entry is in, or that first-party code imports. */
  readonly importedByProject: ReadonlySet<string>;
  /** Imports of what is there and has a manifest that is no JSON, so that Node loads none of it. */
  readonly broken: readonly { readonly file: ReachedFile; readonly specifier: string; readonly use: Use }[];
}

export interface ReachOptions {
  readonly resolver: Resolver;
  readonly disk: FileReader;
  /** Where found files wait for their turn. */
  readonly queue: FileQueue;
  /** Names of dependencies that a package which loads by computed names may mean. */
  readonly declaredNames: (location: string) => readonly string[];
  /** Names of all that a first-party package declares, for development too. */
  readonly projectNames: (location: string) => readonly string[];
  readonly isFirstParty: (location: string) => boolean;
  /** The project's folder. */
  readonly project: string;
  /** What its policy says is loaded before programs, in the project's name. */
  readonly preloads?: readonly Preload[];
  readonly onFile?: (path: string, count: number) => void;
  /** What else is loaded, given what is reached so far; asked until nothing new comes of it. */
  readonly more?: (reached: {
    readonly files: readonly ReachedFile[];
    readonly edges: readonly ImportEdge[];
  }) => readonly Resolution[];
}

const SOURCE_FILE = /\.(?:js|cjs|mjs|json|node)$/;
/** How many files of one package are looked at for what its computed specifiers may load. */
const MOST_FILES = 2_000;

/**
 * Every file that the entries reach by Node's resolution: over `require` and
 * `import` as the importing syntax says. What a computed specifier may load
 * counts as reached: files under its constant prefix, or all of its package.
 */
export function reachFiles(entries: readonly Resolution[], options: ReachOptions): Reached {
  const { resolver, disk, queue } = options;
  const queued = new Set<string>();
  const files: ReachedFile[] = [];
  const edges = new Map<string, ImportEdge>();
  const addons: { path: string; location: string; use: Use | undefined; file: string }[] = [];
  const importedNames = new Map<string, Set<string>>();
  const opaque = new Set<string>();
  const listed = new Map<string, readonly string[]>();
  /** Dependencies of the project that its own code names in texts, as in `app.set("view engine", "ejs")`. */
  const namedByProject = new Set<string>();
  /** Those that its own code names the beginning of. */
  const begunByProject = new Set<string>();
  /** Packages that the project itself imports. */
  const importedByProject = new Set<string>(entries.flatMap(({ location }) => location ?? []));
  /** Packages that start workers or children, and the scripts that files spell the paths of. */
  const starters = new Set<string>();
  /** Those that start what they are told. */
  const pools = new Set<string>();
  const scripts: { readonly file: ReachedFile; readonly use: Use }[] = [];
  const loadsAnything: { readonly file: ReachedFile; readonly use: Use }[] = [];
  const broken = new Map<string, Reached["broken"][number]>();

  const enqueue = (found: Resolution): void => {
    if (found.location === undefined || queued.has(found.path)) return;
    queued.add(found.path);
    if (found.format === "module") queue.add(found);
    // What the project compiles before it runs (specs, components) may be a module, whatever its manifest says.
    else if (found.format === "commonjs")
      queue.add(options.isFirstParty(found.location) ? { ...found, ambiguous: true } : found);
  };

  /** @param from where Node's resolution starts, if it is not the file itself. */
  const link = (
    file: ReachedFile,
    specifier: string,
    mode: "require" | "import",
    use: Use,
    from = file.path,
  ): boolean => {
    const found = resolveOrNothing(specifier, from, mode, resolver, () =>
      broken.set(`${file.path}\0${specifier}`, { file, specifier, use }),
    );
    if (found?.location === undefined) return false;
    if (found.location !== file.location) {
      const key = `${file.location}\0${found.location}`;
      if (!edges.has(key)) edges.set(key, { from: file.location, to: found.location, specifier, file: file.path, use });
      if (options.isFirstParty(file.location)) importedByProject.add(found.location);
      else if (LOADS_FILES_OF_ITS_IMPORTER.has(packageNameAt(found.location))) lookAtAll(file, mode);
      const name = packageNameOf(specifier);
      if (name !== undefined) {
        const names = importedNames.get(file.location) ?? new Set();
        importedNames.set(file.location, names.add(name));
      }
    }
    if (found.format === "json" && options.isFirstParty(found.location) && options.isFirstParty(file.location)) {
      const text = isOwnManifest(found) ? "" : disk.readText(found.path);
      for (const name of namesInTexts(text ?? "", options.projectNames(found.location))) namedByProject.add(name);
    }
    if (found.format === "addon") addons.push({ path: found.path, location: found.location, use, file: file.path });
    else enqueue(found);
    return true;
  };

  const filesOf = (location: string): readonly string[] => {
    let known = listed.get(location);
    if (known === undefined) listed.set(location, (known = listFiles(location, disk)));
    return known;
  };

  /** What a package exports under other names than its own: `@img/sharp-linux-x64/sharp.node`, and no manifest. */
  const linkExported = (file: ReachedFile, use: Use, name: string, mode: "require" | "import"): boolean => {
    const location = resolver.locate(name, file.location);
    const specifiers = location === undefined ? [] : exportedSpecifiers(name, resolver.manifestOf(location)?.exports);
    return specifiers.map((specifier) => link(file, specifier, mode, use)).includes(true);
  };

  /** The dependencies that a computed name may mean. */
  const linkDeclared = (file: ReachedFile, use: Use, prefix: string, suffix = ""): void => {
    if (options.isFirstParty(file.location)) return;
    const mode = file.facts.format === "module" ? "import" : "require";
    for (const name of options.declaredNames(file.location)) {
      if (prefix !== "" && !name.startsWith(prefix) && !prefix.startsWith(`${name}/`)) continue;
      if (link(file, name, mode, use) || link(file, `${name}/package.json`, "require", use)) continue;
      if (linkExported(file, use, name, mode)) continue;
      // `@x/lib-${platform}/versions`, of a package that exports nothing else.
      if (suffix.startsWith("/")) link(file, `${name}${suffix}`, mode, use);
    }
  };

  /** Files of the package whose paths end so. */
  const linkEnding = (file: ReachedFile, end: string, use: Use): void => {
    for (const path of filesOf(file.location)) {
      const specifier = `./${relative(dirname(file.path), path).split(sep).join("/")}`;
      if (`/${relative(file.location, path).split(sep).join("/")}`.endsWith(end)) link(file, specifier, "require", use);
    }
  };

  /** The addon of a platform package, by its path in there, such as `@x/core-${process.platform}/core.node`. */
  const linkAddons = (file: ReachedFile, use: Use, prefix: string, suffix: string): void => {
    for (const name of options.declaredNames(file.location)) {
      const location = resolveOrNothing(`${name}/package.json`, file.path, "require", resolver)?.location;
      if (location === undefined || !name.startsWith(packageNameOf(prefix) ?? prefix)) continue;
      for (const path of filesOf(location)) {
        const specifier = `${name}/${relative(location, path).split(sep).join("/")}`;
        if (specifier.startsWith(prefix) && specifier.endsWith(suffix)) link(file, specifier, "require", use);
      }
    }
  };

  /** What a specifier such as `./locale/*` or a name out of a configuration may load. */
  const linkComputed = (file: ReachedFile, use: Use): void => {
    // `import("file://" + path)` may be any file.
    const [prefix = "", suffix = ""] = use.target.replace(/^file:\/*/, "").split("*");
    const mode = file.facts.format === "module" ? "import" : "require";
    if (/^\.{1,2}\//.test(prefix)) {
      const start = join(dirname(file.path), prefix);
      for (const path of filesOf(file.location)) {
        if (path.startsWith(start) && (path.endsWith(suffix) || path.replace(/\.[a-z]+$/, "").endsWith(suffix))) {
          link(file, `./${relative(dirname(file.path), path).split(sep).join("/")}`, mode, use);
        }
      }
      return;
    }
    if (prefix === "" && suffix === "") loadsAnything.push({ file, use });
    if (options.isFirstParty(file.location)) {
      // `require("@acme/plugin-" + name)`
      if (!/^[@\w]/.test(prefix)) return;
      for (const name of options.declaredNames(file.location)) if (name.startsWith(prefix)) link(file, name, mode, use);
      return;
    }
    linkDeclared(file, use, prefix, suffix);
    if (prefix !== "" && suffix.endsWith(".node")) linkAddons(file, use, prefix, suffix);
    if (prefix === "") lookAtAll(file, mode);
  };

  const lookAtAll = (file: ReachedFile, mode: "require" | "import"): void => {
    if (opaque.has(file.location)) return;
    opaque.add(file.location);
    for (const path of filesOf(file.location)) {
      if (
        !/(?:^|[\\/])(?:tests?|__tests__|spec|examples?|docs?|benchmarks?|coverage)[\\/]/.test(
          path.slice(file.location.length),
        ) &&
        !path.endsWith(".node")
      ) {
        const found = resolveOrNothing(
          `./${relative(dirname(file.path), path).split(sep).join("/")}`,
          file.path,
          mode,
          resolver,
        );
        if (found?.location === file.location) enqueue(found);
      }
    }
  };

  /** `resolveFrom(process.cwd(), "knex")`: the project's copy of what the file names. What finds it is told where it is. */
  const linkSought = (file: ReachedFile, source: string): void => {
    const use = file.facts.uses.find((one) => isImport(one) && SEEKERS.has(packageNameOf(one.target) ?? ""));
    if (use === undefined) return;
    const from = join(options.project, "noop.js");
    // `resolve` looks for files; others ask Node, which tells of what they may import.
    const seeker = CALLERS_LOADERS.has(packageNameOf(use.target)!)
      ? resolveOrNothing(use.target, file.path, "require", resolver)?.location
      : undefined;
    for (const name of options.projectNames(options.project)) {
      const isNamed = ['"', "'", "`"].some((quote) => source.includes(quote + name + quote));
      const beginnings = source.includes(`\`${name}/`) ? beginningsIn(source, name) : [];
      const to =
        isNamed || beginnings.length > 0 ? resolveOrNothing(name, from, "require", resolver)?.location : undefined;
      if (to === undefined || options.isFirstParty(to)) continue;
      link(file, name, "require", use, from);
      // `gatsby/dist/commands/${command}`
      for (const path of beginnings.length > 0 ? filesOf(to) : []) {
        const specifier = `${name}/${relative(to, path).split(sep).join("/")}`;
        if (beginnings.some((beginning) => specifier.startsWith(beginning)))
          link(file, specifier, "require", use, from);
      }
      if (seeker !== undefined && seeker !== to)
        edges.set(`${seeker}\0${to}`, { from: seeker, to, specifier: name, file: file.path, use });
    }
  };

  /**
   * A package that the project imports, and that loads what it is told (`require(engine)`),
   * is told by the project: dependencies whose names stand in the project's own texts. So is the
   * project itself (`for (const name of ["a", "b"]) await import(name)`).
   */
  const linkNamedByProject = (): void => {
    for (const { file, use } of loadsAnything) {
      if (!importedByProject.has(file.location) && !options.isFirstParty(file.location)) continue;
      const mode = file.facts.format === "module" ? "import" : "require";
      for (const name of namedByProject) link(file, name, mode, use);
      if (options.isFirstParty(file.location)) for (const name of begunByProject) link(file, name, mode, use);
    }
  };

  /** What one file of a package spells, another may start, or a pool that the package imports, itself or through another. */
  const linkScripts = (): void => {
    const handsOn = new Set(starters);
    const havePools = new Set<string>();
    for (const { from, to } of edges.values()) {
      if (SCRIPT_POOLS.has(packageNameAt(to))) havePools.add(from);
      else if (pools.has(to)) handsOn.add(from);
    }
    // And through such a package: `pino({ transport: { target: join(__dirname, "ours.js") } })`.
    for (const { from, to } of edges.values()) if (havePools.has(from) || havePools.has(to)) handsOn.add(from);
    for (const { file, use } of scripts) {
      if (!handsOn.has(file.location)) continue;
      if (!use.target.startsWith("*")) link(file, use.target, "require", use);
      // Joined to a folder that another file names (`resolve(distDir, "worker.js")`).
      else if (!options.isFirstParty(file.location)) linkEnding(file, use.target.slice(1), use);
    }
  };

  const linkPreload = ({ mode, specifier }: Preload): void => {
    const use: Use = { capability: mode, target: specifier, line: 1, column: 1, snippet: `${mode}:${specifier}` };
    const facts: FileFacts = { format: mode === "import" ? "module" : "commonjs", uses: [use] };
    const policy: ReachedFile = { path: join(options.project, POLICY_FILE), location: options.project, facts };
    if (link(policy, specifier, mode, use, join(options.project, "noop.js"))) return;
    throw new MoatError("MOAT_ENTRY_MISSING", `${specifier} is not installed in ${options.project}`, {
      fields: { entry: preloadEntry({ mode, specifier }) },
      nextStep: "check the spelling, or install the package",
    });
  };

  const reach = ({ found: { path, location = "" }, source, facts }: QueuedFile): void => {
    options.onFile?.(path, files.length + 1);
    const file: ReachedFile = { path, location, facts };
    files.push(file);
    if (source !== undefined && options.isFirstParty(location)) {
      for (const name of namesInTexts(source, options.projectNames(location))) namedByProject.add(name);
      for (const name of namesBegunIn(source, options.declaredNames(location))) begunByProject.add(name);
    }
    if (source !== undefined && !options.isFirstParty(location)) linkSought(file, source);
    for (const use of facts.uses) {
      if (use.capability === "require" || use.capability === "import") link(file, use.target, use.capability, use);
      else if (use.capability === "file") link(file, use.target, "require", use);
      else if (use.capability === "script") scripts.push({ file, use });
      // `{ paths: [process.cwd()] }`: the project's copy.
      else if (use.capability === "sought") link(file, use.target, "require", use, join(options.project, "noop.js"));
      else if (use.capability === "computed") linkComputed(file, use);
      else if (use.capability === "unanalyzed" && use.target === "computed require.resolve") {
        linkDeclared(file, use, "");
        if (!options.isFirstParty(location)) loadsAnything.push({ file, use });
      }
      // `spawn(process.execPath, [...flags, path.join(__dirname, "../dist/cli.js")])`: whose scripts, its own files say.
      if (use.capability === "command" && use.target === "node") starters.add(location);
      if (!startsScripts(use)) continue;
      starters.add(location);
      if (!facts.uses.some(({ capability }) => capability === "file")) pools.add(location);
    }
  };

  for (const preload of options.preloads ?? []) linkPreload(preload);
  for (const entry of entries) enqueue(entry);
  let file = queue.next();
  while (file !== undefined) {
    for (; file !== undefined; file = queue.next()) reach(file);
    linkNamedByProject();
    linkScripts();
    file = queue.next();
    if (file !== undefined) continue;
    for (const found of options.more?.({ files, edges: [...edges.values()] }) ?? []) enqueue(found);
    file = queue.next();
  }
  return {
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    edges: [...edges.values()],
    addons,
    importedNames,
    opaque,
    importedByProject,
    broken: [...broken.values()],
  };
}

/** The package that a bare specifier names; undefined for files and `#imports`. To `require`, `.prisma/client` is one. */
export function packageNameOf(specifier: string): string | undefined {
  return /^(?:@[^/\\%]+\/)?[^./\\%#@][^/\\%]*|^\.[^./\\%][^/\\%]*/.exec(specifier)?.[0];
}

/** What a package without a module of its own name exports by its manifest: `@strapi/upload/strapi-server`. */
export function exportedSpecifiers(name: string, exported: unknown): string[] {
  const keys = Object.keys(typeof exported === "object" && exported !== null ? exported : {});
  return keys.filter((key) => key.startsWith("./") && !key.includes("*")).map((key) => name + key.slice(1));
}

/** The packages that a file imports by names that stand there. */
export function packagesNamedIn({ uses }: FileFacts): ReadonlySet<string | undefined> {
  return new Set(uses.filter(isImport).map(({ target }) => packageNameOf(target)));
}

/** The name of the folder that a package is installed in; empty for the project's own. */
export function packageNameAt(location: string): string {
  return (
    packageNameOf(
      location
        .split(sep)
        .join("/")
        .replace(/^.*\/node_modules\//, ""),
    ) ?? ""
  );
}

/**
 * What a specifier leads to; undefined where that is not installed, or can't be asked for so.
 *
 * @param onBroken called where it is installed, and its manifest is no JSON
 */
export function resolveOrNothing(
  specifier: string,
  from: string,
  mode: "require" | "import",
  resolver: Resolver,
  onBroken?: () => void,
): Resolution | undefined {
  try {
    return resolver.resolve(specifier, from, mode);
  } catch (error) {
    if (isResolutionError(error, "ERR_INVALID_PACKAGE_CONFIG")) onBroken?.();
    return undefined;
  }
}

/** It names all that is installed, also what only builds and tests. */
const isOwnManifest = ({ path, location }: Resolution): boolean => path === join(location ?? "", "package.json");

/** What names begin with: `name.startsWith("acme-plugin-")`, `/^@acme\//`. */
const BEGINNING = /["'`]((?:@[\w.-]+\/)?[\w.-]*[-/])["'`]|\/\^((?:@[\w.-]+\\\/)?[\w.-]*(?:-|\\\/))/g;

/** Those of `names` that begin as a text says. */
function namesBegunIn(source: string, names: readonly string[]): string[] {
  const beginnings = Array.from(
    source.matchAll(BEGINNING),
    ([, text, pattern]) => text ?? pattern!.replace("\\/", "/"),
  );
  return names.filter((name) => beginnings.some((one) => one.length > 2 && name.startsWith(one)));
}

/** Those of `names` that stand in `source` as a whole text, other than as what is imported, or as what a file's name ends in (`"home.ejs"`). */
function namesInTexts(source: string, names: readonly string[]): string[] {
  const texts = new Set<string>();
  for (const [, , text] of source.matchAll(/(?<!(?:require|import|from)\s*\(?\s*)(["'`])([\w@./-]+)\1/g)) {
    texts.add(text!);
    texts.add(text!.slice(text!.lastIndexOf(".") + 1));
  }
  return names.filter((name) => texts.has(name));
}

/** The constant beginnings of templates in a text that name files of a package. */
function beginningsIn(source: string, name: string): string[] {
  return [...source.matchAll(/`([^`$]+)\$\{/g)].map(([, text]) => text!).filter((text) => text.startsWith(`${name}/`));
}

/** A package's own sources, sorted; neither its dependencies nor hidden folders. */
export function listFiles(location: string, disk: FileReader, pattern = SOURCE_FILE): string[] {
  const found: string[] = [];
  const look = (folder: string, depth: number): void => {
    for (const name of disk.list(folder)) {
      if (found.length >= MOST_FILES || name === "node_modules" || name.startsWith(".")) continue;
      const path = join(folder, name);
      if (pattern.test(name) && disk.stat(path) === "file") found.push(path);
      else if (depth < 12 && !/\.[a-z]+$/.test(name) && disk.stat(path) === "dir") look(path, depth + 1);
    }
  };
  look(location, 0);
  return found;
}
