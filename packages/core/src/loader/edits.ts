/** A replacement of `source[start, end)` by `text`. Insertions have `start === end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Of insertions at one place: what closes a construct comes first, then what begins a function's body, then what opens one. */
  readonly rank?: keyof typeof RANKS;
}

const RANKS = { closing: 0, prologue: 1, opening: 2, other: 3 };

function rankOf({ start, end, rank }: Edit): number {
  return start === end ? RANKS[rank ?? "other"] : RANKS.other;
}

/**
 * Applies edits in order of position; insertions at one place and of one rank keep
 * the order in which they were made.
 * @throws {RangeError} when two edits overlap, which is a fault of the caller.
 */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const ordered = edits
    .map((edit, index) => ({ edit, index }))
    .toSorted(
      (a, b) =>
        a.edit.start - b.edit.start || a.edit.end - b.edit.end || rankOf(a.edit) - rankOf(b.edit) || a.index - b.index,
    );
  let output = "";
  let position = 0;
  for (const { edit } of ordered) {
    if (edit.start < position) throw new RangeError(`overlapping edits at ${edit.start}`);
    output += source.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return output + source.slice(position);
}

/** Only the line breaks of a piece of source: what stays of it when it is taken out. */
export function lineBreaksOf(text: string): string {
  return text.replace(/[^\n\r\u2028\u2029]/g, "");
}

/** The beginning of a call in front of an expression. HAZARD: one that begins with a bracket or a quote may follow a word at once: `return(a || b).c = 1`. */
export function callAt(source: string, start: number, name: string): string {
  return `${/\w/.test(source[start - 1] ?? "") ? " " : ""}${name}(`;
}
