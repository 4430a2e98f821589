import type { ModuleFormat } from "@moat/core/model";

/** Where something stands in a source text. Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** The line's text, cut and with control characters escaped. */
  readonly snippet: string;
}

/**
 * What kind of thing a file does.
 *
 * | capability | target |
 * | --- | --- |
 * | `import`, `require` | specifier |
 * | `file` | path relative to the file, of a script that is started as a worker or child |
 * | `script` | path relative to the file, of a script that the package may start so; or what the path of such a script ends in, after `*` |
 * | `computed` | `prefix*suffix` of a specifier that is not constant, as far as it is known |
 * | `global` | name |
 * | `builtin` | `fs` (imported), `fs.readFile` (member), `fs.*` (escapes as a value) |
 * | `env` | key, or `DEBUG_*` for a prefix |
 * | `sets-env` | key that is assigned to |
 * | `env-reader` | name of a function that reads the key which it gets |
 * | `global-reader` | the same of a function that reads a global |
 * | `global-call` | `function name`: one of Node's globals, named in a call |
 * | `key-call` | `function KEY`: a constant that may be such a key, and the function or property that it is given to |
 * | `key-name` | `KEY`, where the program describes what may be such a key: `{ PORT: { type: "number" } }` |
 * | `fs` | `read`, `write`, `tmp`, `own 1` (read in its package, on a way that leads one folder above the file's), or a project file that it names, `./.env` |
 * | `connect`, `listen` | endpoint |
 * | `command` | program |
 * | `worker` | empty |
 * | `native` | path or specifier of the addon, or `*` where a loader looks for it |
 * | `defines`, `reads` | name of a property of the global object that Node does not have, or `Reflect.*` |
 * | `adds` | what is added to the language for everybody: `String.prototype.red`, or `String.prototype.*` by a name that can't be seen |
 * | `defines-any` | empty: a global by a computed name |
 * | `dispatcher` | empty: the place on the global object is named where Node keeps what carries `fetch` |
 * | `carries` | empty: something is put in the place of `http.ClientRequest`, `request` or `get`, or the same of `https` |
 * | `hands-global` | empty: the global object goes where it can't be followed |
 * | `handed` | name of a harmless global, read off an object that may be the global one |
 * | `calls` | `specifier first-argument`: a constant string handed to an imported function |
 * | `names` | specifier that is named for somebody else to load: `require.resolve("babel-jest")` |
 * | `sought` | specifier that is looked for in other folders, too: `require.resolve("typescript", { paths })` |
 * | `changes` | specifier of a package: something that it exports is assigned to, defined or deleted |
 * | `unanalyzed` | why |
 */
export type Capability =
  | "import"
  | "require"
  | "file"
  | "script"
  | "computed"
  | "global"
  | "builtin"
  | "env"
  | "env-reader"
  | "global-reader"
  | "global-call"
  | "sets-env"
  | "key-call"
  | "key-name"
  | "fs"
  | "connect"
  | "listen"
  | "command"
  | "worker"
  | "native"
  | "defines"
  | "reads"
  | "adds"
  | "defines-any"
  | "dispatcher"
  | "carries"
  | "hands-global"
  | "handed"
  | "calls"
  | "names"
  | "sought"
  | "changes"
  | "unanalyzed";

/** One use of authority that is visible in one file; the first of its kind. */
export interface Use extends Place {
  readonly capability: Capability;
  readonly target: string;
}

/** Everything that the analyser knows about one file. Plain JSON. */
export interface FileFacts {
  readonly format: ModuleFormat;
  readonly uses: readonly Use[];
}

/** What is known of a file before its text is read. */
export interface SourceInfo {
  readonly format: ModuleFormat;
  /** A file without a declared type: read as CommonJS, and as a module where that fails. */
  readonly ambiguous?: boolean;
  /** The builtins that specifiers in it lead to by the manifest's `imports`: `#async_hooks` to `async_hooks`. */
  readonly builtinImports?: Readonly<Record<string, string>>;
  /** Only for messages. */
  readonly path: string;
}

/** What `unanalyzed` says of a read of the environment whose key can't be seen, … */
export const COMPUTED_KEY = "computed environment key";
/** … and of all variables in one place: a list of them, or the object handed on. */
export const WHOLE_ENVIRONMENT = "environment used as a whole";

/** Whether it reads variables of the environment that the text does not name. */
export function readsUnknownVariables(capability: Capability, target: string): boolean {
  return capability === "unanalyzed" && (target === COMPUTED_KEY || target === WHOLE_ENVIRONMENT);
}

/** Whether it loads a module by a name that stands there. */
export const isImport = ({ capability }: Use): boolean => capability === "import" || capability === "require";

/** Whether it runs a script of the package's choice in a worker or a child. */
export function startsScripts({ capability, target }: Use): boolean {
  return capability === "worker" || (capability === "builtin" && target === "child_process.fork");
}
