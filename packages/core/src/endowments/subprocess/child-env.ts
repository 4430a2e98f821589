import { delimiter, isAbsolute, sep } from "node:path";
import type { EndowmentContext } from "../principal.ts";
import { isWithin } from "../fs/path-scopes.ts";
import { makeEnvCovers, visibleVariables } from "../process/env.ts";
import { principalProcess } from "../process/process.ts";
import { BASELINE_VARIABLES, isSeveralNames, LOADER_VARIABLES, matchesVariable } from "./loader-variables.ts";

/**
 * The folders where granted programs are looked for: moat's own `PATH` without
 * relative entries, and without those that packages fill. Under `npm run` the
 * first entry is `node_modules/.bin`, where any dependency may have put a `git`.
 */
export function programFolders(context: EndowmentContext): readonly string[] {
  const { project, tmp } = context.paths;
  return (context.powers.process.env.PATH ?? "")
    .split(delimiter)
    .filter(
      (folder) =>
        isAbsolute(folder) &&
        !folder.split(sep).includes("node_modules") &&
        !isWithin(folder, project) &&
        !isWithin(folder, tmp),
    );
}

/**
 * The environment of a child: what programs need at all, what the principal
 * itself may see, and what it adds; never a variable that loads code.
 *
 * @param additions the caller's `env` option, which replaces the principal's own as in Node
 */
export function childEnv(context: EndowmentContext, additions: unknown): Record<string, string> {
  const { principal, powers } = context;
  const env: Record<string, string> = Object.create(null);
  const real = powers.process.env;
  for (const name of Object.keys(real)) {
    if (matchesVariable(BASELINE_VARIABLES, name)) env[name] = real[name]!;
  }
  const given: unknown = additions ?? (principalProcess(context) as NodeJS.Process).env;
  const own = typeof given === "object" && given !== null ? (visibleVariables(given) ?? given) : given;
  if (typeof own === "object" && own !== null) {
    // for-in: Node takes inherited variables too.
    for (const name in own) {
      if (isSeveralNames(name)) continue;
      if (!principal.trusted && matchesVariable(LOADER_VARIABLES, name)) continue;
      const value = (own as Record<string, unknown>)[name];
      if (value !== undefined) env[name] = `${value as string}`;
    }
  }
  env.PATH = programFolders(context).join(delimiter);
  return env;
}

/**
 * What a `node` that comes up under moat has besides, as a worker has: the program's variables that the principal
 * does not see, of which each package there sees what its policy says. None where the caller has left out what it
 * does see: such an environment is one of its own making.
 *
 * @param env what `childEnv` has made of the caller's
 */
export function othersVariables(context: EndowmentContext, env: Readonly<Record<string, string>>): typeof env {
  const { principal, powers } = context;
  const others: Record<string, string> = Object.create(null);
  if (principal.trusted) return others;
  const seen = visibleVariables((principalProcess(context) as NodeJS.Process).env) ?? {};
  if (!Object.keys(seen).every((name) => name in env)) return others;
  const mayRead = makeEnvCovers(principal.policy.env ?? [], powers.process.platform === "win32");
  for (const [name, value] of Object.entries(powers.process.env)) {
    // What it may read and does not see, it has deleted.
    if (value === undefined || name in env || mayRead(name) || matchesVariable(LOADER_VARIABLES, name)) continue;
    others[name] = value;
  }
  return others;
}

/** The variables of a worker. */
export interface WorkerVariables {
  readonly env: Record<string, string>;
  /** Those among them that the principal that starts it sees in any case. */
  readonly visible: readonly string[];
}

/**
 * The environment of a worker. Without an `env` of the caller's, it is the
 * program's own with what the caller changed in it, and each package in the
 * worker sees of it what its policy says.
 */
export function workerVariables(context: EndowmentContext, given: unknown): WorkerVariables {
  const { principal, powers } = context;
  const isOwn = typeof given !== "object" || given === null;
  const source: object = isOwn ? (principalProcess(context) as NodeJS.Process).env : given;
  const variables: object = visibleVariables(source) ?? source;
  const env: Record<string, string> = Object.create(null);
  if (isOwn) for (const name of Object.keys(powers.process.env)) env[name] = powers.process.env[name]!;
  const visible: string[] = [];
  for (const name in variables) {
    if (isSeveralNames(name)) continue;
    if (!principal.trusted && matchesVariable(LOADER_VARIABLES, name)) continue;
    const value = (variables as Record<string, unknown>)[name];
    if (value === undefined) continue;
    env[name] = `${value as string}`;
    visible.push(name);
  }
  return { env, visible };
}
