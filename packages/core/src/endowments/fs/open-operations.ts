import type { FsAuthority, Want } from "./authority.ts";
import type { Callback } from "./call-forms.ts";
import type { DescriptorOwner } from "./descriptors.ts";
import { fsError, restorePaths, type Renamed } from "./fs-error.ts";
import { openFlags, type OpenFlags } from "./open-flags.ts";
import { pathArgument } from "./path-argument.ts";
import { isPlain } from "./real-path.ts";
import type { Fs, RawFileHandle } from "./node-fs.ts";

const ATTEMPTS = 8;

/** One way to open a checked path: tried, verified, and tried again when something moved. */
interface Attempt {
  readonly path: string;
  readonly bits: number;
  readonly real: string;
  readonly names: readonly Renamed[];
  release(): void;
}

/** Opening, with the descriptor verified to be the file that was checked. */
export interface Opener {
  sync(path: unknown, flags: unknown, mode: unknown, via: string): number;
  callback(path: unknown, flags: unknown, mode: unknown, via: string, done: Callback): void;
  promise(path: unknown, flags: unknown, mode: unknown, via: string): Promise<RawFileHandle>;
}

/** @param opened is told of each descriptor */
export function makeOpener(
  authority: FsAuthority,
  fs: Fs,
  nextTick: Function,
  opened: (fd: number, owner: DescriptorOwner) => void,
): Opener {
  const { anchors, hold, locate, realPaths, scopes } = authority;
  const { constants, promises } = fs;
  const { openSync, open, closeSync } = fs;
  const openPromise = promises.open;
  const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;
  const nothing = () => {};

  /** Checks, and says what to open. The first attempt at a read goes by the text alone. */
  function attempt(given: string, flags: OpenFlags, via: string, count: number): Attempt {
    const want: Want = { mode: flags.writes ? "write" : "read", follow: !flags.noFollow, syscall: "open", via };
    if (!flags.writes) {
      // Opening for reading does nothing to the file, and `isFileAt` asks the
      // kernel what was opened: a plain name inside the scope needs no look before.
      if (count === 0 && isPlain(given) && scopes.covers(given, "read")) {
        authority.noteUse(given, "read");
        return { path: given, bits: flags.bits | O_NOFOLLOW, real: given, names: [], release: nothing };
      }
      const { real, wantsFolder } = locate(given, want);
      return {
        path: wantsFolder ? `${real}/` : real,
        bits: flags.bits | O_NOFOLLOW,
        real,
        names: [{ used: real, given }],
        release: nothing,
      };
    }
    if (flags.reads) locate(given, { ...want, mode: flags.creates ? "write" : "read" });
    const held = hold(given, want, "entry");
    if (flags.reads && held.location.exists) authority.allow(held.location, { ...want, mode: "read" });
    return {
      path: held.path,
      bits: flags.bits | O_NOFOLLOW,
      real: held.location.real,
      names: [{ used: held.path, given }],
      release: held.release,
    };
  }

  /** Whether what failed may have failed because of our own way of opening. */
  function mayRetry(error: unknown, count: number): boolean {
    const { code } = error as NodeJS.ErrnoException;
    return count < ATTEMPTS && (code === "ELOOP" || (count === 0 && (code === "ENOENT" || code === "ENOTDIR")));
  }

  function isChecked(fd: number, real: string, count: number, given: string): boolean {
    if (anchors.isFileAt(fd, real)) return true;
    // The first attempt may have gone by a text with a link in it; later ones go by what was believed of folders.
    if (count > 0) realPaths.forget();
    if (count < ATTEMPTS) return false;
    throw fsError("ENOENT", "open", given);
  }

  function sync(path: unknown, rawFlags: unknown, mode: unknown, via: string): number {
    const given = pathArgument(path);
    const flags = openFlags(rawFlags, constants);
    for (let count = 0; ; count++) {
      const one = attempt(given, flags, via, count);
      let fd = -1;
      try {
        fd = openSync(one.path, one.bits, mode as number);
        if (isChecked(fd, one.real, count, given)) {
          opened(fd, { real: one.real, writable: flags.writes });
          const result = fd;
          fd = -1;
          return result;
        }
      } catch (error) {
        if (!mayRetry(error, count)) throw restorePaths(error, one.names);
      } finally {
        if (fd !== -1) closeSync(fd);
        one.release();
      }
    }
  }

  function callback(path: unknown, rawFlags: unknown, mode: unknown, via: string, done: Callback): void {
    const given = pathArgument(path);
    const flags = openFlags(rawFlags, constants);
    const next = (count: number): void => {
      let one: Attempt;
      try {
        one = attempt(given, flags, via, count);
      } catch (error) {
        if (count === 0) nextTick(done, error);
        else done(error);
        return;
      }
      open(one.path, one.bits, mode as number, (error, fd) => {
        one.release();
        if (error) {
          if (mayRetry(error, count)) next(count + 1);
          else done(restorePaths(error, one.names));
          return;
        }
        try {
          if (!isChecked(fd, one.real, count, given)) {
            closeSync(fd);
            next(count + 1);
            return;
          }
        } catch (moved) {
          closeSync(fd);
          done(moved);
          return;
        }
        opened(fd, { real: one.real, writable: flags.writes });
        done(null, fd);
      });
    };
    next(0);
  }

  async function promise(path: unknown, rawFlags: unknown, mode: unknown, via: string): Promise<RawFileHandle> {
    const given = pathArgument(path);
    const flags = openFlags(rawFlags, constants);
    for (let count = 0; ; count++) {
      const one = attempt(given, flags, via, count);
      let handle: RawFileHandle | undefined;
      try {
        handle = await openPromise(one.path, one.bits, mode as number);
        if (isChecked(handle.fd, one.real, count, given)) {
          const result = handle;
          opened(result.fd, { real: one.real, writable: flags.writes, handle: result });
          handle = undefined;
          return result;
        }
      } catch (error) {
        if (!mayRetry(error, count)) throw restorePaths(error, one.names);
      } finally {
        one.release();
        await handle?.close();
      }
    }
  }

  return { sync, callback, promise };
}
