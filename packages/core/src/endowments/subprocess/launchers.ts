import type { Preload } from "../../policy/preload.ts";
import type { CanonicalName } from "../../policy/types.ts";
import type { Principal } from "../principal.ts";

/** What to start in place of `node file args…` so that the child runs under the same policy. */
export interface NodeLaunch {
  readonly execPath: string;
  /** Everything that follows `execPath`, the file and its arguments included. */
  readonly args: readonly string[];
  /** How many of them are flags of node's own. */
  readonly flagCount?: number;
}

/** A text in place of a file: `node -e`, `eval: true`, `data:` URLs. */
export interface StartedText {
  readonly source: string;
  readonly format: "commonjs" | "module";
  /** What stacks call it; its `require` looks from the working directory. */
  readonly name?: string;
  /** Its completion value is printed: `node -p`. */
  readonly print?: boolean;
}

/** What a `node` is asked to run, read from its arguments. */
export interface NodeStart {
  /** Absolute. */
  readonly entry: { readonly file: string } | StartedText;
  readonly args: readonly string[];
  /** Flags of node's own that load no code. */
  readonly flags?: readonly string[];
  /** What `--require` and `--import` name: loaded under moat too. */
  readonly preload?: readonly Preload[];
  /** Names of variables that the principal sees there whatever its policy says: it gave them itself, or saw them before. */
  readonly visibleVariables?: readonly string[];
  /** It gets the standard input of this process, which the principal may not read. */
  readonly withholdsInput?: boolean;
  /** Numbers of the pipes that it has besides the standard streams: the principal's, at both ends. */
  readonly pipes?: readonly number[];
}

/** Undefined where it may not be started that way, or for a trusted principal where it has nothing to do with the project. */
export type NodeLauncher = (principal: Principal, start: NodeStart) => NodeLaunch | undefined;

/** A worker that a principal asks for, everything in it already coerced and filtered. */
export interface WorkerRequest {
  readonly principal: Principal;
  /** An absolute file, or a text with its format (`eval: true`, `data:` URLs). */
  readonly entry: { readonly file: string } | StartedText;
  /** The guest's own value, cloned or transferred by Node. */
  readonly workerData: unknown;
  /** The principal's `setEnvironmentData` entries. */
  readonly environmentData: ReadonlyMap<unknown, unknown>;
  readonly env: Readonly<Record<string, string>>;
  /** Names in `env` that the principal sees whatever its policy says: it gave them itself, or saw them before. */
  readonly visibleVariables: readonly string[];
  /** `process.argv.slice(2)` of the worker. */
  readonly argv: readonly string[];
  /** What the application has loaded first; undefined for what its program was started with. */
  readonly preload?: readonly Preload[] | undefined;
}

/**
 * What the real `Worker` is given. The bootstrap file starts moat in the worker,
 * finds a {@link WorkerOrigin} in the `workerData` that it is sent, and only then
 * loads the entry in the compartment of the principal that asked.
 */
export interface WorkerLaunch {
  readonly filename: string | URL;
  readonly workerData: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  readonly execArgv?: readonly string[];
}

export type WorkerLauncher = (request: WorkerRequest) => WorkerLaunch | undefined;

/** In a worker: who started it and with what. Set by the bootstrap. */
export interface WorkerOrigin {
  readonly principal: CanonicalName;
  readonly workerData: unknown;
  readonly environmentData: ReadonlyMap<unknown, unknown>;
  /** The real `parentPort`. */
  readonly parentPort: unknown;
}
