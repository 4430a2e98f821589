/**
 * Stack traces for guests. V8 asks one hook, `Error.prepareStackTrace` of the
 * real constructor, for the text of every stack; its raw call sites would hand
 * out other packages' receivers and functions (`getThis`, `getFunction`).
 * moat's hook is the only one that sees them. A package's own
 * `Error.prepareStackTrace` lives on the `Error` of its compartment and gets
 * frozen facades with positions and names alone.
 *
 * @see https://v8.dev/docs/stack-trace-api
 */
import { Buffer } from "node:buffer";
import { Given } from "../endowments/define-field.ts";
import { loadedTextOf, positionsIn } from "./loaded-sources.ts";
import { mappedPlace, mapsPlaces } from "./mapped-places.ts";
import type { Principal } from "../endowments/principal.ts";
import { ownerOfScript } from "./script-owners.ts";
import { charCodeAt, endsWith, slice } from "./uncurried-strings.ts";
import {
  formatWithSharedHook,
  hasSharedStackHook,
  sharedStackHook,
  shareStackHook,
  type HookOwner,
} from "./shared-stack-hook.ts";

const { apply, construct } = Reflect;
const { defineProperties, defineProperty, freeze } = Object;

const RealError = Error;
const captureRealStack = Error.captureStackTrace;
const errorToString = Error.prototype.toString;

/** Answers of a call site that carry no authority. */
const harmlessAnswers = [
  "getTypeName",
  "getFunctionName",
  "getMethodName",
  "getFileName",
  "getLineNumber",
  "getColumnNumber",
  "getEvalOrigin",
  "isToplevel",
  "isEval",
  "isNative",
  "isConstructor",
  "isAsync",
  "isPromiseAll",
  "getPromiseIndex",
  "getScriptNameOrSourceURL",
  "getScriptHash",
  "getEnclosingColumnNumber",
  "getEnclosingLineNumber",
  "getPosition",
  "toString",
] as const;

type Answers = Record<string, unknown>;
const answersOf = new WeakMap<object, Answers>();

const callSitePrototype: Record<string, () => unknown> = {};
for (const name of harmlessAnswers) {
  defineProperty(callSitePrototype, name, {
    value: freeze(
      {
        __proto__: null,
        [name](this: object) {
          return answersOf.get(this)?.[name];
        },
      }[name],
    ),
  });
}
for (const name of ["getThis", "getFunction"]) {
  defineProperty(callSitePrototype, name, { value: freeze({ [name]: () => undefined }[name]) });
}
freeze(callSitePrototype);

/** The source's column for V8's, which counts what moat's transform has put on the line. */
function columnIn(site: NodeJS.CallSite, line: number | null, column: number | null): number | null {
  const file = site.getFileName();
  if (typeof file !== "string" || line === null || column === null) return column;
  return positionsIn(file)?.columnOf(line, column) ?? column;
}

const COLON = 58;
const ZERO = 48;

/** Where the digits begin that end before `end`. */
function beforeDigits(text: string, end: number): number {
  let at = end;
  for (let code = charCodeAt(text, at - 1); code >= ZERO && code < ZERO + 10; code = charCodeAt(text, at - 1)) at--;
  return at;
}

/** A call site as it is printed, with the source's own column. Most are read off the text: V8 finds a place anew each time that it is asked. */
function textOf(site: NodeJS.CallSite, file = site.getFileName()): string {
  const text = site.toString();
  const positions = typeof file === "string" ? positionsIn(file) : undefined;
  if (positions === undefined) return text;
  // `… (file:line:column)` or `file:line:column`
  const end = text[text.length - 1] === ")" ? text.length - 1 : text.length;
  const atColumn = beforeDigits(text, end);
  const atLine = beforeDigits(text, atColumn - 1);
  if (
    charCodeAt(text, atColumn - 1) === COLON &&
    charCodeAt(text, atLine - 1) === COLON &&
    endsWith(text, file!, atLine - 1)
  ) {
    const column = +slice(text, atColumn, end);
    const mapped = positions.columnOf(+slice(text, atLine, atColumn - 1), column);
    return mapped === column ? text : slice(text, 0, atColumn) + mapped + slice(text, end);
  }
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  const mapped = columnIn(site, line, column);
  if (mapped === column) return text;
  const shown = `${file as string}:${line as number}:`;
  const at = text.lastIndexOf(`${shown}${column as number}`);
  return at === -1
    ? text
    : `${text.slice(0, at)}${shown}${mapped as number}${text.slice(at + `${shown}${column as number}`.length)}`;
}

