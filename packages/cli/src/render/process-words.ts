/**
 * What members of `process` that a policy grants by name come to, after "can". A member
 * that is not here is told by its name alone.
 */
const WORDS: Readonly<Record<string, string>> = {
  __proto__: null as never,
  abort: "end the program",
  exit: "end the program",
  reallyExit: "end the program",
  exitCode: "set the program's exit code",
  kill: "signal the program and what it has started, which may end them",
  chdir: "change the current folder of the whole program",
  umask: "change who may read the files that the program makes",
  stdin: "read the standard input",
  openStdin: "read the standard input",
  title: "change the program's name",
  on: "hear the program's signals and the errors that nobody handles, which then do not end it",
  uncaughtException: "hear errors that nobody handles, which then do not end the program",
  uncaughtExceptionMonitor: "hear errors that nobody handles",
  unhandledRejection: "hear rejections that nobody handles, which then do not end the program",
  rejectionHandled: "hear rejections that nobody handles",
  multipleResolves: "hear what promises of the whole program come to",
  warning: "hear the program's warnings",
  message: "hear messages of the process that started the program",
  send: "send messages to the process that started the program",
  disconnect: "end the connection to the process that started the program",
  channel: "keep the connection to the process that started the program",
  loadEnvFile: "set environment variables for all packages, where nobody has set them",
  setuid: "change the user that the program runs as",
  seteuid: "change the user that the program runs as",
  setgid: "change the group that the program runs as",
  setegid: "change the group that the program runs as",
  setgroups: "change the groups that the program runs as",
  initgroups: "change the groups that the program runs as",
};

/** Undefined where the member's name has to do. */
export function processWords(member: string): string | undefined {
  return /^SIG[A-Z0-9]+$/u.test(member) ? "hear signals, which then do not end the program" : WORDS[member];
}

/** Of several members: the same words once, with the names that they stand for. */
export function processWordsOf(members: readonly string[]): string[] {
  const byWords = new Map<string, string[]>();
  for (const member of members) {
    const words = processWords(member);
    if (words !== undefined) byWords.set(words, [...(byWords.get(words) ?? []), `process.${member}`]);
  }
  return [...byWords].map(([words, names]) => `${words} (${names.join(", ")})`);
}
