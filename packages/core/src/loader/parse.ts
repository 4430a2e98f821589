import { Parser, tokTypes, type Options } from "acorn";
import { sourceNamesIn } from "./names-its-source.ts";
import { CHILD_FIELDS, type SyntaxNode } from "./syntax.ts";
import { askWordsInSets, type WordLists } from "./word-sets.ts";

/** Which grammar a text is read with. */
export type Goal = "commonjs" | "module" | "script";

export interface Parsed {
  readonly program: SyntaxNode;
  /** Offsets of the `#` or `@` in comments that V8 would take a file's name from. */
  readonly magicComments: readonly number[];
}

/** What acorn's parser has and its types don't say. */
interface AcornState extends WordLists {
  readonly type: unknown;
  readonly lastTokEnd: number;
  insertSemicolon(): boolean | undefined;
  catchStackOverflow<T>(parse: () => T): T;
}

/**
 * HAZARD: acorn guesses from the tokens before whether a slash begins a regular
 * expression, and guesses wrong after a variable `of` and after `a?.yield`. With a
 * line break between, it then inserts a semicolon where V8 divides, and code
 * hides in what acorn takes for a regular expression's text.
 */
class GuestParser extends (Parser as unknown as new (
  options: Options,
  input: string,
) => AcornState & { parse(): unknown }) {
  /** Ends of statements after which a semicolon was inserted before a regular expression. */
  readonly doubtful: number[] = [];

  constructor(options: Options, input: string) {
    super(options, input);
    askWordsInSets(this);
  }

  override insertSemicolon(): boolean | undefined {
    const inserted = super.insertSemicolon();
    if (inserted && this.type === tokTypes.regexp) this.doubtful.push(this.lastTokEnd);
    return inserted;
  }

  /** HAZARD: acorn asks a regular expression what the error is, where it came: V8 ends the process when there is no stack to compile that. */
  override catchStackOverflow<T>(parse: () => T): T {
    return parse();
  }
}

/** The only thing that can't be divided and whose statement is worth ending: a function's block after an arrow. */
function assertEndsArrow(program: SyntaxNode, ends: readonly number[]): void {
  const arrows = new Set<number>();
  const visit = (node: SyntaxNode): void => {
    if (node.type === "ArrowFunctionExpression" && node["body"].type === "BlockStatement") arrows.add(node.end);
    for (const field of CHILD_FIELDS[node.type] ?? []) {
      const children: unknown = node[field];
      for (const child of Array.isArray(children) ? children : [children]) if (child) visit(child as SyntaxNode);
    }
  };
  visit(program);
  for (const end of ends) {
    if (!arrows.has(end))
      throw new SyntaxError(
        "a slash after a line break that divides, or begins a regular expression: write a semicolon",
      );
  }
}

/**
 * Parses guest text.
 * @throws {SyntaxError} with `pos` and `loc` as acorn gives them; also for text nested too deep to be walked.
 */
export function parseGuest(source: string, goal: Goal): Parsed {
  const magicComments: number[] = [];
  const options: Options = {
    ecmaVersion: "latest",
    sourceType: goal,
    allowHashBang: true,
    allowSuperOutsideMethod: false,
    onComment: (_block, _text, start, end) => void magicComments.push(...sourceNamesIn(source, start, end)),
  };
  try {
    const parser = new GuestParser(options, source);
    const program = parser.parse() as SyntaxNode;
    if (parser.doubtful.length > 0) assertEndsArrow(program, parser.doubtful);
    return { program, magicComments };
  } catch (error) {
    if (error instanceof RangeError) throw new SyntaxError("the text is nested too deep", { cause: error });
    throw withPlainPlace(error);
  }
}

/**
 * HAZARD: acorn's `loc` is of a class of its own, by which whoever sees one error of it
 * could change what all others say.
 */
function withPlainPlace(error: unknown): unknown {
  const placed = error as { loc?: { line: number; column: number } };
  if (placed.loc !== undefined) placed.loc = { line: placed.loc.line, column: placed.loc.column };
  return error;
}

/** Does nothing but load the parser, where that is a file of its own: V8 refuses its code cache while `optimisedLate` runs. */
export function loadParser(): void {}

/** Whether a module holds `<!--` outside of strings, comments and the like. */
export function holdsHtmlComment(source: string): boolean {
  if (!source.includes("<!--")) return false;
  let found = false;
  const options: Options = {
    ecmaVersion: "latest",
    sourceType: "module",
    allowHashBang: true,
    onToken: ({ start, end }) => {
      found ||= end === start + 1 && source.startsWith("<!--", start);
    },
  };
  try {
    // Only the parser knows for certain where a regular expression begins.
    new GuestParser(options, source).parse();
  } catch (error) {
    throw withPlainPlace(error);
  }
  return found;
}
