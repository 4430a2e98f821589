/** Anything by which a POSIX shell or cmd.exe would do more than split words. */
const PLAIN = /^[\w\-./:,@+ \t]+$/;
const QUOTED_WORD = /"([\w\-./:,@+ \t=]*)"|'([\w\-./:,@+ \t=]*)'|([\w\-./:,@+=]+)/y;
/** What joins commands, and ends a line. */
const JOINT = /\|\||&&|[;|]/y;
/** Output that goes to nothing or with the other output, and input that is nothing. */
const REDIRECTION = /(?:[12]?>&[12]|[12]?>[ \t]*\/dev\/null|<[ \t]*\/dev\/null)(?=[ \t;|&]|$)/y;
const BLANKS = /[ \t]*/y;
const ENDS_WORD = /[ \t;|&]/y;

/** Words of a shell's own that do nothing but end a command well or badly. */
const INERT: ReadonlySet<string> = new Set([":", "exit", "false", "true"]);
/** Words that a POSIX shell takes for itself, whatever program has that name. */
const OF_THE_SHELL: ReadonlySet<string> = new Set(
  (
    ". alias bg bind break builtin caller case cd command compgen complete continue coproc declare dirs disown do done " +
    "elif else enable esac eval exec export fc fg fi for function getopts hash help history if in jobs let local " +
    "logout mapfile popd pushd read readarray readonly return select set shift shopt source suspend then time times " +
    "trap type typeset ulimit umask unalias unset until wait while"
  ).split(" "),
);

/**
 * Splits a command line that needs no shell: plain words and simple quotes.
 * Undefined where a shell would see anything else (variables, globs, redirections,
 * several commands, escapes, assignments): such a line needs a shell.
 */
export function wordsOfPlainCommand(line: string): readonly string[] | undefined {
  const commands = readLine(line);
  return commands?.length === 1 && !commands[0]!.isRedirected ? commands[0]!.words : undefined;
}

/**
 * The commands by whose grants alone a shell may run a line: `git tag` and `sort` of
 * `git tag 2>/dev/null | sort || true`, in words. Undefined where the shell would do more than
 * start plain commands, one after the other: such a line needs the shell granted.
 */
export function commandsOfLine(line: string): readonly (readonly string[])[] | undefined {
  const started = readLine(line)
    ?.map(({ words }) => words)
    .filter(([word]) => !INERT.has(word!));
  if (started === undefined || started.length === 0) return undefined;
  return started.some(([word]) => word!.includes("/") || OF_THE_SHELL.has(word!)) ? undefined : started;
}

/** The programs of {@link commandsOfLine}. */
export function programsOfLine(line: string): readonly string[] | undefined {
  return commandsOfLine(line)?.map(([program]) => program!);
}

interface Command {
  readonly words: readonly string[];
  readonly isRedirected: boolean;
}

/** Plain commands and what joins them; undefined where there is anything else. */
function readLine(line: string): readonly Command[] | undefined {
  // What a shell skips, and no more.
  const text = line.replaceAll(/^[ \t\n]+|[ \t\n]+$/g, "");
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text) ?? undefined;
    if (match !== undefined) at = pattern.lastIndex;
    return match;
  };
  const commands: Command[] = [];
  do {
    take(BLANKS);
    const words: string[] = [];
    let isRedirected = false;
    while (at < text.length && !isAt(JOINT, text, at)) {
      if (take(REDIRECTION)) isRedirected = true;
      else {
        const match = take(QUOTED_WORD);
        // HAZARD: what follows a word without a blank belongs to it, or changes what it means: `a$x`, `a2>&1`.
        if (match === undefined || !(at === text.length || isAt(ENDS_WORD, text, at))) return undefined;
        words.push(match[1] ?? match[2] ?? match[3]!);
      }
      take(BLANKS);
    }
    // `NAME=value program` sets a variable; a quoted program name is left to a shell.
    if (words.length === 0 || !PLAIN.test(words[0]!) || words[0]!.includes(" ")) return undefined;
    commands.push({ words, isRedirected });
    // A semicolon may end the line; the others go on.
  } while (take(JOINT) !== undefined && !(at === text.length && text[at - 1] === ";"));
  return commands;
}

function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}
