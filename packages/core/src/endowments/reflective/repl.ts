import type { MemberTable } from "../member-table.ts";
import { refusedBuiltin } from "./refused-builtin.ts";

export const REPL_MEMBERS: MemberTable = {
  start: ["refuse", "evaluates in the real global"],
  REPLServer: ["refuse", "the same"],
  writer: ["refuse", "carries options that everybody shares"],
  Recoverable: ["pass", "a class of errors"],
  REPL_MODE_SLOPPY: ["pass", "a symbol"],
  REPL_MODE_STRICT: ["pass", "a symbol"],
  isValidSyntax: ["pass", "computes"],
  builtinModules: ["pass", "a list of names"],
  _builtinLibs: ["pass", "a list of names"],
};

/** `repl`: for the application only, but for its constants. */
export const makeRepl = refusedBuiltin("repl", REPL_MEMBERS);
