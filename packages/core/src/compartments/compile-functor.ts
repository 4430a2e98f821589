import { Script } from "node:vm";
import type { Functor } from "../loader/functor.ts";

let usesKeptCode = true;

/** From now on V8 compiles every text itself: kept code has no counters for what the inspector is asked to count. */
export function compileAnew(): void {
  usesKeptCode = false;
}

/**
 * A functor's text as V8 compiles it: once, if that was done under this name before.
 * HAZARD: never `importModuleDynamically`: without it V8 rejects every `import()` that a text might still hold.
 */
export function compileFunctor({ text, code, compiled }: Functor, fileName: string): Script {
  if (compiled?.fileName === fileName) return compiled.script;
  const cachedData = usesKeptCode ? code?.data : undefined;
  return new Script(text, { filename: fileName, lineOffset: -1, ...(cachedData && { cachedData }) });
}

/**
 * A functor with V8's own judgement of it, which is the second look at a text that
 * was read quickly; undefined where V8 refuses it.
 */
export function judgedByV8<T extends Functor>(functor: T | undefined, fileName: string): T | undefined {
  if (functor === undefined) return undefined;
  try {
    const script = compileFunctor(functor, fileName);
    // PostCSS and its like look for such comments by regular expressions, in which V8 finds none.
    if (functor.mayNameMap && script.sourceMapURL !== undefined) return undefined;
    return { ...functor, compiled: { script, fileName } };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
