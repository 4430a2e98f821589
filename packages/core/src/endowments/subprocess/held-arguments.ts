import type { EndowmentContext } from "../principal.ts";

/**
 * What programs that packages ask for facts are started with, where other arguments would have them run
 * code of the caller's choice.
 */
const HELD_ARGUMENTS: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  __proto__: null as never,
  // HAZARD: a file names auditors, native code that `ldd` loads to list what the file needs. Loaders of addons ask it its version.
  ldd: (args) => args.length > 0 && args.every((arg) => arg === "--version"),
};

/** Whether a program that is granted by its name may not be started so; nothing is held of who may start any, or a shell. */
export function isHeldBack({ principal }: EndowmentContext, name: string, args: readonly string[]): boolean {
  const holds = HELD_ARGUMENTS[name];
  const commands = principal.policy.commands ?? [];
  if (holds === undefined || principal.trusted || commands.includes("*") || commands.includes("sh")) return false;
  return !holds(args);
}
