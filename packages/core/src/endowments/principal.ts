import type { Dispatcher } from "./net/default-dispatcher.ts";
import type { ScopeFolders } from "../policy/scope-place.ts";
import type { CanonicalName, PackagePolicy } from "../policy/types.ts";
import type { Denial } from "../audit/denial.ts";
import type { UseListener } from "../audit/use.ts";
import type { NodeLauncher, WorkerLauncher, WorkerOrigin } from "./subprocess/launchers.ts";

/** Whose authority is used: one package instance with its effective policy. */
export interface Principal {
  readonly name: CanonicalName;
  /** Real absolute folder of the package. */
  readonly location: string;
  /** The root application (and workspace members) under `"root": "trusted"`: no bounds. */
  readonly trusted: boolean;
  /**
   * Generated policy with overrides applied and `pending` left out; deep-frozen.
   * HAZARD: grants can be dropped while the program runs: it is then another
   * object. What is derived from it goes through `derivedFromPolicy`.
   */
  readonly policy: PackagePolicy;
  /**
   * Reports a use of authority that the policy does not cover, and says whether
   * it must be refused: `true` always, but for `--audit` and `--learn`, where
   * the use is recorded and goes through.
   *
   *     if (!covered && principal.denies({ capability: "fs.read", target })) throw enoent(target);
   */
  denies(denial: Omit<Denial, "principal">): boolean;
  /** Where grants can be dropped: calls the listener each time that they were. */
  readonly whenNarrowed?: ((listener: () => void) => void) | undefined;
  /** In a learning run, of a principal with bounds: told of each use that the policy covers. */
  readonly uses?: UseListener | undefined;
}

/** Node's own, unattenuated modules. Only moat's own code ever holds this. */
export interface Powers {
  /** The real builtin module, by its name without `node:`; loaded on first use. */
  builtin(name: string): any;
  readonly process: NodeJS.Process;
  /** The real global object as it was before moat emptied it. */
  readonly globals: Readonly<Record<string, any>>;
}

/** What the loader of a principal offers to attenuators such as `module` and `vm`. */
export interface PrincipalLoader {
  /** `createRequire(filename)` under the principal's own authority. */
  createRequire(filename: string): NodeJS.Require;
  /** `import(specifier)` from the given file, under the principal's own authority. */
  importModule(specifier: string, referrer: string): Promise<unknown>;
  /** Compiles a script's text in the principal's compartment; returns its completion value. */
  evaluate(source: string, options?: { filename?: string; global?: object }): unknown;
  /** As `vm.compileFunction`/`new Function`: parameters and body in the compartment. */
  compileFunction(
    parameters: readonly string[],
    body: string,
    options?: { filename?: string; global?: object; kind?: "function" | "async" | "generator" | "asyncGenerator" },
  ): Function;
  readonly globalThis: object;
  /** The exports of the native addon at an absolute path, as `require` gives them; `flags` are the dynamic linker's. */
  openAddon?(path: string, flags: number | undefined): unknown;
  /** Where the places of a loaded file's compiled text lie in its source; undefined for any other file. */
  sourcePositions?(fileName: string): SourcePositions | undefined;
  /** Has V8 compile what is loaded from now on, and use no code of earlier runs. */
  compileAnew?(): void;
  /** Where an error that the principal holds was made: lines and columns from 1. */
  errorOrigin?(error: object): { file: string | null; line: number | null; column: number | null } | undefined;
}

/** Undoes what the loader's transform moved; offsets in UTF-16 units. */
export interface SourcePositions {
  readonly bodyStart: number;
  readonly sourceLength: number;
  offsetOf(textOffset: number): number;
  startOf(textOffset: number): number;
  isOwn(textStart: number, textEnd: number): boolean;
}

/** Whose text is at work, as the stack shows it. */
export interface Caller {
  /** Who certainly calls or writes. */
  readonly principal: Principal | undefined;
  /** Whose text is nearest; only to be told. */
  readonly nearest: Principal | undefined;
}

/** Everything that a factory of facades is given. */
export interface EndowmentContext {
  readonly principal: Principal;
  readonly powers: Powers;
  readonly paths: ScopeFolders;
  readonly loader: PrincipalLoader;
  /** The principal's own facade of another builtin, made on first use and then the same. */
  builtin(name: string): any;
  /** Kept by realm, not by principal: one value for each key, made once (hardened classes, registries). */
  shared<T>(key: string, make: () => T): T;
  /** Absolute paths of moat's own files and of whatever else no package may ever touch. */
  readonly reservedPaths: readonly string[];
  /** Those of them that no package may read either: moat's secret, and the stores that begin with it. */
  readonly secretPaths: readonly string[];
  /** Denied uses are recorded and let through. */
  readonly audit?: boolean;
  /** The project's own modules that an entry reaches, by real absolute path: not writable by default, nor what would be loaded in the place of one (a folder would not). */
  readonly entryModules: { has(path: string, isFolder?: boolean): boolean };
  /** Real locations of the dependencies that the principal may import: who reads `<package>` may read their files too. */
  readonly importable?: readonly string[];
  /** Whether it is a test runner: has the project's modules run, with globals of its own. It writes no modules then. */
  readonly runsTests?: boolean;
  /** Whether it runs modules of the project as its own code, so that what test runners set up for these is for it; absent where it can't come to. */
  readonly evaluatesProject?: () => boolean;
  /** Code that was loaded before moat may have put something in the place of Node's functions, to see what they are called with. */
  readonly isTraced?: true;
  /** The application's: what it puts in the place of timers and `Date` is the clock of packages that are loaded from now on. */
  readonly sharesClock?: () => void;
  /** The application's: what a package that shares `fetch.dispatcher` has put in the place of Node's. */
  readonly sharedDispatcher?: (symbol: symbol) => Dispatcher | undefined;
  /** Whose text calls a method that all share; without it, nobody's. See `export-writer.ts`. */
  readonly callerOf?: (method: Function, name: string) => Caller;
  /** How a child `node` comes up under moat; without it such children are refused. */
  readonly nodeLauncher?: NodeLauncher;
  /** How a worker comes up under moat; without it workers are refused. */
  readonly workerLauncher?: WorkerLauncher;
  /** In a worker: what it was started with, and by whom. */
  readonly worker?: WorkerOrigin;
  /** In a worker or a child: the variables that only its starter sees. */
  readonly ownVariables?: { readonly principal: CanonicalName; readonly variables: ReadonlyMap<string, string> };
  /** Other threads may send objects from the start: in a worker, and in a host's process, which has workers that moat knows nothing of. */
  readonly hearsThreads?: boolean;
}

/**
 * Makes a principal's facade of one builtin module: a fresh object whose members
 * are harmless, attenuated, or absent. The caller filters it down to the
 * members that the policy lists and hardens it.
 */
export type BuiltinFactory = (context: EndowmentContext) => object;
