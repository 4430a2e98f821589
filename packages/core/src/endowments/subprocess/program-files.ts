/** Questions about the files of programs. What can't be told for lack of means is thrown; see `assertAnswer`. */
import { assertAnswer } from "../../errors/assert-answer.ts";

/** As long as Linux reads it. */
const HEAD_BYTES = 256;

/** Undefined where nothing lies there. */
export function realPathOf(fs: any, path: string): string | undefined {
  try {
    return fs.realpathSync.native(path);
  } catch (error) {
    assertAnswer(error);
    return undefined;
  }
}

/** Whether the first line of a file has node run it. */
export function isNodeScript(fs: any, Buffer: any, path: string): boolean {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    const fd = fs.openSync(path, "r");
    try {
      const length: number = fs.readSync(fd, head, 0, head.length, 0);
      return /^#![^\n]*\bnode\b/.test(head.toString("latin1", 0, length));
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    assertAnswer(error);
    return false;
  }
}
