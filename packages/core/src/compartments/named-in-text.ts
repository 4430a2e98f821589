import { readSource } from "./read-source.ts";

/** What stands before a name that is imported as it is, and not one of a list that something loads. */
const IMPORTS = /\b(?:require|require\.resolve|import|from)\s*\(?\s*$/u;

/** Whether a file's text imports something by its name, so that an analysis of the file finds it: what is computed is not found. */
export function isNamedIn(file: string, specifier: string): boolean {
  try {
    const text = readSource(file).toString();
    return ['"', "'", "`"].some((quote) => importsIn(text, `${quote}${specifier}${quote}`));
  } catch {
    // It was removed while it ran: the command that adds it would not find it either.
    return false;
  }
}

/** Spaces and a bracket may stand between. */
const LONGEST_IMPORT = 40;

function importsIn(text: string, quoted: string): boolean {
  for (let at = text.indexOf(quoted); at !== -1; at = text.indexOf(quoted, at + 1))
    if (IMPORTS.test(text.slice(Math.max(0, at - LONGEST_IMPORT), at))) return true;
  return false;
}
