import type { CanonicalName } from "../../policy/types.ts";
import type { Principal } from "../principal.ts";

/** What to start in place of `node file args…` so that the child runs under the same policy. */
export interface NodeLaunch {
  readonly execPath: string;
  /** Everything that follows `execPath`, the file and its arguments included. */
  readonly args: readonly string[];
  /** Variables that the launch needs on top of the child's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Undefined where the file may not be started that way. `file` is absolute. */
export type NodeLauncher = (principal: Principal, file: string, args: readonly string[]) => NodeLaunch | undefined;

/** A worker that a principal asks for, everything in it already coerced and filtered. */
export interface WorkerRequest {
  readonly principal: Principal;
  /** An absolute file, or a text with its format (`eval: true`, `data:` URLs). */
  readonly entry: { readonly file: string } | { readonly source: string; readonly format: "commonjs" | "module" };
  /** The guest's own value, cloned or transferred by Node. */
  readonly workerData: unknown;
  /** The principal's `setEnvironmentData` entries. */
  readonly environmentData: ReadonlyMap<unknown, unknown>;
  readonly env: Readonly<Record<string, string>>;
  /** `process.argv.slice(2)` of the worker. */
  readonly argv: readonly string[];
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
