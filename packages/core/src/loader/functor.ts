/**
 * The strict functor: guest text as the body of a strict function inside a
 * function whose parameters are all the names that the compartment serves.
 *
 *     (function(console,moat$g){return function(exports,require,…){"use strict";
 *     …guest text, on its own lines…
 *     }})
 *
 * V8 compiles it natively in the main context; its free names are then
 * constants, not look-ups. Why this holds is argued in `ARCHITECTURE.md`.
 */
import { applyEdits } from "./edits.ts";
import type { Rewriting } from "./rewrite-references.ts";
import { verifyFunctor } from "./verify-functor.ts";

/** A text ready to be compiled, and the values it must be given. */
export interface Functor {
  readonly text: string;
  /** Names of the outer function's parameters, in order: the compartment's, then moat's machinery. */
  readonly parameters: readonly string[];
}

export interface FunctorShape {
  /** Parameters of the inner function. */
  readonly inner: readonly string[];
  readonly kind: "function" | "async function" | "function*" | "async function*";
  /** Put before the guest's text, on the line of the head. */
  readonly prologue?: string;
  readonly epilogue?: string;
}

/** Wraps rewritten text and checks the result once more, independently. */
export function makeFunctor(
  source: string,
  rewriting: Rewriting,
  shape: FunctorShape,
  realGlobalNames: ReadonlySet<string>,
): Functor {
  const body = applyEdits(source, rewriting.edits);
  const parameters = [...rewriting.parameters, ...[...rewriting.machinery].toSorted()];
  const head = `(function(${parameters.join(",")}){return ${shape.kind}(${shape.inner.join(",")}){"use strict";${shape.prologue ?? ""}\n`;
  const text = `${head}${body}\n${shape.epilogue ?? ""}}})`;
  verifyFunctor(text, parameters, shape, realGlobalNames);
  return { text, parameters };
}

