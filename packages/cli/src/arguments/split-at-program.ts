import type { FlagTable } from "./parse-flags.ts";

export interface ProgramArguments {
  /** What is moat's. */
  readonly own: readonly string[];
  /** The entry or command; undefined where there is none. */
  readonly program: string | undefined;
  /** What is the program's, unread. */
  readonly rest: readonly string[];
}

/** Flags before the program are moat's; the program and everything after it are not looked at. */
export function splitAtProgram(args: readonly string[], table: FlagTable): ProgramArguments {
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at]!;
    if (argument === "--") return { own: args.slice(0, at), program: args[at + 1], rest: args.slice(at + 2) };
    if (!argument.startsWith("-")) return { own: args.slice(0, at), program: argument, rest: args.slice(at + 1) };
    if (takesNext(argument, table)) at += 1;
  }
  return { own: args, program: undefined, rest: [] };
}

function takesNext(argument: string, table: FlagTable): boolean {
  return Object.entries(table).some(
    ([name, { type, short }]) => type === "string" && (argument === `--${name}` || argument === `-${short}`),
  );
}
