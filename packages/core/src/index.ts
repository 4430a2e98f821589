export * from "./model.ts";
export { prepareProgram, runProgram, type ProgramOptions } from "./run-program.ts";
export type { PreparedFiles } from "./compartments/prepare-files.ts";
export { moat } from "./api/moat.ts";
export type * from "./api/types.ts";