/** A call site as it is printed, in the source that its file was compiled from where a map is asked for and there. */
function shownText(site: NodeJS.CallSite, file: string | null | undefined): string {
  const text = textOf(site, file);
  if (!mapsPlaces() || typeof file !== "string") return text;
  const end = text[text.length - 1] === ")" ? text.length - 1 : text.length;
  const atColumn = beforeDigits(text, end);
  const atLine = beforeDigits(text, atColumn - 1);
  if (!endsWith(text, file, atLine - 1)) return text;
  const place = mappedPlace(file, +slice(text, atLine, atColumn - 1), +slice(text, atColumn, end));
  return place === undefined ? text : slice(text, 0, atLine - 1 - file.length) + place + slice(text, end);
}

type Enclosing = Record<"getEnclosingLineNumber" | "getEnclosingColumnNumber", (() => number | null) | undefined>;

/** What moat's transform has moved, answered for the source. */
function correct(site: NodeJS.CallSite, answers: Answers): void {
  const file = site.getFileName();
  const positions = typeof file === "string" ? positionsIn(file) : undefined;
  if (positions === undefined) return;
  answers["getColumnNumber"] = columnIn(site, site.getLineNumber(), site.getColumnNumber());
  answers["toString"] = textOf(site);
  const { getPosition } = site as { getPosition?(): number };
  if (getPosition !== undefined) answers["getPosition"] = positions.offsetOf(apply(getPosition, site, []));
  const { getEnclosingLineNumber, getEnclosingColumnNumber } = site as unknown as Enclosing;
  if (getEnclosingLineNumber !== undefined && getEnclosingColumnNumber !== undefined) {
    answers["getEnclosingColumnNumber"] = columnIn(
      site,
      apply(getEnclosingLineNumber, site, []),
      apply(getEnclosingColumnNumber, site, []),
    );
  }
}

function makeCallSite(site: NodeJS.CallSite): object {
  const answers: Answers = { __proto__: null };
  for (const name of harmlessAnswers) {
    const method = (site as unknown as Record<string, unknown>)[name];
    if (typeof method !== "function") continue;
    const answer: unknown = apply(method, site, []);
    answers[name] = typeof answer === "object" || typeof answer === "function" ? null : answer;
  }
  correct(site, answers);
  const facade = Object.create(callSitePrototype) as object;
  answersOf.set(facade, answers);
  return freeze(facade);
}

/** What one compartment has set on its own `Error`. */
interface StackSettings {
  hook: unknown;
  limit: number;
  ownError: Function;
}
const settingsOf = new WeakMap<object, StackSettings>();

/**
 * Hooks that packages have set on an `Error` which they got from another one (`es-errors`), and which all
 * share: each counts for the errors that are made in the package's own text.
 */
const hooksOnShared = new Map<Principal, Function>();

/** What takes a package's assignment of `prepareStackTrace` to the shared `Error`. */
export function sharedErrorFor(owner: Principal): object {
  const own = RealError.prepareStackTrace;
  return {
    get prepareStackTrace() {
      return hooksOnShared.get(owner) ?? own;
    },
    set prepareStackTrace(hook: unknown) {
      if (typeof hook === "function" && hook !== own) hooksOnShared.set(owner, hook);
      else hooksOnShared.delete(owner);
    },
  };
}

/** Whether it is the `Error` that packages have by themselves, and not one made for a text with stack settings. */
export const isSharedError = (value: unknown): boolean => value === RealError;

/** Whether files are moat's own machinery, whose frames no program should see; evaluated texts may give themselves any number of names. */
const knownFiles = new Map<string, boolean>();
const MOST_KNOWN_FILES = 4_096;

function isOwnFile(file: string, ownFiles: () => readonly string[]): boolean {
  let isOwn = knownFiles.get(file);
  if (isOwn === undefined) {
    isOwn = ownFiles().some((prefix) => file.startsWith(prefix));
    if (knownFiles.size >= MOST_KNOWN_FILES) knownFiles.clear();
    knownFiles.set(file, isOwn);
  }
  return isOwn;
}

