import { GRANT_FIELD, grantsOf, type Grant } from "../policy/grant.ts";
import { grantReaches } from "../policy/grant-reach.ts";
import type { OverrideEntry, PackagePolicy } from "../policy/types.ts";
import { below, deniedGrant, type DenialPlaces } from "./denied-grant.ts";
import { escapeForTerminal } from "./escape-for-terminal.ts";
import { quoteForShell } from "./quote-for-shell.ts";
import type { Denial } from "./denial.ts";

/** What is known about the package, to name the step that allows it. */
export interface DenialContext extends DenialPlaces {
  /** What waits for acceptance in its entry. */
  readonly pending?: PackagePolicy | undefined;
  /** What a person wrote about it: there, acceptance changes nothing. */
  readonly override?: OverrideEntry | undefined;
}

/** Between "may not" and the target. */
const VERBS: Readonly<Record<string, string>> = {
  __proto__: null as never,
  "fs.read": "read",
  "fs.write": "write",
  "net.connect": "connect to",
  "net.listen": "listen on",
  dns: "resolve",
  env: "read the environment variable",
  "env.set": "set for other packages the environment variable",
  command: "run",
  worker: "start a worker",
  native: "load the native addon",
  builtin: "use the builtin",
  global: "use the global",
  share: "define for other packages the global",
  change: "change the exports of",
  package: "import",
  intrinsic: "add to the language's own",
  extend: "add for everybody",
  patch: "replace for other packages",
  climb: "lead out of its own folder to",
  process: "use",
  eval: "evaluate",
};

const LONGEST_TARGET = 400;

/**
 * One line without its end: who, what, on what, and what allows it. Safe for a
 * terminal whatever the package made of its names and arguments.
 */
export function formatDenial(denial: Denial, context: DenialContext = {}): string {
  const remedy = remedyOf(denial, context);
  const step =
    remedy === undefined
      ? "no policy allows this"
      : remedy.waits
        ? `it waits for acceptance: ${remedy.command}`
        : `to allow it: ${remedy.command}`;
  const who = denial.principal === "." ? "the application" : escapeForTerminal(denial.principal);
  return `moat: ${who} may not ${deniedAction(denial)}; ${step}`;
}

/** "read /etc/passwd (fs.readFileSync)", escaped. */
export function deniedAction({ capability, target, via }: Denial): string {
  const verb = VERBS[capability] ?? `use ${capability} on`;
  const shown = target.length > LONGEST_TARGET ? `${target.slice(0, LONGEST_TARGET)}…` : target;
  return escapeForTerminal([verb, shown, via === undefined ? "" : `(${via})`].filter((part) => part !== "").join(" "));
}

/** The command that allows what was denied, for a POSIX shell and safe for a terminal. */
export interface Remedy {
  readonly command: string;
  /** Whether the grant is there already and only waits to be accepted. */
  readonly waits: boolean;
}

/** Undefined where no policy allows it. */
export function remedyOf(denial: Denial, context: DenialContext = {}): Remedy | undefined {
  const remedy = remedyInProject(denial, context);
  return remedy && { ...remedy, command: inProject(remedy.command, context) };
}

/** A command as it is to be typed where the program was started. */
function inProject(command: string, context: DenialContext): string {
  const folder = wayToProject(context);
  return folder === undefined ? command : `${escapeForTerminal(`cd ${quoteForShell(folder)}`)} && ${command}`;
}

/**
 * A line about a package whose code names another one that the policy does not let it import: the analysis of the
 * code would have found it. Undefined where that is not so, or acceptance is all that it takes.
 */
export function staleHint(denial: Denial, context: DenialContext): string | undefined {
  const { principal, capability, file, via = "" } = denial;
  if (capability !== "package" || file === undefined || principal === ".") return undefined;
  const remedy = remedyInProject(denial, context);
  if (remedy === undefined || remedy.waits || Object.hasOwn(context.override ?? {}, "packages")) return undefined;
  const named = escapeForTerminal(`the code of ${principal} names ${via}`);
  return `moat: ${named}: the policy was written for other versions, it seems; to bring it up to date: ${inProject("moat policy --write", context)}`;
}

/** Where the program was started outside of its project, as from the root of a monorepo: the folder to change to. */
function wayToProject({ project, cwd }: DenialContext): string | undefined {
  if (project === undefined || cwd === undefined || below(project, cwd) !== undefined) return undefined;
  return below(cwd, project) ?? project;
}

function remedyInProject(denial: Denial, context: DenialContext): Remedy | undefined {
  if (denial.never) return undefined;
  const unreached = unreachedModule(denial, context);
  if (unreached !== undefined)
    return { command: escapeForTerminal(`moat policy --write ${quoteForShell(unreached)}`), waits: false };
  const grant = denial.target.length > LONGEST_TARGET ? undefined : deniedGrant(denial, context);
  if (grant === undefined) return undefined;
  // A package that the policy does not know: it came after the last look.
  if (denial.principal.startsWith("?") || hasOverride(grant, context))
    return { command: "moat policy --write", waits: false };
  const name = quoteForShell(denial.principal);
  if (waits(grant, context)) return { command: escapeForTerminal(`moat policy --accept ${name}`), waits: true };
  const target =
    grant.capability === "builtin" && grant.member !== "*" ? `${grant.target}.${grant.member}` : grant.target;
  const words = ["moat", "allow", name, grant.capability, ...(target === "" ? [] : [quoteForShell(target)])];
  return { command: escapeForTerminal(words.join(" ")), waits: false };
}

/** The project's own module that imports what no entry of the policy reaches: it has to be an entry itself. */
function unreachedModule({ principal, capability, file }: Denial, { project }: DenialContext): string | undefined {
  if (capability !== "package" || principal !== "." || file === undefined) return undefined;
  const inProject = below(project, file);
  return inProject ? `./${inProject}` : undefined;
}

/** Somebody has allowed the import already, of a package that the policy does not have yet. */
function hasOverride({ capability, target }: Grant, { override }: DenialContext): boolean {
  return capability === "package" && override?.packages !== false && (override?.packages?.includes(target) ?? false);
}

/** Whether acceptance alone would allow it: what waits must reach it, and no override may decide in its place. */
function waits(grant: Grant, { pending, override }: DenialContext): boolean {
  if (pending === undefined) return false;
  if (override !== undefined && Object.hasOwn(override, GRANT_FIELD[grant.capability])) return false;
  return grantsOf(pending).some((waiting) => grantReaches(waiting, grant) || isPartOf(waiting, grant));
}

/** Of a builtin that is refused as a whole, the members that the package names. */
const isPartOf = (waiting: Grant, { capability, target, member }: Grant): boolean =>
  capability === "builtin" && member === "*" && waiting.capability === "builtin" && waiting.target === target;
