/**
 * Functions that V8 compiles each for itself. What it has seen at a place in a function's
 * text (shapes, property names, which function was called) it keeps for all closures of
 * that text together, and gives up on a place that has seen many. The functions of a
 * script that is evaluated once more begin anew.
 */
import { Script } from "node:vm";

/** @param text an expression of moat's own: HAZARD: it sees the real global object. */
export function makeEvaluator<Value>(text: string): () => Value {
  let script: Script | undefined;
  // The name keeps it out of stacks. HAZARD: without `importModuleDynamically`, on purpose.
  return () => (script ??= new Script(text, { filename: "moat:own-feedback" })).runInThisContext() as Value;
}
