import { createRequire } from "node:module";
import type { Options } from "acorn";
import { FastParser, PlainParser } from "./fast-parser.ts";
import type { SyntaxNode } from "./scope.ts";

export type ParseResult =
  | { readonly ok: true; readonly program: SyntaxNode }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** Loaded when a file needs it: it takes longer to load than a project with known facts takes to analyse. */
const babel = (): typeof import("@babel/parser") => createRequire(import.meta.url)("@babel/parser");

/** acorn on `import` or `export` in a script: a module, and no case for Babel. */
const MODULE_SYNTAX = /'import' and 'export' may appear only|import\.meta/;

/** Not JavaScript of any version. Babel would go on to the next, and tell of each: of ten thousand labels fifty million times. */
const NEVER_VALID = /^(?:Label '[^]*' is already declared|Expecting Unicode escape sequence)/;

/**
 * Parses a module to ESTree: acorn first, which is fast, and Babel for what it
 * refuses. `onDeep` is called where acorn ran out of stack. JSX, TypeScript and Flow are not JavaScript to Node either and fail.
 */
export function parseSource(source: string, format: "module" | "commonjs", onDeep: () => void = () => {}): ParseResult {
  try {
    return { ok: true, program: parseBy(FastParser, source, format) };
  } catch (error) {
    if (error instanceof RangeError) {
      onDeep();
      return tryWithLessStack(source, format, error);
    }
    const { message } = error as Error;
    if (NEVER_VALID.test(message) || (format === "commonjs" && MODULE_SYNTAX.test(message))) return failure(error);
    return secondTry(source, format, error);
  }
}

function parseBy(parser: typeof PlainParser, source: string, format: "module" | "commonjs"): SyntaxNode {
  const options: Options = {
    ecmaVersion: "latest",
    sourceType: format === "module" ? "module" : "script",
    allowHashBang: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: format === "module",
    allowSuperOutsideMethod: true,
  };
  return new parser(options, source).parse();
}

/** acorn's own way takes less stack. */
function tryWithLessStack(source: string, format: "module" | "commonjs", first: unknown): ParseResult {
  try {
    return { ok: true, program: parseBy(PlainParser, source, format) };
  } catch {
    return secondTry(source, format, first);
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
