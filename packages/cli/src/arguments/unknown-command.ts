import { nearestWord, type MoatError } from "@moat/core/model";
import { usageError } from "./usage-error.ts";

export function unknownCommand(name: string, known: readonly string[]): MoatError {
  if (name.startsWith("-")) return usageError(`unknown flag ${name}`, "moat help");
  const near = nearestWord(name, known);
  return usageError(
    `unknown command ${JSON.stringify(name)}`,
    near === undefined ? "moat help" : `did you mean: moat ${near}`,
  );
}
