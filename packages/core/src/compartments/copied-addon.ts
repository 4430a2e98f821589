/**
 * Tools copy their native addon into the temporary folder and load the copy, so that the
 * file in `node_modules` can be replaced while they run (nx), or because they are moved
 * about as one file. What is loaded is the original, under its own grant.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { basename } from "node:path";

const CHUNK_BYTES = 1 << 20;

/** Which of the originals a file is a copy of, to the byte; files that can't be read are none. */
export function copiedFrom(path: string, originals: readonly string[]): string | undefined {
  const size = sizeOf(path);
  if (size === undefined) return undefined;
  // A copy keeps the end of its name, mostly: what compares bytes looks there first.
  const likely = originals.toSorted((a, b) => Number(isNamedAfter(path, b)) - Number(isNamedAfter(path, a)));
  return likely.find((original) => sizeOf(original) === size && haveSameBytes(path, original));
}

const isNamedAfter = (path: string, original: string): boolean => path.endsWith(basename(original));

function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}

function haveSameBytes(first: string, second: string): boolean {
  const files = [openSync(first, "r")];
  try {
    files.push(openSync(second, "r"));
    const [a, b] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)];
    for (;;) {
      const [readA, readB] = [readSync(files[0]!, a), readSync(files[1]!, b)];
      if (readA !== readB || !a.subarray(0, readA).equals(b.subarray(0, readB))) return false;
      if (readA === 0) return true;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}
