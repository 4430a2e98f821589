/**
 * What a tool loads that its own code does not name. Longer than most files because the search goes round: what one
 * configuration names holds another one.
 */
import { basename, dirname, join, relative, sep } from "node:path";
import type { FileReader, Resolution, Resolver } from "@moat/core/model";
import { configurationFiles, configurationNames, configuringFields, fieldsOf } from "./configuration-files.ts";
import type { Capability, FileFacts, Use } from "./facts.ts";
import type { ImportEdge, ReachedFile } from "./reach.ts";
import { exportedSpecifiers, listFiles, packageNameAt, packageNameOf } from "./reach.ts";
import { makePlaces } from "./source-lines.ts";
import { CONFIGURED_HOOKS } from "./tables/module-hooks.ts";
import { FILLED_IN, PLUGINS_BY_NAME, spellingsOf } from "./tables/plugin-names.ts";
import { SPEC_FILE, TEST_RUNNERS } from "./tables/project-tests.ts";

export interface PluginSearchOptions {
  readonly project: string;
  /** The packages whose commands are started. */
  readonly tools: readonly string[];
  readonly resolver: Resolver;
  readonly disk: FileReader;
  readonly isFirstParty: (location: string) => boolean;
  /** Names of dependencies in the manifest at a location. */
  readonly declaredNames: (location: string) => readonly string[];
  /** The project's own sources, `node_modules` and hidden folders left out. */
  readonly projectFiles: () => readonly string[];
}

export interface SoFar {
  readonly files: readonly ReachedFile[];
  readonly edges: readonly ImportEdge[];
}

export interface PluginSearch {
  /** What more is reached, given what is reached so far. */
  more(reached: SoFar): readonly Resolution[];
  /** Which packages load what they are told to by name, and what that may be. */
  edges(reached: SoFar): readonly ImportEdge[];
  /** Which packages change what others export: shared configurations, of which a tool fills in what they leave out. */
  changes(reached: SoFar): readonly ImportEdge[];
}

interface Named {
  readonly location: string;
  readonly specifier: string;
  readonly file: string;
  readonly use: Use;
}

/** No configuration is longer; data may be. */
const MOST_TEXT = 100_000;

/** What makes a package a loader: it imports, or looks for, what can't be seen in its own code. */
const LOADER_USES: Readonly<Partial<Record<Capability, RegExp>>> = {
  computed: /^(?:\*|file:)/,
  unanalyzed: /^(?:computed require\.resolve|require(?:\.resolve)? used as a value)$/,
  builtin: /^module\.(?:_resolveFilename|_load|\*)$/,
};

/**
 * Tools load plugins, presets and the project's own modules that are named in
 * configurations only, and shared configurations name more of them. For each
 * tool: the packages that its packages and the project's configuration for them
 * name, and the project's modules that it will run. Each of the tool's packages
 * that imports by computed names may import what was named.
 */
