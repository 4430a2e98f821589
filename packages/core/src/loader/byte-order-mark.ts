/** Node strips a byte order mark; a `#!` line becomes a comment of the same length. */
export function stripByteOrderMark(source: string): string {
  return source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
}
