import { parse, type Options } from "acorn";
import type { SyntaxNode } from "./syntax.ts";

/** Which grammar a text is read with. */
export type Goal = "commonjs" | "module" | "script";

/** A comment that would give the compiled text another name in stack traces. */
const MAGIC_COMMENT = /[#@][ \t]*source(?:Mapping)?URL/;

export interface Parsed {
  readonly program: SyntaxNode;
  /** Offsets of the `#` or `@` in comments that V8 would take a file's name from. */
  readonly magicComments: readonly number[];
}

/**
 * Parses guest text.
 * @throws {SyntaxError} with `pos` and `loc` as acorn gives them; also for text nested too deep to be walked.
 */
export function parseGuest(source: string, goal: Goal): Parsed {
  const magicComments: number[] = [];
  const options: Options = {
    ecmaVersion: "latest",
    sourceType: goal === "module" ? "module" : "script",
    allowHashBang: true,
    allowReturnOutsideFunction: goal === "commonjs",
    allowSuperOutsideMethod: false,
    onComment: (_block, text, start) => {
      const found = MAGIC_COMMENT.exec(text);
      if (found) magicComments.push(start + 2 + found.index);
    },
  };
  if (goal === "commonjs") (options as { allowNewTargetOutsideFunction?: boolean }).allowNewTargetOutsideFunction = true;
  try {
    return { program: parse(source, options) as unknown as SyntaxNode, magicComments };
  } catch (error) {
    if (error instanceof RangeError) throw new SyntaxError("the text is nested too deep", { cause: error });
    throw error;
  }
}