export function makePluginSearch(options: PluginSearchOptions): PluginSearch {
  const { project, resolver, disk } = options;
  const texts = new Map<string, string>();
  const textOf = (path: string): string => {
    let text = texts.get(path);
    if (text === undefined) texts.set(path, (text = disk.readText(path) ?? ""));
    return text;
  };
  /** By tool: what is named, by location; and the project's modules that it loads. */
  const stateOf = (tool: string) => ({
    tool,
    named: new Map<string, Named>(),
    modules: new Map<string, Resolution>(),
    looked: new Set<string>(),
  });
  const states = options.tools.map(stateOf);

  /** What compiles the project's modules by its configuration is a tool wherever it is imported. */
  const addHooks = ({ edges }: SoFar): void => {
    for (const { from, to, specifier } of edges) {
      if (!options.isFirstParty(from) || !CONFIGURED_HOOKS.has(packageNameOf(specifier) ?? "")) continue;
      if (!states.some(({ tool }) => tool === to)) states.push(stateOf(to));
    }
  };

  const resolveFrom = (specifier: string, file: string): Resolution | undefined => {
    for (const mode of ["require", "import"] as const) {
      try {
        return resolver.resolve(specifier, file, mode);
      } catch {
        // Not installed, or not for this way of importing.
      }
    }
    return undefined;
  };

  /** Looks in a text for the names of dependencies that its package declares. */
  const lookForNames = (
    state: (typeof states)[number],
    location: string,
    file: string,
    words: Iterable<readonly [word: string, offset: number]>,
    text: string,
    spell = spellingsOf,
  ): void => {
    const declared = options
      .declaredNames(location)
      .flatMap((name) => spell(name).map((spelling) => [spelling, name] as const));
    if (declared.length === 0) return;
    // A short name may mean several: `typescript`, and `@graphql-codegen/typescript`.
    const names = new Map<string, Set<string>>();
    for (const [spelling, name] of declared) names.set(spelling, (names.get(spelling) ?? new Set()).add(name));
    for (const [word, offset] of words) {
      const bare = word.replace(/^(?:module|plugin):/, "");
      // `@angular/build:application`, and no address.
      const start = bare.includes("://") ? undefined : /^(?:@[^/]+\/)?[^/:]+/.exec(bare)?.[0];
      const meant = names.get(bare) ?? names.get(start ?? "");
      for (const name of meant ?? []) {
        const found = resolveFrom(name, file) ?? resolveFrom(`${name}/package.json`, file);
        if (found?.location === undefined || options.isFirstParty(found.location)) continue;
        // `loadEsmModule("@angular/compiler-cli/linker/babel")`
        if (bare.startsWith(`${name}/`)) addOwnFile(state, found.location, file, bare);
        if (state.named.has(found.location)) continue;
        const use: Use = { capability: "names", target: name, ...makePlaces(text)(offset) };
        state.named.set(found.location, { location: found.location, specifier: name, file, use });
        if (found.format === "commonjs" || found.format === "module") state.modules.set(found.path, found);
        else if (basename(found.path) === "package.json") addExported(state, name, found.location, file);
        else if (found.format === "json") lookAtData(state, found.location, found.path);
      }
    }
  };

  /** What a plugin without a module of its own name exports under others: `@strapi/upload/strapi-server`. */
  const addExported = (state: (typeof states)[number], name: string, location: string, file: string): void => {
    for (const specifier of exportedSpecifiers(name, resolver.manifestOf(location)?.exports)) {
      const found = resolveFrom(specifier, file);
      if (found?.location === location && (found.format === "commonjs" || found.format === "module"))
        state.modules.set(found.path, found);
    }
  };

  /** A package that is a configuration itself: `"main": "index.json"`. */
  const lookAtData = (state: (typeof states)[number], location: string, path: string): void => {
    if (state.looked.has(path) || basename(path) === "package.json") return;
    state.looked.add(path);
    const text = textOf(path);
    if (text.length < MOST_TEXT) lookForNames(state, location, path, jsonTexts(text), text);
  };

  /**
   * A loader names what its tool has beside it, or the tool itself: `resolveModulePath("@nuxt/kit")` in nuxt's
   * commands, `new Liftup({ name: "grunt" })` in grunt's. What the tool's package declares or is called, and nothing else.
   */
  const lookForNamesOfTool = (state: (typeof states)[number], file: string, text: string): void => {
    const own = packageNameAt(state.tool);
    const declared = new Set(options.declaredNames(state.tool));
    for (const [word, offset] of quotedWords(text)) {
      if (word !== own && !declared.has(word)) continue;
      const found = resolveFrom(word, join(word === own ? project : state.tool, "noop.js"));
      if (found?.location === undefined || options.isFirstParty(found.location) || state.named.has(found.location))
        continue;
      const use: Use = { capability: "names", target: word, ...makePlaces(text)(offset) };
      state.named.set(found.location, { location: found.location, specifier: word, file, use });
      if (found.format === "commonjs" || found.format === "module") state.modules.set(found.path, found);
    }
  };

  const lookAtConfigurations = (state: (typeof states)[number], tree: ReadonlySet<string>): void => {
    const names = new Set(
      [...tree].flatMap((location) => configurationNames(packageNameAt(location))).map((name) => name.toLowerCase()),
    );
    lookForNamesByPattern(state, tree);
    for (const { path, text, isCode } of configurationFiles(project, names, disk)) {
      if (state.looked.has(path)) continue;
      if (!path.endsWith(`${sep}package.json`)) state.looked.add(path);
      const from = join(project, "noop.js");
      lookForNames(state, project, from, isCode ? quotedWords(text) : words(text), text);
      if (isCode) {
        lookForNames(state, project, from, keys(text), text, (name) => [name]);
        addModule(state, path);
      }
      for (const [word] of isCode ? quotedWords(text) : words(text)) addNamedModule(state, word, dirname(path));
    }
    if (TEST_RUNNERS.has(packageNameAt(state.tool))) {
      for (const file of options.projectFiles())
        if (SPEC_FILE.test(relative(project, file).split(sep).join("/"))) addModule(state, file);
    }
    lookAtManifest(state, names, state.tool);
    // With those that they name in turn.
    for (const location of state.named.keys()) lookAtManifest(state, names, location);
  };

  /** What the project, or a package of the tool's, brings under a name of a pattern is a plugin to some tools, whatever any configuration says. */
  const lookForNamesByPattern = (state: (typeof states)[number], tree: ReadonlySet<string>): void => {
    for (const location of tree) {
      const pattern = PLUGINS_BY_NAME.get(packageNameAt(location));
      if (pattern === undefined) continue;
      for (const owner of [project, ...tree]) {
        const path = join(owner, "package.json");
        const found = options.declaredNames(owner).filter((name) => pattern.test(name));
        if (found.length === 0) continue;
        lookForNames(
          state,
          owner,
          path,
          found.map((name) => [name, 0] as const),
          textOf(path),
        );
      }
    }
  };

  /** `./setup.js`, `<rootDir>/setup`, `test/setup.js`: a module of the project. */
  const addNamedModule = (state: (typeof states)[number], word: string, folder: string): void => {
    const path = word.replace(/^<rootDir>\//, "./");
    if (!/^\.{1,2}\/|\.[cm]?[jt]sx?$/.test(path)) return;
    for (const from of new Set([folder, project])) {
      const found = resolveFrom(/^\.{1,2}\//.test(path) ? path : `./${path}`, join(from, "noop.js"));
      if (found?.location !== undefined && options.isFirstParty(found.location)) addModule(state, found.path);
    }
  };

  /** `["./rules/style"].map(require.resolve)`: what a shared configuration has others load out of its own package. */
  const lookForOwnFiles = (state: (typeof states)[number], location: string, file: string, text: string): void => {
    for (const [word] of quotedWords(text)) {
      if (/^\.{1,2}\//.test(word)) addOwnFile(state, location, file, word);
    }
  };

  /** `{ fs: "unstorage/drivers/fs" }`: what a package says that others may load of it, under its own name. */
  const lookForOwnSubpaths = (state: (typeof states)[number], location: string, file: string, text: string): void => {
    const start = `${packageNameAt(location)}/`;
    if (!text.includes(start)) return;
    for (const [word] of quotedWords(text)) if (word.startsWith(start)) addOwnFile(state, location, file, word);
  };

  const addOwnFile = (state: (typeof states)[number], location: string, file: string, word: string): void => {
    const found = resolveFrom(word, file);
    if (found?.location === location && isCode(found)) state.modules.set(found.path, found);
  };

  /** `new URL("../eslintrc.json", import.meta.url)`: a configuration that a package has beside its code, for others to read. */
  const lookAtOwnConfigurations = (
    state: (typeof states)[number],
    location: string,
    file: string,
    text: string,
  ): void => {
    for (const [word] of quotedWords(text)) {
      const path = /^\.{1,2}\/.*\.json$/.test(word) ? join(dirname(file), word) : undefined;
      if (path?.startsWith(location + sep) && disk.stat(path) === "file") lookAtData(state, location, path);
    }
  };

  /** A field that a tool's own manifest, or a plugin's, has for a package of the tool: `"oclif": { "plugins": [ … ] }`. */
  const lookAtManifest = (state: (typeof states)[number], names: ReadonlySet<string>, location: string): void => {
    const path = join(location, "package.json");
    if (state.looked.has(path)) return;
    state.looked.add(path);
    for (const [field, text] of configuringFields(textOf(path), names)) {
      if (field === "dependencies") continue;
      lookForNames(state, location, path, jsonTexts(text), text);
      for (const [word] of text.matchAll(/(?<=")\.\/[^"*]+/g)) addOwnFiles(state, location, word);
    }
    addListed(state, location);
  };

  /** `"builders": "builders.json"`: what a plugin lists in a file of its own, `"./src/application#default"`, for its tool to load. */
  const addListed = (state: (typeof states)[number], location: string): void => {
    for (const list of Object.values(fieldsOf(textOf(join(location, "package.json"))))) {
      if (typeof list !== "string" || !/^(?:\.\/)?[\w/-]+\.json$/.test(list)) continue;
      const text = textOf(join(location, list));
      if (text.length > MOST_TEXT) continue;
      const folder = relative(location, dirname(join(location, list)));
      for (const [word] of text.matchAll(/(?<=")\.{1,2}\/[^"*#]+/g)) addOwnFiles(state, location, join(folder, word));
    }
  };

  /** `./lib/commands`, `./lib/hooks/init`: a module of the package, or all of a folder. */
  const addOwnFiles = (state: (typeof states)[number], location: string, word: string): void => {
    const path = join(location, word);
    const files = disk.stat(path) === "dir" ? listFiles(path, disk) : [path];
    for (const file of files) addOwnFile(state, location, join(location, "noop.js"), `./${relative(location, file)}`);
  };

  const addModule = (state: (typeof states)[number], path: string): void => {
    const found = resolveFrom(path, path);
    if (found !== undefined && (found.format === "commonjs" || found.format === "module"))
      state.modules.set(found.path, found);
  };

  /** The packages that a tool's package and its plugins reach. */
  const treeOf = (state: (typeof states)[number], { edges }: SoFar): Set<string> => {
    const targets = new Map<string, string[]>();
    for (const { from, to, file } of edges) {
      const start = options.isFirstParty(from) ? file : from;
      targets.set(start, [...(targets.get(start) ?? []), to]);
    }
    const tree = new Set([state.tool, ...state.named.keys()]);
    for (const path of state.modules.keys()) for (const to of targets.get(path) ?? []) tree.add(to);
    for (const location of tree)
      for (const to of targets.get(location) ?? []) if (!options.isFirstParty(to)) tree.add(to);
    return tree;
  };

  return {
    more(reached) {
      addHooks(reached);
      const found: Resolution[] = [];
      for (const state of states) {
        const tree = treeOf(state, reached);
        const imported = importsOf(reached.files);
        for (const { path, location, facts } of reached.files) {
          if (!tree.has(location) || state.looked.has(path)) continue;
          state.looked.add(path);
          const text = textOf(path);
          const own = imported.get(location);
          const named = new Set(
            facts.uses.flatMap(({ capability, target }) => (capability === "names" ? [packageNameOf(target)] : [])),
          );
          lookForNames(state, location, path, quotedWords(text), text, (name) =>
            own?.has(name) && !named.has(name) ? [] : spellingsOf(name),
          );
          // `plugins.push(require.resolve(`@babel/plugin-syntax-${name}`))`: somebody else is to load any of them.
          if (
            facts.uses.some(
              ({ capability, target }) => capability === "unanalyzed" && target === "computed require.resolve",
            )
          ) {
            lookForNames(
              state,
              location,
              path,
              options.declaredNames(location).map((name) => [name, 0] as const),
              text,
            );
          }
          if (location !== state.tool && isLoader(facts)) lookForNamesOfTool(state, path, text);
          if (state.named.has(location) || isLoader(facts)) lookForOwnFiles(state, location, path, text);
          lookForOwnSubpaths(state, location, path, text);
          lookAtOwnConfigurations(state, location, path, text);
        }
        lookAtConfigurations(state, tree);
        found.push(...state.modules.values());
      }
      return found;
    },
    edges(reached) {
      const added = new Map<string, ImportEdge>();
      for (const state of states) {
        const tree = treeOf(state, reached);
        const loaders = new Set<string>();
        for (const { location, facts } of reached.files) {
          if (tree.has(location) && isLoader(facts)) loaders.add(location);
        }
        const own = [...state.modules.values()].find(
          ({ location }) => location !== undefined && options.isFirstParty(location),
        );
        for (const from of loaders) {
          for (const { location: to, specifier, file, use } of state.named.values()) {
            if (to !== from) added.set(`${from}\0${to}`, { from, to, specifier, file, use });
          }
          if (own === undefined) continue;
          const use: Use = { capability: "names", target: ".", ...makePlaces(textOf(own.path))(0) };
          added.set(`${from}\0${own.location}`, { from, to: own.location!, specifier: own.path, file: own.path, use });
        }
      }
      return [...added.values()];
    },
    changes(reached) {
      return states.flatMap((state) =>
        [...treeOf(state, reached)].flatMap((from) => {
          const pattern = FILLED_IN.get(packageNameAt(from));
          if (pattern === undefined) return [];
          return [...state.named.values()].flatMap(({ location: to, specifier, file, use }) =>
            pattern.test(packageNameAt(to)) ? [{ from, to, specifier, file, use }] : [],
          );
        }),
      );
    },
  };
}

function isLoader({ uses }: FileFacts): boolean {
  return uses.some(({ capability, target }) => LOADER_USES[capability]?.test(target));
}

/** To Node a style sheet and a declaration of types are CommonJS; nobody has them loaded. */
function isCode({ path, format }: Resolution): boolean {
  return (format === "commonjs" || format === "module") && (/\.[cm]?js$/.test(path) || !basename(path).includes("."));
}

/** The short texts in quotes of a program. */
function* quotedWords(text: string): Generator<readonly [string, number]> {
  for (const match of text.matchAll(/(["'`])([@\w.][^"'`\s\\]{0,120})\1/g)) yield [match[2]!, match.index + 1];
}

/** The texts of a file of JSON, keys too. */
function* jsonTexts(text: string): Generator<readonly [string, number]> {
  for (const match of text.matchAll(/"([@\w][\w./@:-]{0,120})"/g)) yield [match[1]!, match.index + 1];
}

/** The packages that each package imports itself: it names them for nobody else. */
function importsOf(files: readonly ReachedFile[]): Map<string, Set<string>> {
  const imported = new Map<string, Set<string>>();
  for (const { location, facts } of files) {
    let names = imported.get(location);
    if (names === undefined) imported.set(location, (names = new Set()));
    for (const { capability, target } of facts.uses) {
      const name = capability === "require" || capability === "import" ? packageNameOf(target) : undefined;
      if (name !== undefined) names.add(name);
    }
  }
  return imported;
}

/** `cssnano: { … }`: the keys of objects of a program. */
function* keys(text: string): Generator<readonly [string, number]> {
  for (const match of text.matchAll(/(?<![\w$])([A-Za-z_$][\w$]*)\s*:/g)) yield [match[1]!, match.index];
}

/** The words of a configuration, in JSON, YAML or TOML. */
function* words(text: string): Generator<readonly [string, number]> {
  for (const match of text.matchAll(/[@\w./<~][\w./@:<>~-]*/g)) yield [match[0], match.index];
}
