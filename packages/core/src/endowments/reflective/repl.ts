import { refusedMember } from "../access-denied.ts";
import { wholeModule, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";

export const REPL_MEMBERS: MemberTable = {
  start: ["refuse", "evaluates in the real global"],
  REPLServer: ["refuse", "the same"],
  writer: ["refuse", "carries options that everybody shares"],
  Recoverable: ["own", "a class of errors"],
  REPL_MODE_SLOPPY: ["own", "a symbol"],
  REPL_MODE_STRICT: ["own", "a symbol"],
  isValidSyntax: ["absent", "would load the real module"],
  builtinModules: ["own", "a list of names"],
  _builtinLibs: ["own", "a list of names"],
};

/**
 * `repl`: for the application only, but for its constants and the list of builtins
 * that old programs read from it.
 * HAZARD: the real module loads `domain`, which changes every emitter of the
 * process; for packages it is not loaded.
 */
export const makeRepl: BuiltinFactory = (context) => {
  if (context.principal.trusted) return wholeModule(context, "repl");
  const names: string[] = context.powers
    .builtin("module")
    .builtinModules.filter((name: string) => !name.startsWith("_"));
  const later =
    (name: string) =>
    (...args: unknown[]) =>
      context.powers.builtin("repl")[name](...args);
  return {
    start: refusedMember(context, "repl", "start", later("start")),
    writer: refusedMember(context, "repl", "writer", later("writer")),
    REPLServer: refusedMember(context, "repl", "REPLServer", later("start")),
    Recoverable: class Recoverable extends SyntaxError {},
    REPL_MODE_SLOPPY: Symbol("repl-sloppy"),
    REPL_MODE_STRICT: Symbol("repl-strict"),
    builtinModules: [...names],
    _builtinLibs: [...names],
  };
};
