/**
 * The policy model: what `moat.policy.json` and `moat.overrides.json` say.
 * The format's reference is `docs/policy-format.md`.
 */

/**
 * A principal's name: `.` for the root application, `./packages/a` for a
 * workspace member, and otherwise the shortest dependency path from the root,
 * its package names joined by `>`: `express>debug`, `./packages/a>lodash`.
 */
export type CanonicalName = string;

/** What one package may use. A field that is absent grants nothing. */
export interface PackagePolicy {
  /** Canonical names of the packages that it may import. */
  readonly packages?: readonly string[];
  /** Global names beyond the hardened intrinsics: `console`, `process`, `fetch`. */
  readonly globals?: readonly string[];
  /** Builtin modules without the `node:` prefix; `true` is every member. */
  readonly builtins?: Readonly<Record<string, true | readonly string[]>>;
  /** Environment keys; `*` is all of them (overrides only). */
  readonly env?: readonly string[];
  /** Path scopes: `<package>`, `.`, `./dist`, `<tmp>/x`, or absolute (overrides only). */
  readonly fs?: { readonly read?: readonly string[]; readonly write?: readonly string[] };
  /** Endpoints: `host:port`, `*.example.com:443`, `127.0.0.1:*`, `unix:/path`, `*`. */
  readonly net?: { readonly connect?: readonly string[]; readonly listen?: readonly string[] };
  /** Programs for child_process: `git`; `*` is any program (overrides only). */
  readonly commands?: readonly string[];
  readonly workers?: boolean;
  /** Native addons by path relative to the package. */
  readonly native?: readonly string[];
  /** Global variables that it may define for, and share with, the whole program. */
  readonly shares?: readonly string[];
  /** Packages whose exports it may change: canonical names; `*` is all of them (overrides only). */
  readonly changes?: readonly string[];
}

/** An entry of `moat.policy.json`: its grants, and what waits for acceptance. */
export interface PackageEntry extends PackagePolicy {
  readonly pending?: PackagePolicy;
}

/** An entry of `moat.overrides.json`: replaces the generated entry field by field. */
export interface OverrideEntry extends Omit<PackagePolicy, "packages" | "fs" | "net" | "builtins"> {
  readonly packages?: readonly string[] | false;
  readonly globals?: never[] | readonly string[];
  readonly builtins?: Readonly<Record<string, true | readonly string[]>> | false;
  readonly fs?: PackagePolicy["fs"] | false;
  readonly net?: PackagePolicy["net"] | false;
  readonly reason?: string;
}

/** What `moat.policy.json` says. */
export interface Policy {
  readonly $schema?: string;
  readonly version: 1;
  readonly root: "trusted" | "confined";
  /** Project-relative module paths (`./index.js`), installed commands (`bin:eslint`), and what is loaded before them (`require:dotenv/config`). */
  readonly entries: readonly string[];
  readonly packages: Readonly<Record<CanonicalName, PackageEntry>>;
}

/** What `moat.overrides.json` says. */
export interface Overrides {
  readonly $schema?: string;
  readonly packages: Readonly<Record<CanonicalName, OverrideEntry>>;
}
