import type { MemberTable } from "../member-table.ts";

export const VM_MEMBERS: MemberTable = {
  Script: ["own", "runs in the principal's compartment"],
  createContext: ["own", "marks an object as the global of a compartment"],
  createScript: ["own", "Script without new"],
  runInContext: ["own", "in the principal's compartment"],
  runInNewContext: ["own", "in the principal's compartment"],
  runInThisContext: ["own", "in the principal's compartment"],
  isContext: ["own", "knows the principal's own contexts"],
  compileFunction: ["own", "in the principal's compartment"],
  constants: ["own", "a copy"],
  measureMemory: ["refuse", "measures others"],
  Module: ["absent", "only behind a flag; links through callbacks of a foreign realm"],
  SourceTextModule: ["absent", "the same"],
  SyntheticModule: ["absent", "the same"],
};
