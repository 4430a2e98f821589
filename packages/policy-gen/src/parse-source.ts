import { createRequire } from "node:module";
import { FastParser } from "./fast-parser.ts";
import type { SyntaxNode } from "./scope.ts";

export type ParseResult =
  | { readonly ok: true; readonly program: SyntaxNode }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** Loaded when a file needs it: it takes longer to load than a project with known facts takes to analyse. */
const babel = (): typeof import("@babel/parser") => createRequire(import.meta.url)("@babel/parser");

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
