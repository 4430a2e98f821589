/**
 * From places in a functor's text back to places in the source that it was made
 * of: what stack traces and coverage are asked for.
 */
import type { Edit } from "./edits.ts";

/** How a functor's text came about: enough to undo it, and cheap to keep. */
export interface TextShifts {
  /** Where the guest's text begins. */
  readonly bodyStart: number;
  readonly sourceLength: number;
  /** Start and end in the source and length of the replacement, three numbers an edit, in order. */
  readonly shifts: Readonly<ArrayLike<number>>;
}

/** Lines and columns count from 1, offsets from 0, in UTF-16 units, as V8's do. */
export interface SourcePositions {
  readonly bodyStart: number;
  readonly sourceLength: number;
  offsetOf(textOffset: number): number;
  /** The same for the start of a piece: what was taken out right before it (`export default`) is not in it. */
  startOf(textOffset: number): number;
  /** Whether a piece of the text stands for nothing of the source: moat has put it there. */
  isOwn(textStart: number, textEnd: number): boolean;
  columnOf(line: number, textColumn: number): number;
}

export function noteShifts(bodyStart: number, source: string, edits: readonly Edit[]): TextShifts {
  const changing = edits
    .filter(({ start, end, text }) => end - start !== text.length)
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
  const shifts = new Int32Array(changing.length * 3);
  for (const [index, { start, end, text }] of changing.entries()) shifts.set([start, end, text.length], index * 3);
  return { bodyStart, sourceLength: source.length, shifts };
}

export function makeSourcePositions(text: string, { bodyStart, sourceLength, shifts }: TextShifts): SourcePositions {
  const count = shifts.length / 3;
  let begins: Int32Array | undefined;
  /** Where each replacement begins in the text, its offset from `bodyStart`. */
  const beginnings = (): Int32Array => {
    if (begins !== undefined) return begins;
    begins = new Int32Array(count);
    let moved = 0;
    for (let index = 0; index < count; index++) {
      const start = shifts[index * 3]!;
      begins[index] = start + moved;
      moved += shifts[index * 3 + 2]! - (shifts[index * 3 + 1]! - start);
    }
    return begins;
  };

  /** The last replacement that begins before a place. */
  const lastBefore = (offset: number): number => {
    const starts = beginnings();
    let low = 0;
    for (let high = count; low < high;) {
      const middle = (low + high) >> 1;
      if (starts[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  const offsetOf = (textOffset: number): number => {
    const offset = textOffset - bodyStart;
    const starts = beginnings();
    const at = lastBefore(offset);
    if (at === -1) return clamp(offset);
    const past = offset - (starts[at]! + shifts[at * 3 + 2]!);
    return clamp(past < 0 ? shifts[at * 3]! : shifts[at * 3 + 1]! + past);
  };
  const startOf = (textOffset: number): number => {
    const offset = textOffset - bodyStart;
    const starts = beginnings();
    let at = lastBefore(offset) + 1;
    if (starts[at] !== offset || shifts[at * 3 + 2] !== 0) return offsetOf(textOffset);
    while (starts[at + 1] === offset && shifts[at * 3 + 5] === 0) at++;
    return shifts[at * 3 + 1]!;
  };
  const clamp = (offset: number): number => Math.max(0, Math.min(offset, sourceLength));

  let lineStarts: number[] | undefined;
  return {
    bodyStart,
    sourceLength,
    offsetOf,
    startOf,
    isOwn(textStart, textEnd) {
      const at = lastBefore(textStart - bodyStart);
      return at !== -1 && textEnd - bodyStart <= beginnings()[at]! + shifts[at * 3 + 2]!;
    },
    columnOf(line, textColumn) {
      if (lineStarts === undefined) {
        lineStarts = [0];
        const lineEnd = /\r\n|[\n\r\u2028\u2029]/g;
        while (lineEnd.test(text)) lineStarts.push(lineEnd.lastIndex);
      }
      // The wrapper's head is a line of its own, numbered 0.
      const start = lineStarts[line];
      if (start === undefined) return textColumn;
      const at = lastBefore(start + textColumn - 1 - bodyStart);
      const begin = at === -1 ? -1 : beginnings()[at]!;
      // What is taken away at the start of a line has no length.
      const isAfterAll = begin < start - bodyStart && begin + (shifts[at * 3 + 2] ?? 0) <= start - bodyStart;
      // On the first line, what is before the body is moat's.
      if (isAfterAll && start >= bodyStart) return textColumn;
      return offsetOf(start + textColumn - 1) - offsetOf(start) + 1;
    },
  };
}
