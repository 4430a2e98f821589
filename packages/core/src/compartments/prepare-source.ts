/** From a file on disk to a functor ready to be compiled. */
import { readFileSync } from "node:fs";
import type { Functor } from "../loader/functor.ts";
import { prepareModule, type ModuleFunctor } from "../loader/transform-module.ts";
import { prepareCommonJs, type NameSets } from "../loader/transform-text.ts";
import type { Resolution } from "../packages/types.ts";
import type { World } from "./world.ts";

export type PreparedSource =
  | {
      readonly kind: "commonjs";
      readonly functor: Functor;
      readonly source: string;
      /** Whether the text speaks of `Error`'s stack settings: it then gets an `Error` of the compartment's own. */
      readonly usesStackSettings: boolean;
    }
  | { readonly kind: "module"; readonly functor: ModuleFunctor; readonly source: string; readonly usesStackSettings: boolean };

const STACK_SETTINGS = /\b(?:prepareStackTrace|stackTraceLimit)\b/;

/** @throws {SyntaxError} naming the file and the place. */
export function prepareSource(world: World, resolution: Resolution): PreparedSource {
  const source = readFileSync(resolution.path, "utf8");
  const { names } = world.compartment;
  const usesStackSettings = STACK_SETTINGS.test(source);
  try {
    if (resolution.format === "module") {
      return { kind: "module", functor: prepareModule(source, names), source, usesStackSettings };
    }
    return prepareAmbiguous(source, names, resolution, usesStackSettings);
  } catch (error) {
    throw located(error, resolution.path);
  }
}

/** A file without `type` is CommonJS unless only a module can be written so. */
function prepareAmbiguous(source: string, names: NameSets, resolution: Resolution, usesStackSettings: boolean): PreparedSource {
  try {
    return { kind: "commonjs", functor: prepareCommonJs(source, names), source, usesStackSettings };
  } catch (error) {
    if (resolution.ambiguous !== true || !(error instanceof SyntaxError)) throw error;
    try {
      return { kind: "module", functor: prepareModule(source, names), source, usesStackSettings };
    } catch {
      throw error;
    }
  }
}

/** Parsers give a position, not a file: a person needs both. */
function located(error: unknown, path: string): unknown {
  if (!(error instanceof SyntaxError)) return error;
  const { loc } = error as { loc?: { line: number; column: number } };
  const place = loc === undefined ? path : `${path}:${loc.line}:${loc.column + 1}`;
  const plain = new SyntaxError(error.message.replace(/ \(\d+:\d+\)$/, ""));
  plain.stack = `${place}\n${String(plain)}`;
  return plain;
}
