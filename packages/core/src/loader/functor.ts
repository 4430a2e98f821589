/**
 * The strict functor: guest text as the body of a strict function inside a
 * strict function whose parameters are all the names that the compartment
 * serves, and all those that the real global object has.
 *
 *     (function(console,moat$g,…,Object){"use strict";moat$e0:{return function(exports,require,…){"use strict";
 *     …guest text, on its own lines…
 *     };break moat$e0}})
 *
 * V8 compiles it natively in the main context; its free names are then
 * constants, not look-ups. Why this holds is argued in `ARCHITECTURE.md`.
 *
 * HAZARD: what the parser of `verifyFunctor` reads otherwise than V8 does must
 * still find nothing. So it is the text itself that holds, by V8's own rules:
 * no name of the real global is free wherever it stands; all is strict; and
 * text that closes the functions early meets a `break` to a label that it can't
 * have written, which is an early error: none of it runs.
 */
import type { Script } from "node:vm";
import { applyEdits } from "./edits.ts";
import { RESERVED } from "./reserved-names.ts";
import type { Rewriting } from "./rewrite-references.ts";
import { noteShifts, type TextShifts } from "./source-positions.ts";
import { verifyFunctor } from "./verify-functor.ts";

/** A text ready to be compiled, and the values it must be given. */
export interface Functor {
  readonly text: string;
  /** Names of the outer function's first parameters, in order: the compartment's, then moat's machinery. The others are given nothing. */
  readonly parameters: readonly string[];
  readonly positions: TextShifts;
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
  const parameters = [...rewriting.parameters, ...[...rewriting.machinery].toSorted()];
  const served = new Set(parameters);
  const shadows = [...realGlobalNames].filter((name) => !served.has(name));
  const label = labelNotIn(body);
  const head =
    `(function(${[...parameters, ...shadows].join(",")}){"use strict";${label}:{return ` +
    `${shape.kind}(${shape.inner.join(",")}){"use strict";${shape.prologue ?? ""}\n`;
  const text = `${head}${body}\n${shape.epilogue ?? ""}};break ${label}}})`;
  verifyFunctor(text, [...parameters, ...shadows], shape, realGlobalNames);
  return { text, parameters, positions: noteShifts(head.length, source, rewriting.edits) };
}

const ESCAPED = /\\u(?:\{0*([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/g;

/** A label that the text does not hold, written with escapes or without. */
function labelNotIn(body: string): string {
  const plain = body.includes("\\u")
    ? body.replace(ESCAPED, (whole, braced?: string, four?: string) => {
        const code = Number.parseInt(braced ?? four!, 16);
        return code > 0x10ffff ? whole : String.fromCodePoint(code);
      })
    : body;
  for (let count = 0; ; count++) if (!plain.includes(`${RESERVED.label}${count}`)) return `${RESERVED.label}${count}`;
}