function isOwnFrame(
  site: NodeJS.CallSite,
  file: string | null | undefined,
  ownFiles: () => readonly string[],
): boolean {
  const name = file ?? (site as { getScriptNameOrSourceURL?(): string }).getScriptNameOrSourceURL?.();
  return typeof name === "string" && isOwnFile(name, ownFiles);
}

/** The frames that a program sees. A private field and no `WeakMap`: that costs as much as two frames of the stack. */
class WithFrames extends Given {
  #visible: readonly NodeJS.CallSite[];
  constructor(error: object, visible: readonly NodeJS.CallSite[]) {
    super(error);
    this.#visible = visible;
  }
  static note(error: object, visible: readonly NodeJS.CallSite[]): void {
    if (#visible in error) error.#visible = visible;
    else void new WithFrames(error, visible);
  }
  static of(error: object): readonly NodeJS.CallSite[] {
    return #visible in error ? error.#visible : [];
  }
}

/** Where an error was made, by its topmost visible frame, whatever its stack's text says. */
export function errorOrigin(
  error: object,
): { file: string | null; line: number | null; column: number | null } | undefined {
  void (error as { stack?: unknown }).stack; // V8 asks the hook only now.
  const site = WithFrames.of(error)[0];
  if (site === undefined) return undefined;
  const line = site.getLineNumber();
  return { file: site.getFileName() ?? null, line, column: columnIn(site, line, site.getColumnNumber()) };
}

/** The topmost place of an error in a file that was loaded for the program. */
export function guestOrigin(error: object): { file: string; line: number; column: number } | undefined {
  const isLoaded = (file: unknown): boolean => typeof file === "string" && loadedTextOf(file) !== undefined;
  const site = WithFrames.of(error).find((frame) => isLoaded(frame.getFileName()));
  const [file, line] = [site?.getFileName(), site?.getLineNumber()];
  const column = site && columnIn(site, site.getLineNumber(), site.getColumnNumber());
  return typeof file === "string" && line && column ? { file, line, column } : undefined;
}

/** What Node knows its own errors by, whose code it prints. */
const nodeErrorMark = ((): symbol => {
  try {
    // Of all that fails the cheapest.
    return Buffer.from("x").swap16() as never;
  } catch (error) {
    for (let at = error as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
      const mark = Object.getOwnPropertySymbols(at).find(({ description }) => description === "kIsNodeError");
      if (mark !== undefined) return mark;
    }
    return Symbol("kIsNodeError");
  }
})();

function headerOf(error: object): string {
  // HAZARD: `name` and `message` are the guest's and may throw or be symbols.
  try {
    if (nodeErrorMark in error) {
      const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
      return `${name as string} [${code as string}]: ${message as string}`;
    }
    return apply(errorToString, error, []) as string;
  } catch {
    return "Error";
  }
}

/** The object whose raw call sites moat itself asks for; see `export-writer.ts`. */
let asked: object | undefined;

/**
 * The raw call sites of those who called `above`, innermost first, up to the limit of all stacks.
 * HAZARD: they are never to reach a guest.
 */
export function callSitesAbove(above: Function): readonly NodeJS.CallSite[] {
  const holder: { stack?: unknown } = {};
  captureRealStack(holder, above);
  asked = holder;
  try {
    return Array.isArray(holder.stack) ? (holder.stack as NodeJS.CallSite[]) : [];
  } finally {
    asked = undefined;
  }
}

/** An ES module is a generator, which moat's frame below has take a step. */
function isStepOfModule(site: NodeJS.CallSite): boolean {
  return (
    typeof site.getFileName() !== "string" && site.getFunctionName() === "next" && site.getTypeName() === "Generator"
  );
}

function prepareStackTrace(error: object, sites: NodeJS.CallSite[], ownFiles: () => readonly string[]): unknown {
  if (error === asked) return sites;
  const visible: NodeJS.CallSite[] = [];
  const files: (string | null | undefined)[] = [];
  for (let index = 0; index < sites.length; index++) {
    const site = sites[index]!;
    const file = site.getFileName();
    if (isOwnFrame(site, file, ownFiles)) {
      if (visible.length > 0 && isStepOfModule(visible[visible.length - 1]!))
        visible.length = files.length = visible.length - 1;
      continue;
    }
    visible[visible.length] = site;
    files[files.length] = file;
  }
  if (visible.length > 0) WithFrames.note(error, visible);
  const settings = settingsOf.get(error);
  if (settings !== undefined && typeof settings.hook === "function") {
    const facades = visible.slice(0, settings.limit).map((site) => makeCallSite(site));
    return apply(settings.hook, settings.ownError, [error, facades]);
  }
  const maker = hooksOnShared.size > 0 && typeof files[0] === "string" ? ownerOfScript(files[0]) : undefined;
  const hook = maker && hooksOnShared.get(maker);
  if (settings === undefined && hook !== undefined)
    return apply(hook, RealError, [error, visible.slice(0, DEFAULT_STACK_LIMIT).map((site) => makeCallSite(site))]);
  if (hasSharedStackHook()) {
    const shared = formatWithSharedHook(
      error,
      visible.slice(0, settings?.limit ?? programLimit).map((site) => makeCallSite(site)),
    );
    if (shared !== undefined) return shared.stack;
  }
  const count = Math.min(visible.length, settings?.limit ?? programLimit);
  let text = headerOf(error);
  for (let index = 0; index < count; index++) text += `\n    at ${shownText(visible[index]!, files[index])}`;
  return text;
}

/** Room for moat's own frames, which are dropped again, above Node's default of ten; each costs each error that is made in deep calls a fourteenth more. */
export const STACK_TRACE_LIMIT = 14;
const DEFAULT_STACK_LIMIT = 10;
/** For errors that no package's own `Error` made: what the application has set. */
let programLimit = DEFAULT_STACK_LIMIT;

/**
 * Installs moat's hook on the real `Error` and makes its settings read-only.
 * @param ownFiles gives prefixes of file names and URLs whose frames are dropped; asked at the first stack.
 */
export function tameStackTraces(ownFiles: () => readonly string[]): void {
  let known: readonly string[] | undefined;
  const ownFilesOnce = (): readonly string[] => (known ??= ownFiles());
  for (const key of Object.getOwnPropertyNames(RealError)) {
    if (!["length", "name", "prototype", "isError"].includes(key))
      delete (RealError as unknown as Record<string, unknown>)[key];
  }
  defineProperties(RealError, {
    captureStackTrace: { value: captureRealStack, enumerable: false },
    // Absorbs assignments: sloppy programs set it on a shared `Error` they hold.
    // None until the intrinsics are hardened; see `lockdown.ts`.
    stackTraceLimit: { value: 0, writable: true, enumerable: true },
    prepareStackTrace: {
      value: (error: object, sites: NodeJS.CallSite[]) => prepareStackTrace(error, sites, ownFilesOnce),
    },
  });
}

/**
 * The `Error` of one compartment: constructs real errors, and keeps
 * `prepareStackTrace` and `stackTraceLimit` to the compartment, unless its
 * hook is one for everybody: see `shared-stack-hook.ts`.
 */
export function makeLocalError(owner: HookOwner): ErrorConstructor {
  const settings: StackSettings = { hook: undefined, limit: DEFAULT_STACK_LIMIT, ownError: RealError };
  const LocalError = function Error(this: unknown, ...args: unknown[]) {
    const target = new.target ?? LocalError;
    const error = construct(RealError, args, target) as object;
    settingsOf.set(error, settings);
    captureRealStack(error, target);
    return error;
  } as unknown as ErrorConstructor;
  settings.ownError = LocalError;
  const captureStackTrace = {
    captureStackTrace(target: object, above?: Function) {
      // HAZARD: in this order. A frozen error of somebody else must keep its own settings.
      captureRealStack(target, above ?? captureStackTrace);
      settingsOf.set(target, settings);
    },
  }.captureStackTrace;
  defineProperties(LocalError, {
    length: { value: 1 },
    prototype: { value: RealError.prototype, writable: false },
    captureStackTrace: { value: captureStackTrace, writable: true, configurable: true },
    prepareStackTrace: {
      get: () => settings.hook ?? sharedStackHook(owner),
      set: (hook: unknown) => {
        settings.hook = hook;
        shareStackHook(owner, hook);
      },
      configurable: true,
    },
    stackTraceLimit: {
      get: () => settings.limit,
      set: (limit: unknown) => {
        settings.limit = typeof limit === "number" ? limit : 0;
        if (owner.trusted) programLimit = settings.limit;
      },
      configurable: true,
      enumerable: true,
    },
  });
  const isError = (RealError as unknown as { isError?: unknown }).isError;
  if (typeof isError === "function") {
    defineProperty(LocalError, "isError", { value: isError, writable: true, configurable: true });
  }
  return LocalError;
}
