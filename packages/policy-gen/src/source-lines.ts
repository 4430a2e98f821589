import type { Place } from "./facts.ts";

/** Turns offsets of a text into places; the table of lines is made on first use. */
export function makePlaces(source: string): (offset: number) => Place {
  let starts: number[] | undefined;
  return (offset) => {
    if (starts === undefined) {
      starts = [0];
      for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
    }
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const start = starts[low]!;
    const end = starts[low + 1] ?? source.length;
    const column = offset - start;
    // Minified files have one line: show what is around the place.
    const from = column > 80 ? offset - 20 : start;
    return { line: low + 1, column: column + 1, snippet: printable(source.slice(from, Math.min(end, from + 120))) };
  };
}

/** Text of a package on its way to a terminal: one line, no control or direction characters. */
function printable(text: string): string {
  return (
    text
      .trim()
      // oxlint-disable-next-line no-control-regex -- control characters are what it replaces
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ")
      .toWellFormed()
  );
}
