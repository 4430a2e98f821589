import { createRequire } from "node:module";
import { Parser, type Options } from "acorn";
import type { Scope, SyntaxNode } from "./scope.ts";

export type ParseResult =
  | { readonly ok: true; readonly program: SyntaxNode }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** Loaded when a file needs it: it takes longer to load than a project with known facts takes to analyse. */
const babel = (): typeof import("@babel/parser") => createRequire(import.meta.url)("@babel/parser");

/** A list of words, as acorn asks for them: it writes `/^(?:break|case)$/` and calls nothing but `test`. */
interface WordTest {
  readonly source: string;
  test(word: string): boolean;
}

/** What acorn's parser has and its types don't say. */
interface AcornState {
  start: number;
  keywords: WordTest;
  reservedWords: WordTest;
  reservedWordsStrict: WordTest;
  reservedWordsStrictBind: WordTest;
  parse(): SyntaxNode;
  startNode(): SyntaxNode;
  startNodeAt(start: number): SyntaxNode;
}

const wordTests = new Map<string, WordTest>();

/** The same question to a set, which answers faster: acorn asks up to three times for each identifier. */
function asSet(words: WordTest): WordTest {
  const { source } = words;
  let test = wordTests.get(source);
  if (test === undefined) {
    const alternatives = /^\^\(\?:([a-z|]+)\)\$$/.exec(source)?.[1];
    const set = alternatives === undefined ? undefined : new Set(alternatives.split("|"));
    wordTests.set(source, (test = set === undefined ? words : { source, test: (word) => set.has(word) }));
  }
  return test;
}

/** A node with room for what the walk adds: a property that comes later would be another allocation for each. */
class RoomyNode {
  type = "";
  start: number;
  end = 0;
  parent: SyntaxNode | undefined = undefined;
  scope: Scope | undefined = undefined;

  constructor(start: number) {
    this.start = start;
  }
}

/** acorn, with its hottest questions answered faster. */
class FastParser extends (Parser as unknown as new (options: Options, input: string) => AcornState) {
  constructor(options: Options, input: string) {
    super(options, input);
    this.keywords = asSet(this.keywords);
    this.reservedWords = asSet(this.reservedWords);
    this.reservedWordsStrict = asSet(this.reservedWordsStrict);
    this.reservedWordsStrictBind = asSet(this.reservedWordsStrictBind);
  }

  override startNode(): SyntaxNode {
    return new RoomyNode(this.start);
  }

  override startNodeAt(start: number): SyntaxNode {
    return new RoomyNode(start);
  }
}

/** acorn on `import` or `export` in a script: a module, and no case for Babel. */
const MODULE_SYNTAX = /'import' and 'export' may appear only|import\.meta/;

/**
 * Parses a module to ESTree: acorn first, which is fast, and Babel for what it
 * refuses. `onDeep` is called where acorn ran out of stack. JSX, TypeScript and Flow are not JavaScript to Node either and fail.
 */
export function parseSource(source: string, format: "module" | "commonjs", onDeep: () => void = () => {}): ParseResult {
  try {
    const parser = new FastParser(
      {
        ecmaVersion: "latest",
        sourceType: format === "module" ? "module" : "script",
        allowHashBang: true,
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: format === "module",
        allowSuperOutsideMethod: true,
      },
      source,
    );
    return { ok: true, program: parser.parse() };
  } catch (error) {
    if (error instanceof RangeError) onDeep();
    if (format === "commonjs" && MODULE_SYNTAX.test((error as Error).message)) return failure(error);
    return secondTry(source, format, error);
  }
}

function secondTry(source: string, format: "module" | "commonjs", first: unknown): ParseResult {
  try {
    const file = babel().parse(source, {
      sourceType: format === "module" ? "module" : "script",
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: format === "module",
      errorRecovery: true,
      plugins: ["estree", "decorators", "explicitResourceManagement", "sourcePhaseImports"],
      createImportExpressions: true,
    });
    return { ok: true, program: file.program as unknown as SyntaxNode };
  } catch {
    return failure(first);
  }
}

function failure(error: unknown): ParseResult {
  const { message = String(error), pos = 0 } = error as { message?: string; pos?: number };
  return { ok: false, message, offset: pos };
}
