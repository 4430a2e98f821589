import { MoatError } from "@moat/core/model";

/** The command was called in a way that moat does not know. */
export function usageError(message: string, nextStep: string): MoatError {
  return new MoatError("MOAT_USAGE", message, { nextStep });
}
