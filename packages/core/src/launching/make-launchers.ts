/** How workers and `node` children of a program come up under moat. */
import { dirname, join, sep } from "node:path";
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { assertAnswer } from "../errors/assert-answer.ts";
import { MOAT_FOLDER } from "../moat-folder.ts";
import type { EndowmentContext } from "../endowments/principal.ts";
import type { ScopeFolders } from "../policy/scope-place.ts";
import type { NodeLauncher, WorkerLauncher } from "../endowments/subprocess/launchers.ts";
import type { Principal } from "../endowments/principal.ts";
import type { Resolver } from "../packages/resolver.ts";
import type { Preload } from "../policy/preload.ts";
import type { CanonicalName } from "../policy/types.ts";
import { withoutUsual } from "./own-process-policy.ts";
import { printStartRequest, type StartRequest } from "./start-request.ts";

const CHILD_BOOTSTRAP = join(MOAT_FOLDER, "child-bootstrap.cjs");
const WORKER_BOOTSTRAP = join(MOAT_FOLDER, "worker-bootstrap.cjs");

export interface LauncherOptions {
  readonly execPath: string;
  /** Node's permission flags that this process runs under. */
  readonly belt: readonly string[];
  readonly program: string;
  readonly paths: ScopeFolders;
  readonly audit: boolean;
  readonly logFile?: string | undefined;
  readonly learnFile?: string | undefined;
  readonly store: StartRequest["store"];
  readonly markCode: () => StartRequest["markCode"];
  readonly resolver: Resolver;
  /** What this program was started with. */
  readonly preloads: readonly Preload[];
  /** Locations of the packages that the policy names. */
  readonly names: ReadonlyMap<string, CanonicalName>;
}

export function makeLaunchers(
  options: LauncherOptions,
): Required<Pick<EndowmentContext, "nodeLauncher" | "workerLauncher">> {
  const { names, paths, program, audit, logFile, learnFile, store } = options;
  const known = new Set(names.values());
  const requestFor = (principal: Principal, entry: StartRequest["entry"]): StartRequest | undefined =>
    // A package that the policy does not name has nothing that a child could inherit.
    known.has(principal.name)
      ? { principal: principal.name, program, paths, audit, logFile, learnFile, store, entry }
      : undefined;

  const nodeLauncher: NodeLauncher = (
    principal,
    { entry, args, visibleVariables, flags = [], preload, withholdsInput, pipes },
  ) => {
    if (principal.trusted && "file" in entry && !belongsToTree(entry.file, options)) return undefined;
    const request = requestFor(principal, entry);
    if (request === undefined) return undefined;
    return {
      execPath: options.execPath,
      flagCount: options.belt.length + flags.length,
      args: [
        ...options.belt,
        ...flags,
        CHILD_BOOTSTRAP,
        printStartRequest({
          ...request,
          variables: visibleVariables && withoutUsual(visibleVariables),
          preload,
          withholdsInput,
          pipes,
        }),
        ...args,
      ],
    };
  };
  const workerLauncher: WorkerLauncher = ({
    principal,
    entry,
    workerData,
    environmentData,
    visibleVariables,
    preload,
  }) => {
    const request = requestFor(principal, entry);
    if (request === undefined) return undefined;
    const text = printStartRequest({
      ...request,
      variables: visibleVariables,
      markCode: options.markCode(),
      preload: principal.trusted ? (preload ?? options.preloads) : [],
    });
    return { filename: pathToFileURL(WORKER_BOOTSTRAP), workerData: { request: text, workerData, environmentData } };
  };
  return { nodeLauncher, workerLauncher };
}

/** Whether a file that the application starts is the project's, or one of its packages', installed above it or not. */
function belongsToTree(file: string, { paths, names, resolver }: LauncherOptions): boolean {
  let real: string;
  try {
    real = realpathSync.native(file);
  } catch (error) {
    assertAnswer(error);
    // `node ./worker` means `worker.js`: where it lies is as good as what it is.
    real = file;
  }
  if (real.startsWith(paths.project + sep) || names.has(resolver.ownerOf(real))) return true;
  for (let at = paths.project; dirname(at) !== at; at = dirname(at)) {
    if (real.startsWith(join(dirname(at), "node_modules") + sep)) return true;
  }
  return false;
}
