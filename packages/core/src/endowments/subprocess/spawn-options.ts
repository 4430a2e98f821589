import { fileURLToPath, URL } from "node:url";
import { types } from "node:util";
import { assertMayUse } from "../access-denied.ts";
import { principalDescriptors } from "../fs/descriptors.ts";
import { makePathScopes } from "../fs/path-scopes.ts";
import { refusesToChild } from "../process/signals.ts";
import type { EndowmentContext } from "../principal.ts";
import { childEnv } from "./child-env.ts";
import { descriptorOfPipe, leaveToChild } from "./child-streams.ts";

const { isProxy } = types;

/**
 * What becomes of each option of `child_process`: `copy` goes to Node as it was
 * read, `own` is read here and decided, `drop` never reaches Node. An option
 * that has no row is dropped.
 */
const SPAWN_OPTIONS: Readonly<Record<string, readonly [rule: "copy" | "own" | "drop", why: string]>> = {
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
  killSignal: ["own", "a signal for the child, but none that opens its debugger"],
  maxBuffer: ["copy", "a number"],
  encoding: ["copy", "a name"],
  input: ["copy", "bytes for the child"],
  serialization: ["copy", "json or advanced"],
  signal: ["own", "aborts the child"],
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
  const { cwd, env, stdio, shell, uid, gid, signal, killSignal } = source;
  if (killSignal !== undefined && killSignal !== null) {
    // Read once: Node asks a text for its capitals.
    const wanted = typeof killSignal === "number" ? killSignal : `${killSignal as string}`;
    if (!refusesToChild(context, wanted, "child_process killSignal")) node.killSignal = wanted;
  }
  if (signal !== undefined) node.signal = readSignal(context, signal);
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
  // HAZARD: last, since what is said of a number holds until the caller's code runs again.
  if (stdio !== undefined && stdio !== null) node.stdio = readStdio(context, stdio);
  return {
    node,
    cwd: node.cwd as string,
    badCwd: folder === undefined,
    shell: typeof shell === "string" ? shell : Boolean(shell),
  };
}

/**
 * HAZARD: Node asks what it takes for a signal whether it is one, once the child's streams are settled. Of a class that
 * is not Node's, that is code of the caller's: Node gets one that follows it.
 */
function readSignal({ powers }: EndowmentContext, given: unknown): unknown {
  const { AbortController, AbortSignal } = powers.globals as Record<"AbortController" | "AbortSignal", any>;
  // Node's own validation says what is wrong with these.
  if (typeof given !== "object" || given === null) return given;
  if (!("aborted" in given)) return null;
  if (!isProxy(given) && Object.getPrototypeOf(given) === AbortSignal.prototype) return given;
  const signal = given as AbortSignal;
  const controller = new AbortController();
  if (signal.aborted) controller.abort(signal.reason);
  else signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  return controller.signal;
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

/** One of the child's streams as the caller wants it. */
interface WantedStream {
  readonly given: unknown;
  readonly descriptor: unknown;
}

/** Pipes, nothing, or the program's own three streams. */
function readStdio(context: EndowmentContext, given: unknown): unknown {
  if (!Array.isArray(given)) {
    if (typeof given === "string" && STDIO_WORDS.has(given)) return given;
    assertMayUse(context, "child_process stdio", "command");
    return given;
  }
  // HAZARD: what the list and its streams say may be code of the caller's, which closes a file whose number somebody
  // else then has. All are asked before any is looked at.
  const wanted = Array.from({ length: given.length }, (_, index) => readStream(context, given[index]));
  return wanted.map((one) => settleStream(context, one));
}

function readStream(context: EndowmentContext, given: unknown): WantedStream {
  // HAZARD: a stream is asked for its descriptor once and only the number goes on:
  // what else hangs on the object (`_handle`, `handle`) could answer differently.
  if (typeof given !== "object" || given === null) return { given, descriptor: given };
  if (descriptorOfPipe(context, given) === undefined) return { given, descriptor: (given as { fd?: unknown }).fd };
  leaveToChild(context, given);
  return { given, descriptor: undefined };
}

function settleStream(context: EndowmentContext, { given, descriptor: read }: WantedStream): unknown {
  if (STDIO_WORDS.has(given)) return given;
  const pipe = typeof given === "object" ? descriptorOfPipe(context, given as object) : undefined;
  const descriptor = pipe ?? read;
  if (descriptor === 0 || descriptor === 1 || descriptor === 2) return descriptor;
  if (pipe !== undefined || isOwnFile(context, descriptor)) return descriptor;
  assertMayUse(context, "child_process stdio: a descriptor that is not a standard stream", "command");
  return typeof descriptor === "number" ? descriptor : given;
}

/** A file that the principal opened itself, and may still read or write. */
function isOwnFile(context: EndowmentContext, descriptor: unknown): boolean {
  const descriptors = principalDescriptors(context);
  if (typeof descriptor !== "number" || descriptors.find(descriptor) === undefined) return false;
  descriptors.checkStillGranted(descriptor, "spawn");
  return true;
}
