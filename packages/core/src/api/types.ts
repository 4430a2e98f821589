import type { Denial } from "../audit/denial.ts";
import type { CanonicalName, Overrides, PackagePolicy, Policy } from "../policy/types.ts";

/** What every way into the API takes. */
export interface HostOptions {
  /**
   * Absolute folder of the project, whose `node_modules` packages come from.
   * Otherwise that of the program that was started (`process.argv[1]`); never the working directory.
   */
  readonly project?: string;
  /** Records denied uses and lets them through. For programs that you trust. */
  readonly audit?: boolean;
  /** Told of every denial; without a listener, denials are told on stderr. */
  readonly onDenial?: DenialHandler;
  /**
   * Takes every power off the real global object and freezes it, as `moat run` does.
   * The host's own code then has no `process`, `console` or `fetch` but what it imports.
   */
  readonly secondWall?: boolean;
}

/** Of `moat()`. */
export interface MoatOptions extends HostOptions {
  /** In the place of `moat.policy.json`, in the same form. Its `pending` is denied. */
  readonly policy?: Policy;
  /** In the place of `moat.overrides.json`; none, where `policy` is given and these are not. */
  readonly overrides?: Overrides;
}

/** Gets each denial, frozen, in the middle of the call that was denied. What it throws is an uncaught exception of the host. */
export type DenialHandler = (denial: Denial) => void;

/** Packages of a project, under its policy. */
export interface MoatApp {
  /** As `import(specifier)` in a file at the top of the project. The project's own modules are the trusted application. */
  import(specifier: string): Promise<Record<string, unknown>>;
  /** As `require(specifier)` there. */
  require(specifier: string): unknown;
  /** Node's builtin as the trusted application has it: what makes connections once the process is locked down. */
  builtin(name: string): unknown;
  /** Returns what ends the subscription. */
  onDenial(handler: DenialHandler): () => void;
  /** What a package may do now. */
  policyOf(name: CanonicalName): PackagePolicy | undefined;
  /**
   * Takes grants away from a package, from its next use on. There is no way back.
   * @throws {MoatError} `MOAT_PACKAGE_UNKNOWN`, `MOAT_GRANT_BROADER`
   */
  drop(name: CanonicalName, grants: Droppable): void;
}

/** What a package that is loaded by itself may use. A field that is absent grants nothing. */
export type LoadGrants = Pick<
  PackagePolicy,
  "env" | "fs" | "net" | "commands" | "native" | "builtins" | "globals" | "shares"
>;

/** Of `moat.load`. */
export interface LoadOptions extends HostOptions {
  /** Other grants for packages of the chain, by canonical name: `{"a>b": {}}`. */
  readonly chain?: Readonly<Record<CanonicalName, LoadGrants>>;
}

/** A package that was loaded with grants of its own. */
export interface LoadedPackage {
  /** What `import()` gives: of a CommonJS package, `module.default` is what it exports. */
  readonly module: Record<string, unknown>;
  readonly name: CanonicalName;
  /** The package and all that it depends on. */
  readonly packages: readonly CanonicalName[];
  onDenial(handler: DenialHandler): () => void;
  policyOf(name?: CanonicalName): PackagePolicy | undefined;
  /** Takes grants away from the package and its chain; named, from one of them. */
  drop(grants: Droppable, name?: CanonicalName): void;
}

/**
 * Grants to take away: `true` is the whole field, a list the grants in it.
 * Builtins and globals are not among them: a function that a package holds can't be taken back.
 */
export interface Droppable {
  readonly packages?: true | readonly string[];
  readonly env?: true | readonly string[];
  readonly fs?: true | { readonly read?: true | readonly string[]; readonly write?: true | readonly string[] };
  readonly net?: true | { readonly connect?: true | readonly string[]; readonly listen?: true | readonly string[] };
  readonly commands?: true | readonly string[];
  readonly workers?: true;
  readonly native?: true | readonly string[];
}

/** The API: a function, with another one on it. See `docs/api.md`. */
export interface Moat {
  /**
   * Locks this process down, the first time, and opens a project under its policy.
   * @throws {MoatError} where the policy can't be read, before anything is locked down
   */
  (options?: MoatOptions): Promise<MoatApp>;
  /** Loads a dependency of the project with these grants, and what it depends on with the same. No policy file is read. */
  load(specifier: string, grants: LoadGrants, options?: LoadOptions): Promise<LoadedPackage>;
}
