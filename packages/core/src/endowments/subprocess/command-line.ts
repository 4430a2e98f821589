/** Anything by which a POSIX shell or cmd.exe would do more than split words. */
const PLAIN = /^[\w\-./:,@+ \t]+$/;
const QUOTED_WORD = /"([\w\-./:,@+ \t=]*)"|'([\w\-./:,@+ \t=]*)'|([\w\-./:,@+=]+)/gy;

/**
 * Splits a command line that needs no shell: plain words and simple quotes.
 * Undefined where a shell would see anything else (variables, globs, redirections,
 * several commands, escapes, assignments): such a line needs the shell granted.
 */
export function wordsOfPlainCommand(line: string): readonly string[] | undefined {
  const text = line.trim();
  if (text === "") return undefined;
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    QUOTED_WORD.lastIndex = at;
    const match = QUOTED_WORD.exec(text);
    if (match === null) return undefined;
    words.push(match[1] ?? match[2] ?? match[3]!);
    at = QUOTED_WORD.lastIndex;
    if (at < text.length && text[at] !== " " && text[at] !== "\t") return undefined;
    while (text[at] === " " || text[at] === "\t") at += 1;
  }
  // `NAME=value program` sets a variable; a quoted program name is left to a shell.
  return PLAIN.test(words[0]!) && !words[0]!.includes(" ") ? words : undefined;
}
