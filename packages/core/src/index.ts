export * from "./model.ts";
export { runProgram, type ProgramOptions } from "./run-program.ts";
export { moat } from "./api/moat.ts";
export type * from "./api/types.ts";
