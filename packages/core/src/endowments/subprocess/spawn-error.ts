import type { EndowmentContext } from "../principal.ts";

/**
 * What Node says where a program is not there: what a package sees of a program
 * that it was not granted, so that code which copes with a missing `git` copes.
 */
export function programNotFound(
  context: EndowmentContext,
  syscall: "spawn" | "spawnSync",
  file: string,
  args: readonly string[],
): NodeJS.ErrnoException & { spawnargs: string[] } {
  const call = `${syscall} ${file}`;
  const error = new Error(`${call} ENOENT`);
  return Object.assign(error, {
    errno: -context.powers.builtin("os").constants.errno.ENOENT,
    code: "ENOENT",
    syscall: call,
    path: file,
    spawnargs: [...args],
  });
}

/** What `spawnSync` returns where nothing was started. */
export function failedSync(error: Error): object {
  return { error, status: null, signal: null, output: null, pid: 0, stdout: null, stderr: null };
}
