/** A package can have opened all the files that the process, or the machine, can have. */
const OUT_OF_MEANS = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/**
 * Throws an error again that is no answer: to be called where a question about the disk that
 * fails counts as "it is not there" or "it is none".
 *
 * HAZARD: a guest brings such errors about, by the files that it opens, or by calling near the
 * end of the stack, where V8's own errors have no code. What is remembered of them, or is
 * allowed to what is not there, would be the guest's choice.
 */
export function assertAnswer(error: unknown): void {
  const { code } = error as { code?: string };
  const isEngines = code === undefined && (error instanceof RangeError || error instanceof SyntaxError);
  if (isEngines || OUT_OF_MEANS.has(code!)) throw error;
}
