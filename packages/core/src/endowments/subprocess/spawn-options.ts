import { fileURLToPath, URL } from "node:url";
import { assertMayUse } from "../access-denied.ts";
import { principalDescriptors } from "../fs/descriptors.ts";
import { makePathScopes } from "../fs/path-scopes.ts";
import type { EndowmentContext } from "../principal.ts";
import { childEnv } from "./child-env.ts";
import { descriptorOfPipe, leaveToChild } from "./child-streams.ts";

/**
 * What becomes of each option of `child_process`: `copy` goes to Node as it was
 * read, `own` is read here and decided, `drop` never reaches Node. An option
 * that has no row is dropped.
 */
export const SPAWN_OPTIONS: Readonly<Record<string, readonly [rule: "copy" | "own" | "drop", why: string]>> = {
  cwd: ["own", "has to be readable; relative programs are found from it"],
  env: ["own", "without loader variables"],
  stdio: ["own", "pipes, the standard streams, and what the principal itself has open"],
  shell: ["own", "a shell is a program of its own"],
  uid: ["own", "unbounded principals only: groups open files"],
  gid: ["own", "unbounded principals only: groups open files"],
  argv0: ["drop", "binaries of many programs tell by it which one they are"],
  windowsVerbatimArguments: ["drop", "lets an argument become several"],
  execPath: ["drop", "fork starts moat's node"],
  execArgv: ["drop", "flags of node load code"],
  detached: ["copy", "a child may outlive the program"],
  windowsHide: ["copy", "looks"],
  timeout: ["copy", "a number"],
  killSignal: ["copy", "a signal for the child"],
  maxBuffer: ["copy", "a number"],
  encoding: ["copy", "a name"],
  input: ["copy", "bytes for the child"],
  serialization: ["copy", "json or advanced"],
  signal: ["copy", "aborts the child"],
  silent: ["copy", "fork's name for pipes"],
};

export interface ChildOptions {
  /** For Node: null-prototype, everything in it read once. */
  readonly node: Record<string, unknown>;
  readonly cwd: string;
  /** What the caller wants of a shell: true, or the shell's name. */
  readonly shell: boolean | string;
  /** Node found the caller's `cwd` out of bounds: behaves as if it did not exist. */
  readonly badCwd: boolean;
}

/** Reads a caller's options once, and decides each. */
export function readSpawnOptions(context: EndowmentContext, given: unknown): ChildOptions {
  const { powers } = context;
  const node: Record<string, unknown> = Object.create(null);
  const source = typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {};
  for (const name of Object.keys(SPAWN_OPTIONS)) {
    if (SPAWN_OPTIONS[name]![0] !== "copy") continue;
    const value = source[name];
    if (value !== undefined) node[name] = value;
  }
  const { cwd, env, stdio, shell, uid, gid } = source;
  for (const [name, id] of [
    ["uid", uid],
    ["gid", gid],
  ] as const) {
    if (id === undefined || id === null) continue;
    assertMayUse(context, `child_process ${name}`, "command");
    node[name] = id;
  }
  const folder = cwdOf(context, cwd);
  node.cwd = folder ?? powers.process.cwd();
  node.env = childEnv(context, env ?? undefined);
  if (stdio !== undefined && stdio !== null) node.stdio = readStdio(context, stdio);
  return {
    node,
    cwd: node.cwd as string,
    badCwd: folder === undefined,
    shell: typeof shell === "string" ? shell : Boolean(shell),
  };
}

/** The real folder that a child starts in; undefined where the principal may not see it. */
function cwdOf(context: EndowmentContext, given: unknown): string | undefined {
  const { powers } = context;
  const here = powers.process.cwd();
  if (given === undefined || given === null) return here;
  const text = given instanceof URL ? fileURLToPath(given.href) : `${given as string}`;
  let folder: string;
  try {
    folder = powers.builtin("fs").realpathSync.native(text);
  } catch {
    return undefined;
  }
  if (folder === here) return folder;
  const scopes = makePathScopes(context);
  // A child sees the project's files wherever in it it starts.
  if (scopes.isPartOfProject(folder)) return folder;
  if (scopes.covers(folder, "read") || scopes.isAncestor(folder)) {
    const target = scopes.spelling(folder, "read");
    if (target !== undefined) context.principal.uses?.({ capability: "fs.stat", target });
    return folder;
  }
  return context.principal.denies({ capability: "fs.read", target: folder, via: "child_process cwd" })
    ? undefined
    : folder;
}

const STDIO_WORDS: ReadonlySet<unknown> = new Set(["pipe", "ignore", "inherit", "overlapped", "ipc", null, undefined]);

/** Pipes, nothing, or the program's own three streams. */
function readStdio(context: EndowmentContext, given: unknown): unknown {
  if (!Array.isArray(given)) {
    if (typeof given === "string" && STDIO_WORDS.has(given)) return given;
    assertMayUse(context, "child_process stdio", "command");
    return given;
  }
  const stdio: unknown[] = [];
  const { length } = given;
  for (let index = 0; index < length; index += 1) stdio.push(readStream(context, given[index]));
  return stdio;
}

function readStream(context: EndowmentContext, given: unknown): unknown {
  if (STDIO_WORDS.has(given)) return given;
  // HAZARD: a stream is asked for its descriptor once and only the number goes on:
  // what else hangs on the object (`_handle`, `handle`) could answer differently.
  const descriptor: unknown =
    typeof given === "object" && given !== null
      ? (descriptorOfPipe(context, given) ?? (given as { fd?: unknown }).fd)
      : given;
  if (descriptor === 0 || descriptor === 1 || descriptor === 2) return descriptor;
  if (typeof descriptor === "number" && isOwnDescriptor(context, given, descriptor)) {
    if (typeof given === "object" && given !== null) leaveToChild(context, given);
    return descriptor;
  }
  assertMayUse(context, "child_process stdio: a descriptor that is not a standard stream", "command");
  return typeof descriptor === "number" ? descriptor : given;
}

/** A file that the principal opened itself, or a pipe to one of its own children. */
function isOwnDescriptor(context: EndowmentContext, given: unknown, descriptor: number): boolean {
  if (principalDescriptors(context).find(descriptor) !== undefined) return true;
  return typeof given === "object" && given !== null && descriptorOfPipe(context, given) === descriptor;
}
