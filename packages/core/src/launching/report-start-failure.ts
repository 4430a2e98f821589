import { writeSync } from "node:fs";
import process from "node:process";
import { escapeForTerminal } from "../audit/escape-for-terminal.ts";
import { MoatError } from "../errors/moat-error.ts";

/** Says why moat could not start, and ends; errors that are not moat's own are the program's. */
export function reportStartFailure(error: unknown): void {
  if (!(error instanceof MoatError)) throw error;
  writeSync(2, `moat: ${escapeForTerminal(error.message)}\n`);
  process.exit(2);
}
