import type { MemberTable } from "../member-table.ts";
import { refusedBuiltin } from "./refused-builtin.ts";

export const SQLITE_MEMBERS: MemberTable = {
  DatabaseSync: ["refuse", "ATTACH and VACUUM INTO open any file, in SQL that only Node 24 lets anybody look at"],
  StatementSync: ["refuse", "the same"],
  Session: ["refuse", "the same"],
  backup: ["refuse", "writes a file"],
  constants: ["pass", "numbers"],
};

/** `sqlite`: for the application only; what a package's SQL opens can't be held on every Node. */
export const makeSqlite = refusedBuiltin("sqlite", SQLITE_MEMBERS);
