/**
 * One package's `Error.prepareStackTrace` for everybody's errors, as tools that
 * map stacks back to sources need it. The application's own is used as it is. A
 * dependency's needs the share `Error.prepareStackTrace` in its policy, and is
 * given a stand-in: names, positions and a mark where the message belongs. It
 * never sees another package's error or its message, and answers with text alone.
 */
const { apply } = Reflect;
const { create, defineProperty, freeze } = Object;
const errorPrototype = Error.prototype;

type Hook = (error: unknown, sites: readonly object[]) => unknown;

export interface HookOwner {
  readonly trusted: boolean;
  readonly shares: boolean;
}

let current: { readonly hook: Hook; readonly owner: HookOwner } | undefined;
let isFormatting = false;
/** Hooks that came from a package: the application may put one back that it read. */
const fromPackages = new WeakSet<object>();

/** What `Error.prepareStackTrace` shows to one that takes part. */
export function sharedStackHook(owner: HookOwner): unknown {
  return owner.trusted || owner.shares ? current?.hook : undefined;
}

export function shareStackHook(owner: HookOwner, hook: unknown): void {
  if (!owner.trusted && !owner.shares) return;
  if (typeof hook === "function") {
    if (!owner.trusted) fromPackages.add(hook);
    current = { hook: hook as Hook, owner };
  } else if (current?.owner === owner || owner.trusted) current = undefined;
}

export const hasSharedStackHook = (): boolean => current !== undefined && !isFormatting;

/** Stands for the message while a package formats. Private-use characters: no program writes them. */
const MESSAGE_MARK = "\u{f8ff}moat:message\u{f8ff}";

/** @returns undefined where no shared hook has an answer. */
export function formatWithSharedHook(error: object, sites: readonly object[]): { readonly stack: unknown } | undefined {
  // An error of the hook itself must not start it again.
  if (current === undefined || isFormatting) return undefined;
  const { hook } = current;
  isFormatting = true;
  try {
    if (!fromPackages.has(hook)) return { stack: apply(hook, undefined, [error, sites]) };
    const stack: unknown = apply(hook, undefined, [standInFor(error), sites]);
    return typeof stack === "string" ? { stack: stack.split(MESSAGE_MARK).join(textOf(error, "message")) } : undefined;
  } catch {
    return undefined;
  } finally {
    isFormatting = false;
  }
}

function standInFor(error: object): object {
  const standIn = create(errorPrototype) as object;
  const message = textOf(error, "message") === "" ? "" : MESSAGE_MARK;
  defineProperty(standIn, "name", { value: textOf(error, "name") || "Error" });
  defineProperty(standIn, "message", { value: message });
  return freeze(standIn);
}

function textOf(error: object, key: "name" | "message"): string {
  // HAZARD: both are the guest's: getters, symbols, anything.
  try {
    const value: unknown = (error as Record<string, unknown>)[key];
    return typeof value === "string" ? value : "";
  } catch {
    return "";
  }
}
