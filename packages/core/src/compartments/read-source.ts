/** Reading sources to compare them with what is kept: most are the same, and their bytes are needed no more. */
import { Buffer } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";

let memory = Buffer.alloc(256 * 1024);

/**
 * HAZARD: the bytes lie in memory that the next call uses again, for any package's file: nobody keeps them.
 */
export function readSource(path: string): Buffer {
  const descriptor = openSync(path, "r");
  try {
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, memory, length, memory.length - length, null);
      length += read;
      if (read === 0) return memory.subarray(0, length);
      if (length === memory.length) memory = Buffer.concat([memory], memory.length * 2);
    }
  } finally {
    closeSync(descriptor);
  }
}
