/** A text that is read without a tree: what it needs to be rewritten in, if that can be said so. */
import { Doubt, QuickReader } from "./quick-reader.ts";
import { rewriteQuickly } from "./quick-rewriting.ts";
import type { RewriteOptions, Rewriting } from "./rewrite-references.ts";
import { Tokens } from "./tokens.ts";

export interface QuickLook {
  readonly rewriting: Rewriting;
  readonly certainRequests: readonly string[];
}

/** Reserved names, or an escape of one of their first letters. */
const MAY_BE_RESERVED = /moat\$|\\u(?:\{0*(?:6[dDfF1]|74|24)\}|00(?:6[dDfF1]|74|24))/;

/** @returns undefined where the text has to be parsed. */
export function lookQuickly(source: string, options: RewriteOptions): QuickLook | undefined {
  if (MAY_BE_RESERVED.test(source)) return undefined;
  const tokens = new Tokens(source);
  if (tokens.doubt !== undefined) return undefined;
  const reader = new QuickReader(tokens);
  try {
    reader.readProgram();
    return { rewriting: rewriteQuickly(reader, options), certainRequests: reader.certainRequests };
  } catch (error) {
    // HAZARD: text nested too deep to be read ends in a RangeError.
    if (error instanceof Doubt || error instanceof RangeError) return undefined;
    throw error;
  }
}
