export * from "./model.ts";
export { runProgram, type ProgramOptions } from "./run-program.ts";
