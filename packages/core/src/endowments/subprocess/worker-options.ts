import type { EndowmentContext } from "../principal.ts";
import { textsOf } from "../texts-of.ts";
import type { Preload } from "../../policy/preload.ts";
import { workerVariables } from "./child-env.ts";
import { preloadsIn } from "./node-arguments.ts";

/** What becomes of each option of `Worker`; one without a row is dropped. */
const WORKER_OPTIONS: Readonly<Record<string, readonly [rule: "copy" | "own" | "drop", why: string]>> = {
  eval: ["own", "the text runs in the principal's compartment"],
  workerData: ["own", "travels inside moat's own"],
  env: ["own", "without loader variables; SHARE_ENV is a copy of the principal's own"],
  argv: ["own", "strings"],
  stdin: ["copy", "a pipe"],
  stdout: ["copy", "a pipe"],
  stderr: ["copy", "a pipe"],
  name: ["copy", "a text"],
  resourceLimits: ["own", "numbers"],
  transferList: ["copy", "the caller's own objects"],
  trackUnmanagedFds: ["drop", "always on"],
  execArgv: ["own", "what the application has loaded first is loaded under moat; other flags of node are left out"],
  type: ["drop", "not Node's"],
};

const LIMITS = ["maxYoungGenerationSizeMb", "maxOldGenerationSizeMb", "codeRangeSizeMb", "stackSizeMb"] as const;

export interface WorkerOptionsRead {
  /** For the real Worker, but for what the launcher says. */
  readonly node: Record<string, unknown>;
  readonly isEval: boolean;
  readonly workerData: unknown;
  readonly env: Record<string, string>;
  readonly visible: readonly string[];
  readonly argv: readonly string[];
  /** What is to be loaded first; undefined where nothing is said of it, and for packages. */
  readonly preload?: readonly Preload[] | undefined;
}

/** Reads a caller's options once. */
export function readWorkerOptions(context: EndowmentContext, given: unknown): WorkerOptionsRead {
  const source = typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {};
  const node: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(WORKER_OPTIONS)) {
    if (WORKER_OPTIONS[name]![0] !== "copy") continue;
    const value = source[name];
    if (value !== undefined)
      node[name] = name === "transferList" ? value : name === "name" ? `${value as string}` : Boolean(value);
  }
  const { resourceLimits, env, argv, execArgv, workerData, eval: isEval } = source;
  if (typeof resourceLimits === "object" && resourceLimits !== null) {
    const limits: Record<string, number> = Object.create(null);
    for (const name of LIMITS) {
      const value = (resourceLimits as Record<string, unknown>)[name];
      if (typeof value === "number") limits[name] = value;
    }
    node.resourceLimits = limits;
  }
  const isShared = env === context.powers.builtin("worker_threads").SHARE_ENV;
  return {
    node,
    isEval: Boolean(isEval),
    workerData,
    ...workerVariables(context, isShared ? undefined : env),
    argv: Array.isArray(argv) ? textsOf(argv) : [],
    preload: context.principal.trusted && Array.isArray(execArgv) ? preloadsIn(textsOf(execArgv)) : undefined,
  };
}
