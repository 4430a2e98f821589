import { delimiter, isAbsolute, sep } from "node:path";
import type { EndowmentContext, Principal } from "../principal.ts";
import { isWithin } from "../fs/path-scopes.ts";
import { makeEnvCovers } from "../../policy/env-covers.ts";
import { visibleVariables } from "../process/env.ts";
import { principalProcess } from "../process/process.ts";
import { carriesTraffic, leadsHome, standsInFiles } from "../process/traffic-variables.ts";
import { isModeName, isModeVariable } from "../../policy/mode-variables.ts";
import {
  BASELINE_VARIABLES,
  isSeveralNames,
  LOADER_VARIABLES,
  matchesVariable,
  TEMP_VARIABLES,
} from "./loader-variables.ts";

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
  const { principal } = context;
  const env = baseline(context);
  const given: unknown = additions ?? (principalProcess(context) as NodeJS.Process).env;
  if (typeof given === "object" && given !== null) Object.assign(env, givenVariables(principal, given));
  env.PATH = programFolders(context).join(delimiter);
  return env;
}

/** What a principal gives to a process or thread: the `env` of its options, or its own environment. Each is read once. */
function givenVariables({ trusted }: Principal, source: object): Record<string, string> {
  const given: Record<string, string> = Object.create(null);
  const variables = (visibleVariables(source) ?? source) as Record<string, unknown>;
  // for-in: Node takes inherited variables too.
  for (const name in variables) {
    if (isSeveralNames(name) || (!trusted && matchesVariable(LOADER_VARIABLES, name))) continue;
    const value = variables[name];
    if (value !== undefined) given[name] = `${value as string}`;
  }
  return given;
}

function baseline({ powers }: EndowmentContext): Record<string, string> {
  const env: Record<string, string> = Object.create(null);
  const real = powers.process.env;
  for (const name of Object.keys(real)) {
    if (matchesVariable(BASELINE_VARIABLES, name)) env[name] = real[name]!;
  }
  return env;
}

/** The environment of a process or thread that comes up under moat, where each package sees what its policy says. */
export interface SharedEnvironment {
  readonly env: Record<string, string>;
  /** What whoever starts it sees there in any case: it gave that itself, or saw it before. */
  readonly visible: readonly string[];
}

/** Before the names of variables that whoever starts a process or thread has there for itself. HAZARD: packages give none that begin so. */
const OWN = "MOAT_OWN_";

/**
 * The environment of a `node` that comes up under moat: beside what its starter has it see, the program's variables
 * that the starter does not see. None of these where it has left out what it does see: such an
 * environment is one of its own making.
 *
 * @param env what `childEnv` has made of the caller's
 */
export function nodeVariables(context: EndowmentContext, env: Readonly<Record<string, string>>): SharedEnvironment {
  return merged(context, env, { ...baseline(context), ...othersVariables(context, env) });
}

function othersVariables(context: EndowmentContext, env: Readonly<Record<string, string>>): Record<string, string> {
  const { principal, powers } = context;
  const others: Record<string, string> = Object.create(null);
  const seen = visibleVariables((principalProcess(context) as NodeJS.Process).env) ?? {};
  if (!Object.keys(seen).every((name) => name in env)) return others;
  const mayRead = makeEnvCovers(principal.policy.env ?? [], powers.process.platform === "win32");
  for (const [name, value] of Object.entries(powers.process.env)) {
    // What it may read and does not see, it has deleted.
    if (value === undefined || (mayRead(name) && !(name in env)) || matchesVariable(LOADER_VARIABLES, name)) continue;
    others[name] = value;
  }
  return others;
}

/**
 * The environment of a worker. Without an `env` of the caller's, it is the
 * program's own with what the caller changed in it.
 */
export function workerVariables(context: EndowmentContext, given: unknown): SharedEnvironment {
  const { principal, powers } = context;
  const isOwn = typeof given !== "object" || given === null;
  const source: object = isOwn ? (principalProcess(context) as NodeJS.Process).env : given;
  return merged(
    context,
    givenVariables(principal, source),
    isOwn ? (powers.process.env as Record<string, string>) : {},
  );
}

function merged(
  context: EndowmentContext,
  given: Readonly<Record<string, string>>,
  programs: Readonly<Record<string, string>>,
): SharedEnvironment {
  const env: Record<string, string> = Object.assign(Object.create(null), programs);
  const visible: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (isForAll(context, name, value)) {
      env[name] = value;
      visible.push(name);
    } else env[OWN + name] = value;
  }
  return { env, visible };
}

/**
 * By which others print what they do, where a package reads what they print. By `NODE_DEBUG` Node prints the headers of
 * everybody's requests.
 */
const TELLING = /^node_debug|(?:^|_)(?:debug|verbose|verbosity|trace|log|log_?level)$/i;

/**
 * Whether what a principal gives to a process or thread is there for all packages.
 * HAZARD: a package that starts one could else have another's requests, and the secrets in them, go to an
 * address of its own there (`AWS_ENDPOINT_URL`, `HTTPS_PROXY`), or be printed for it, as it can't in the program.
 */
function isForAll(context: EndowmentContext, name: string, value: string): boolean {
  const { principal, powers } = context;
  const { env, argv } = powers.process;
  // Those of loaders are not the package's by now.
  if (principal.trusted || env[name] === value || matchesVariable(LOADER_VARIABLES, name)) return true;
  // `cross-env API_URL=… node index.js`. HAZARD: the arguments of a child are its starter's words.
  if (context.ownVariables === undefined && argv.includes(`${name}=${value}`)) return true;
  const set = { capability: "env.set", target: name, via: "in a child" } as const;
  if (carriesTraffic(name, value)) return mayDirect(context, name, value) || !principal.denies(notByPolicy(set));
  const isOthers =
    matchesVariable(TEMP_VARIABLES, name) || TELLING.test(name) || (isModeVariable(name) && !isModeName(value));
  return !isOthers || !principal.denies({ ...set, never: true, quiet: true });
}

/** HAZARD: packages that connect are granted the names of proxies, to read them, without anybody's word. */
const PROXY = /_proxy$/i;
const notByPolicy = (denial: { capability: string; target: string; via: string }): typeof denial & { never?: true } =>
  PROXY.test(denial.target) ? { ...denial, never: true } : denial;

/** Whether a package may say where others' requests go: where the policy or the project's files say so, or no further than this machine. */
function mayDirect(context: EndowmentContext, name: string, value: string): boolean {
  const { policy } = context.principal;
  const isListed =
    !PROXY.test(name) && makeEnvCovers(policy.env ?? [], context.powers.process.platform === "win32")(name);
  const listens = (policy.net?.listen ?? []).length > 0;
  return isListed || (!listens && leadsHome(value)) || standsInFiles(context, name, value);
}

/** In a process or thread that was started: takes what is its starter's alone out of the environment. */
export function takeOwnVariables(env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const own = new Map<string, string>();
  for (const name of Object.keys(env)) {
    if (!name.startsWith(OWN)) continue;
    own.set(name.slice(OWN.length), env[name]!);
    delete env[name];
  }
  return own;
}
