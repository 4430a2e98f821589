/**
 * The strict functor: guest text as the body of a strict function inside a
 * strict function whose parameters are all the names that the compartment
 * serves, and all those that the real global object has.
 *
 *     (function(console,moat$g,…,Object){"use strict";moat$e0:{return (function(exports,require,…){"use strict";
 *     …guest text, on its own lines…
 *     });break moat$e0}})
 *
 * V8 compiles it natively in the main context; its free names are then
 * constants, not look-ups. The parentheses around the inner function let V8 read
 * the guest's text once and not twice. Why this holds is argued in `ARCHITECTURE.md`.
 *
 * HAZARD: what moat reads otherwise than V8 does must still find nothing. So it is the text itself that holds, by V8's own rules:
 * no name of the real global is free wherever it stands; all is strict; and
 * text that closes the functions early meets a `break` to a label that it can't
 * have written, which is an early error: none of it runs.
 */
import type { Script } from "node:vm";
import { applyEdits } from "./edits.ts";
import { namesItsSource } from "./names-its-source.ts";
import { RESERVED } from "./reserved-names.ts";
import type { Rewriting } from "./rewrite-references.ts";
import { noteShifts, type TextShifts } from "./source-positions.ts";
import { headOf, tailOf, verifyFunctor } from "./verify-functor.ts";

/** A text ready to be compiled, and the values it must be given. */
export interface Functor {
  readonly text: string;
  /** Names of the outer function's first parameters, in order: the compartment's, then moat's machinery. The others are given nothing. */
  readonly parameters: readonly string[];
  readonly positions: TextShifts;
  /** It holds what would name a map in a comment, and none was seen there: so V8 is asked, see `judgedByV8`. */
  readonly mayNameMap?: true;
  /** The text as V8 has compiled it already, and the name that it was given. */
  readonly compiled?: { readonly script: Script; readonly fileName: string };
  /** The engine's code cache of the text, where it is kept from run to run. */
  readonly code?: CodeCache;
}

/** What a compiler is given, and gives back, for one text. */
export interface CodeCache {
  /** For `vm.Script`'s `cachedData`; undefined where there is none yet. */
  readonly data: Uint8Array | undefined;
  /** To be told of the script that was compiled from the text. */
  compiled(script: Script): void;
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
  const wrapped = wrap(source, body, labelNotIn(body), rewriting, shape, realGlobalNames);
  verifyFunctor(wrapped.functor.text, wrapped.allParameters, shape, realGlobalNames);
  return wrapped.functor;
}

/**
 * The same for a text that was read without a tree. HAZARD: the second look at it
 * is V8's own; the functor counts only once V8 has compiled it.
 * @param source holds nothing that begins a reserved name, escaped or not: so neither a label; see `quick-look.ts`.
 * @returns undefined where the text might give itself another name.
 */
export function makeQuickFunctor(
  source: string,
  rewriting: Rewriting,
  shape: FunctorShape,
  realGlobalNames: ReadonlySet<string>,
): Functor | undefined {
  const { functor } = wrap(
    source,
    applyEdits(source, rewriting.edits),
    `${RESERVED.label}0`,
    rewriting,
    shape,
    realGlobalNames,
  );
  if (namesItsSource(functor.text, ["source"])) return undefined;
  return namesItsSource(functor.text, ["sourceMapping"]) ? { ...functor, mayNameMap: true } : functor;
}

function wrap(
  source: string,
  body: string,
  label: string,
  rewriting: Rewriting,
  shape: FunctorShape,
  realGlobalNames: ReadonlySet<string>,
): { functor: Functor; allParameters: readonly string[] } {
  const parameters = [...rewriting.parameters, ...[...rewriting.machinery].toSorted()];
  const served = new Set(parameters);
  const allParameters = [...parameters, ...[...realGlobalNames].filter((name) => !served.has(name))];
  const head = `${headOf(allParameters, shape, label)}${shape.prologue ?? ""}\n`;
  const text = `${head}${body}\n${shape.epilogue ?? ""}${tailOf(label)}`;
  return { functor: { text, parameters, positions: noteShifts(head.length, source, rewriting.edits) }, allParameters };
}

/** An escape of a character that labels are made of. */
const ESCAPED_CHARACTER = /\\u(?:\{0*|00)(?:6[dDfF15]|74|24|3\d)/;
const ESCAPED = /\\u(?:\{0*([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/g;

/** A label that the text does not hold, written with escapes or without. */
function labelNotIn(body: string): string {
  const plain =
    body.includes("\\u") && ESCAPED_CHARACTER.test(body)
      ? body.replace(ESCAPED, (whole, braced?: string, four?: string) => {
          const code = Number.parseInt(braced ?? four!, 16);
          return code > 0x10ffff ? whole : String.fromCodePoint(code);
        })
      : body;
  for (let count = 0; ; count++) if (!plain.includes(`${RESERVED.label}${count}`)) return `${RESERVED.label}${count}`;
}
