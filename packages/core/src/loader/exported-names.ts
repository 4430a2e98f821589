/** The names of what a CommonJS module exports, as Node finds them for its importers. */
// The lexer that Node itself finds them with; bundled in its JavaScript form, which needs no `initSync`.
import { initSync, parse } from "cjs-module-lexer";

/** @throws where the lexer can't read the text. */
export function exportedNames(text: string): {
  readonly exports: readonly string[];
  readonly reexports: readonly string[];
} {
  initSync();
  return parse(text);
}
