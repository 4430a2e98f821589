import { readSource } from "./read-source.ts";

/** Whether a file's text names what it imports, so that an analysis of the file finds it: what is computed is not found. */
export function isNamedIn(file: string, specifier: string): boolean {
  try {
    const text = readSource(file);
    return ['"', "'", "`"].some((quote) => text.includes(`${quote}${specifier}${quote}`));
  } catch {
    // It was removed while it ran: the command that adds it would not find it either.
    return false;
  }
}
