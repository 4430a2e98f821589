/**
 * Control characters (which move the cursor, recolour, set titles, answer for
 * the keyboard), line ends, invisible and bidirectional formatting (which show
 * text in another order than it has), and lone surrogates.
 */
// Made when it is used: its classes take a while.
const unprintable = (): RegExp =>
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}|\p{Surrogate}|[\ufff9-\ufffb]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text that came from a package, made harmless for a terminal and for one line of a log. */
export function escapeForTerminal(text: string): string {
  return text.replace(
    unprintable(),
    (character) => SHORT[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
