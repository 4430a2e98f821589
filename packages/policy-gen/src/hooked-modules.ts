import { relative, sep } from "node:path";
import type { Resolution, Resolver } from "@moat/core/model";
import { isImport } from "./facts.ts";
import { packageNameAt, packageNameOf, resolveOrNothing, type ReachedFile } from "./reach.ts";
import { hookHoldersOf, MODULE_FINDERS, MODULE_HOOKS } from "./tables/module-hooks.ts";

interface HookedSearchOptions {
  readonly resolver: Resolver;
  readonly isFirstParty: (location: string) => boolean;
  /** Absolute paths of a package's files, those of its dependencies left out. */
  readonly filesOf: (location: string) => readonly string[];
  /** What the project's manifest declares. */
  readonly projectNames: readonly string[];
}

/** A path in quotes that is relative to the file. */
const RELATIVE_TEXT = /(["'`])(\.{1,2}\/[^"'`\n$]{1,200})\1/g;
/** What a file imports, by its text: of what is no JavaScript nothing else is known. */
const IMPORTED_TEXT = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(["'])([^"'\n]{1,200})\1/g;
/** What `ts-node` and its like compile where a name ends in another way, or in none. */
const COMPILED = [".ts", ".tsx", ".mts", ".cts", ".jsx", ".es6", ".es", ".coffee", ".litcoffee"] as const;
const ENDINGS = [...COMPILED, ...COMPILED.map((extension) => `/index${extension}`)];
const ANY_EXTENSION = /\.(?:[cm]?[jt]sx?|json|es6?|(?:lit)?coffee)$/;
/** The same, of a file's name. */
export const COMPILED_FILE: RegExp = ANY_EXTENSION;

/**
 * Modules of the project that it loads by what a package has hooked into its `Module` (`MODULE_HOOKS`): those
 * that `proxyquire("./x")` names, those that a compiler finds (`./x` is `x.ts`), and those that it imports
 * by other names (`@models/user`, where some file's path ends so).
 */
export function makeHookedSearch({ resolver, isFirstParty, filesOf, projectNames }: HookedSearchOptions) {
  const hooks = new Set(projectNames.filter((name) => MODULE_HOOKS.has(name) || MODULE_FINDERS.has(name)));
  const waiting: ReachedFile[] = [];
  let seen = 0;
  let hasHook = false;

  const resolveAny = (file: ReachedFile, specifier: string): Resolution[] => {
    const found =
      resolveOrNothing(specifier, file.path, "require", resolver) ??
      resolveOrNothing(specifier, file.path, "import", resolver);
    return found === undefined ? [] : [found];
  };

  const resolveFrom = (file: ReachedFile, specifier: string): Resolution[] =>
    resolveAny(file, specifier).filter(({ location }) => location !== undefined && isFirstParty(location));

  const compiledFrom = (file: ReachedFile, specifier: string): Resolution[] => {
    const names = [specifier, specifier.replace(/\.[cm]?jsx?$/, "")];
    return names.flatMap((name) => ENDINGS.flatMap((ending) => resolveFrom(file, name + ending)));
  };

  /** Files whose paths end as the specifier does, or as what comes after its first part. */
  const aliasedFrom = (file: ReachedFile, specifier: string): Resolution[] => {
    const whole = specifier.replace(/^[^\p{ID_Start}]+/u, "");
    const tails = new Set([whole, whole.slice(whole.indexOf("/") + 1)].map((tail) => tail.replace(ANY_EXTENSION, "")));
    return filesOf(file.location).flatMap((path) => {
      const plain = `/${relative(file.location, path).split(sep).join("/")}`.replace(ANY_EXTENSION, "");
      const isMeant = [...tails].some(
        (tail) => tail !== "" && (plain.endsWith(`/${tail}`) || plain.endsWith(`/${tail}/index`)),
      );
      return isMeant ? resolveFrom(file, path) : [];
    });
  };

  const modulesOf = (file: ReachedFile, hasHooks: boolean): Resolution[] => {
    const text = resolver.disk.readText(file.path) ?? "";
    const isParsed = !file.facts.uses.some(
      ({ capability, target }) => capability === "unanalyzed" && target.startsWith("syntax: "),
    );
    const imported = isParsed
      ? file.facts.uses.flatMap((use) => (isImport(use) ? [use.target] : []))
      : [...text.matchAll(IMPORTED_TEXT)].map(([, , specifier]) => specifier!);
    const missing = imported.filter((specifier) => resolveAny(file, specifier).length === 0);
    const texts = hasHooks ? [...text.matchAll(RELATIVE_TEXT)].map(([, , path]) => path!) : [];
    return [
      // What is compiled requires what it imports.
      ...imported.flatMap((specifier) => resolveAny(file, specifier)),
      ...texts.flatMap((text) => [...resolveFrom(file, text), ...compiledFrom(file, text)]),
      ...missing.flatMap((specifier) =>
        specifier.startsWith(".") ? compiledFrom(file, specifier) : aliasedFrom(file, specifier),
      ),
    ];
  };

  const namesHooks = (specifier: string): boolean => hookHoldersOf(specifier, packageNameOf(specifier)) !== undefined;
  const importsHook = ({ facts }: ReachedFile): boolean =>
    facts.uses.some((use) => isImport(use) && namesHooks(use.target));

  return ({ files }: { readonly files: readonly ReachedFile[] }) => {
    for (; seen < files.length; seen++) {
      const file = files[seen]!;
      if (isFirstParty(file.location)) waiting.push(file);
      hasHook ||= isFirstParty(file.location) ? importsHook(file) : hooks.has(packageNameAt(file.location));
    }
    if (!hasHook) return [];
    return waiting.splice(0).flatMap((file) => modulesOf(file, importsHook(file)));
  };
}
