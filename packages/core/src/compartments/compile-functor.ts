import { Script } from "node:vm";
import type { Functor } from "../loader/functor.ts";

/**
 * A functor's text as V8 compiles it: once, if that was done under this name before.
 * HAZARD: never `importModuleDynamically`: without it V8 rejects every `import()` that a text might still hold.
 */
export function compileFunctor({ text, code, compiled }: Functor, fileName: string): Script {
  if (compiled?.fileName === fileName) return compiled.script;
  return new Script(text, { filename: fileName, lineOffset: -1, ...(code?.data && { cachedData: code.data }) });
}
