import { accessDenied } from "../access-denied.ts";
import type { MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";

export const REPL_MEMBERS: MemberTable = {
  start: ["own", "throws, for everybody"],
  REPLServer: ["own", "throws, for everybody"],
  writer: ["own", "throws, for everybody"],
  Recoverable: ["own", "a class of errors"],
  REPL_MODE_SLOPPY: ["own", "a symbol"],
  REPL_MODE_STRICT: ["own", "a symbol"],
  isValidSyntax: ["absent", "would load the real module"],
  builtinModules: ["own", "a list of names"],
  _builtinLibs: ["own", "a list of names"],
};

/**
 * `repl`: its constants, and the list of builtins that old programs read from it.
 * HAZARD: the real module evaluates in the real global object, and loads `domain`,
 * which changes every emitter of the process. It is never loaded, not even for
 * the application.
 */
export const makeRepl: BuiltinFactory = (context) => {
  const names: string[] = context.powers
    .builtin("module")
    .builtinModules.filter((name: string) => !name.startsWith("_"));
  const unavailable = (name: string): Function =>
    function () {
      context.principal.denies({ capability: "builtin", target: `repl.${name}`, via: `repl.${name}` });
      throw accessDenied(`repl.${name}`, "builtin");
    };
  return {
    start: unavailable("start"),
    writer: unavailable("writer"),
    REPLServer: unavailable("REPLServer"),
    Recoverable: class Recoverable extends SyntaxError {},
    REPL_MODE_SLOPPY: Symbol("repl-sloppy"),
    REPL_MODE_STRICT: Symbol("repl-strict"),
    builtinModules: [...names],
    _builtinLibs: [...names],
  };
};
