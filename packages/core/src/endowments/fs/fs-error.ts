import { getSystemErrorMap } from "node:util";

const byCode = new Map<string, readonly [number, string]>();
for (const [errno, [code, message]] of getSystemErrorMap()) byCode.set(code, [errno, message]);

/** An error as libuv's would look: `ENOENT: no such file or directory, open '/x'`. */
export function fsError(code: string, syscall: string, path?: string, dest?: string): NodeJS.ErrnoException {
  const [errno, text] = byCode.get(code) ?? [-1, "unknown error"];
  let message = `${code}: ${text}, ${syscall}`;
  if (path !== undefined) message += ` '${path}'`;
  if (dest !== undefined) message += ` -> '${dest}'`;
  const error = new Error(message) as NodeJS.ErrnoException & { dest?: string };
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  if (path !== undefined) error.path = path;
  if (dest !== undefined) error.dest = dest;
  return error;
}

/** A path that was really used, and what the caller had written. */
export interface Renamed {
  readonly used: string;
  readonly given: string;
}

/** Makes an error of Node's name the paths that the caller gave. */
export function restorePaths(error: unknown, names: readonly Renamed[]): unknown {
  if (!(error instanceof Error)) return error;
  const fields = error as Error & Record<"path" | "dest", unknown>;
  for (const { used, given } of names) {
    if (used === given) continue;
    for (const field of ["path", "dest"] as const) {
      if (fields[field] === used) fields[field] = given;
    }
    const quoted = `'${used}'`;
    if (error.message.includes(quoted)) {
      const { message, stack } = error;
      error.message = message.replaceAll(quoted, () => `'${given}'`);
      if (typeof stack === "string") error.stack = stack.replace(message, () => error.message);
    }
  }
  return error;
}
