import type { Terminal } from "./command-context.ts";

/**
 * The terminal of the process, for questions; undefined where input or output is not one.
 *
 * HAZARD: only for commands that ask. Once it is read, standard input no longer belongs to a program that is started.
 */
export async function openTerminal(host: NodeJS.Process): Promise<Terminal | undefined> {
  if (host.stdin.isTTY !== true || host.stdout.isTTY !== true) return undefined;
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: host.stdin, output: host.stdout });
  // What was typed ahead is kept: a line that nobody waits for would be lost.
  const typed: string[] = [];
  let waiting: ((line: string | undefined) => void) | undefined;
  let isOpen = true;
  lines.on("line", (line) => {
    if (waiting === undefined) typed.push(line);
    else answer(line);
  });
  lines.on("close", () => {
    isOpen = false;
    answer(undefined);
  });
  const answer = (line: string | undefined): void => {
    const resolve = waiting;
    waiting = undefined;
    resolve?.(line);
  };
  return {
    ask(question) {
      // HAZARD: a prompt after the end would open the input again, and the process would never end.
      if (isOpen) {
        lines.setPrompt(question);
        lines.prompt();
      } else host.stdout.write(question);
      if (typed.length > 0) return Promise.resolve(typed.shift());
      if (!isOpen) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    close: () => lines.close(),
  };
}
