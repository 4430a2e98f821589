import type { CanonicalName } from "../policy/types.ts";

/** The fields of a `package.json` that moat reads; everything else is ignored. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly type?: "module" | "commonjs";
  readonly main?: string;
  readonly exports?: unknown;
  readonly imports?: unknown;
  readonly peerDependenciesMeta?: unknown;
  readonly bin?: unknown;
  readonly workspaces?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One package on disk: a principal. Its identity is `location`, never its manifest. */
export interface PackageInstance {
  readonly name: CanonicalName;
  /** Real absolute path of its folder, no trailing separator. */
  readonly location: string;
  readonly manifest: Manifest;
  readonly kind: "root" | "workspace" | "dependency";
  /** Names as written in specifiers (`debug`, `@babel/core`) to the location they resolve to. */
  readonly dependencies: ReadonlyMap<string, string>;
}

/** The packages that a project's manifests lead to. */
export interface PackageGraph {
  readonly root: PackageInstance;
  readonly byLocation: ReadonlyMap<string, PackageInstance>;
  readonly byName: ReadonlyMap<CanonicalName, PackageInstance>;
}

/** How Node loads a file. */
export type ModuleFormat = "commonjs" | "module" | "json" | "addon" | "wasm" | "builtin";

/** What Node's resolution makes of a specifier. */
export interface Resolution {
  /** Real absolute path, or for a builtin its name without `node:`. */
  readonly path: string;
  readonly format: ModuleFormat;
  /** Location of the package that the file belongs to; undefined for a builtin. */
  readonly location: string | undefined;
  /** A `.js` or extensionless file in a scope without `type`: its text decides between the formats. */
  readonly ambiguous?: true;
  /** Query and hash of an import's specifier: each is a module of its own. */
  readonly suffix?: string;
}
