/**
 * HAZARD: WASI's calls work on the very descriptors of the process. Who closes number 0 by one, or moves another one
 * there, has the next file that anybody opens under a number that all may use; who sets a size or a place has what
 * others have printed.
 */
import { mayReadInputByNumber } from "../process/may-read-input.ts";
import type { EndowmentContext } from "../principal.ts";

const SUCCESS = 0;
const EACCES = 2;
const EBADF = 8;
const ENOSYS = 52;
const EPERM = 63;
const ESPIPE = 70;

/** On the standard streams: passed on. */
const HARMLESS: ReadonlySet<string> = new Set([
  "fd_datasync",
  "fd_fdstat_get",
  "fd_filestat_get",
  "fd_prestat_dir_name",
  "fd_prestat_get",
  "fd_sync",
  "fd_write",
]);

/** On the standard streams: what is answered in place of the call, where it isn't EPERM. */
const ANSWERS: Readonly<Record<string, number>> = {
  __proto__: null as never,
  fd_close: SUCCESS,
  fd_pread: ESPIPE,
  fd_pwrite: ESPIPE,
  fd_renumber: EBADF,
  fd_seek: ESPIPE,
  fd_tell: ESPIPE,
};

const isStandard = (descriptor: unknown): boolean => !((descriptor as number) > 2);

/** Node's calls, none of which changes anything about standard input and outputs. */
export function wasiCalls(
  context: EndowmentContext,
  real: Readonly<Record<string, Function>>,
): Record<string, Function> {
  const calls: Record<string, Function> = { ...real };
  for (const name of Object.keys(real)) {
    if (HARMLESS.has(name) || !/^(?:fd|path|sock)_/.test(name)) continue;
    const call = real[name]!;
    calls[name] = (...args: unknown[]): unknown => {
      const [first, second] = args;
      if (!isStandard(first) && !(name === "fd_renumber" && isStandard(second))) return call(...args);
      if (name === "fd_read") return first === 0 && mayReadInputByNumber(context)() ? call(...args) : EACCES;
      return ANSWERS[name] ?? EPERM;
    };
  }
  calls["proc_raise"] = () => ENOSYS;
  return calls;
}
