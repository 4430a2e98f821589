import { escapeForTerminal } from "./escape-for-terminal.ts";
import type { Denial } from "./denial.ts";
import type { PackagePolicy } from "../policy/types.ts";

/** What is known about the package, to name the step that allows it. */
export interface DenialContext {
  /** What waits for acceptance in its entry. */
  readonly pending?: PackagePolicy | undefined;
  /** Real absolute folders, to write paths as scopes. */
  readonly project?: string | undefined;
  readonly location?: string | undefined;
}

interface Wording {
  /** Between "may not" and the target. */
  readonly verb: string;
  /** Whether something that waits for acceptance may be what is missing. */
  readonly pending?: (policy: PackagePolicy) => unknown;
  /** What to write in the overrides, or nothing where no policy allows it. */
  readonly override?: (target: string, context: DenialContext) => string;
}

const inList =
  (field: string, spell: (target: string, context: DenialContext) => string = (target) => target) =>
  (target: string, context: DenialContext) =>
    `"${field}": [${JSON.stringify(spell(target, context))}]`;
const inPair =
  (field: string, key: string, spell: (target: string, context: DenialContext) => string) =>
  (target: string, context: DenialContext) =>
    `"${field}": {"${key}": [${JSON.stringify(spell(target, context))}]}`;

const wordings: Readonly<Record<string, Wording>> = {
  "fs.read": { verb: "read", pending: (p) => p.fs?.read, override: inPair("fs", "read", scopeOf) },
  "fs.write": { verb: "write", pending: (p) => p.fs?.write, override: inPair("fs", "write", scopeOf) },
  "net.connect": { verb: "connect to", pending: (p) => p.net?.connect, override: inPair("net", "connect", same) },
  "net.listen": { verb: "listen on", pending: (p) => p.net?.listen, override: inPair("net", "listen", same) },
  dns: { verb: "resolve", pending: (p) => p.net?.connect, override: inPair("net", "connect", (host) => `${host}:*`) },
  env: { verb: "read the environment variable", pending: (p) => p.env, override: inList("env") },
  command: { verb: "run", pending: (p) => p.commands, override: inList("commands") },
  worker: { verb: "start a worker", pending: (p) => p.workers, override: () => `"workers": true` },
  native: {
    verb: "load the native addon",
    pending: (p) => p.native,
    override: inList("native", (target, { location }) => below(location, target) ?? target),
  },
  builtin: { verb: "use the builtin", pending: (p) => p.builtins, override: builtinOverride },
  global: { verb: "use the global", pending: (p) => p.globals, override: inList("globals") },
  share: { verb: "define for other packages the global", pending: (p) => p.shares, override: inList("shares") },
  package: { verb: "import", pending: (p) => p.packages, override: inList("packages") },
  // Some members of process can be granted, most are nobody's.
  process: { verb: "use" },
  eval: { verb: "evaluate" },
};

const GRANTABLE_PROCESS_MEMBERS: ReadonlySet<string> = new Set(["stdin", "umask"]);
const LONGEST_TARGET = 400;

/**
 * One line without its end: who, what, on what, and what allows it. Safe for a
 * terminal whatever the package made of its names and arguments.
 */
export function formatDenial(denial: Denial, context: DenialContext = {}): string {
  const { principal, capability, target, via } = denial;
  const wording = Object.hasOwn(wordings, capability) ? wordings[capability]! : { verb: `use ${capability} on` };
  const shown = target.length > LONGEST_TARGET ? `${target.slice(0, LONGEST_TARGET)}…` : target;
  const what = [wording.verb, shown, via === undefined ? "" : `(${via})`].filter((part) => part !== "").join(" ");
  return escapeForTerminal(`moat: ${principal} may not ${what}${remedy(wording, denial, context)}`);
}

function remedy(wording: Wording, { principal, capability, target, via }: Denial, context: DenialContext): string {
  if (context.pending !== undefined && wording.pending?.(context.pending) !== undefined) {
    return `; it waits for acceptance: moat policy --accept ${quoteForShell(principal)}`;
  }
  if (capability === "process" && GRANTABLE_PROCESS_MEMBERS.has(target) && via === `process.${target}`) {
    return `; to allow it, in moat.overrides.json: {"packages": {${JSON.stringify(principal)}: {"builtins": {"process": ["${target}"]}}}}`;
  }
  if (wording.override === undefined || target.length > LONGEST_TARGET) return "; no policy allows this";
  return `; to allow it, in moat.overrides.json: {"packages": {${JSON.stringify(principal)}: {${wording.override(target, context)}}}}`;
}

function same(target: string): string {
  return target;
}

/** The narrowest portable scope of a path. */
function scopeOf(target: string, { project, location }: DenialContext): string {
  const inPackage = below(location, target);
  if (inPackage !== undefined) return inPackage === "" ? "<package>" : `<package>/${inPackage}`;
  const inProject = below(project, target);
  if (inProject !== undefined) return inProject === "" ? "." : `./${inProject}`;
  return target;
}

function below(folder: string | undefined, target: string): string | undefined {
  if (folder === undefined) return undefined;
  if (target === folder) return "";
  const separator = folder.includes("\\") ? "\\" : "/";
  return target.startsWith(folder + separator) ? target.slice(folder.length + 1).replaceAll(separator, "/") : undefined;
}

function builtinOverride(target: string): string {
  const dot = target.indexOf(".");
  const [name, members] =
    dot === -1 ? [target, "true"] : [target.slice(0, dot), `[${JSON.stringify(target.slice(dot + 1))}]`];
  return `"builtins": {${JSON.stringify(name)}: ${members}}`;
}

function quoteForShell(word: string): string {
  return /^[A-Za-z0-9_./@-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
