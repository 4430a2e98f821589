import { readFile } from "node:fs/promises";

/** A file's text; undefined where there is none, or it can't be read. For what only makes a message richer. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return undefined;
  }
}
