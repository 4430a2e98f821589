import { sep } from "node:path";
import { assertAnswer } from "../../errors/assert-answer.ts";
import type { Location } from "./real-path.ts";
import type { Fs } from "./node-fs.ts";

/** A name for a file or entry that nobody can bend any more, and the way to let it go. */
export interface Anchor {
  /** What the real function is given. */
  readonly path: string;
  release(): void;
}

/**
 * Ties the moment of the check to the moment of the use. `undefined` where the
 * file system changed under the check: the caller resolves again.
 */
export interface Anchors {
  /** The file itself, wherever its name leads by now. */
  file(location: Location): Anchor | undefined;
  /** The entry: its folder is held, its name is used as it is, links not followed. */
  entry(location: Location): Anchor | undefined;
  /** Whether an open descriptor is the file at this real path. */
  isFileAt(fd: number, real: string): boolean;
}

/** What opening says when the name stopped leading where it led. */
const CHANGED: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);
const none = () => {};
/** `O_PATH`, which Node has no constant for; the same on all of Linux's architectures that Node runs on. */
const O_PATH = 0o10000000;

/**
 * On Linux a descriptor's real location can be asked of the kernel, and
 * `/proc/self/fd/N/name` is what `openat` is elsewhere: hold the file or its
 * folder, ask where it lies, then go through the descriptor. A link swapped in
 * at any moment is either seen by the question or no longer on the way.
 *
 * HAZARD: elsewhere (or without /proc) the real path is used as it was
 * checked. A descriptor is then compared with what lies at the real path, which
 * a link swapped back and forth in time can still deceive.
 *
 * @param folder a real folder that moat may read, to try it with
 */
export function makeAnchors(fs: Fs, platform: string, folder: string): Anchors {
  const { openSync, closeSync, readlinkSync, lstatSync, fstatSync, constants } = fs;
  const unanchored = (location: Location): Anchor => ({ path: withFolderMark(location.real, location), release: none });

  if (platform !== "linux" || !canAskTheKernel()) {
    return {
      file: unanchored,
      entry: unanchored,
      isFileAt(fd, real) {
        const wanted = lstatSync(real, { bigint: true, throwIfNoEntry: false });
        const held = fstatSync(fd, { bigint: true });
        return (
          wanted !== undefined &&
          wanted.ino === held.ino &&
          wanted.dev === held.dev &&
          fs.realpathSync.native(real) === real
        );
      },
    };
  }

  function canAskTheKernel(): boolean {
    try {
      const fd = openSync(folder, O_PATH | constants.O_DIRECTORY);
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === folder;
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      assertAnswer(error);
      return false;
    }
  }

  function hold(real: string, flags: number): { fd: number; path: string } | undefined {
    let fd: number;
    try {
      fd = openSync(real, O_PATH | constants.O_NOFOLLOW | flags);
    } catch (error) {
      if (CHANGED.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
      throw error;
    }
    const path = `/proc/self/fd/${fd}`;
    if (readlinkSync(path) === real) return { fd, path };
    closeSync(fd);
    return undefined;
  }

  const releaser = (fd: number) => {
    let held = true;
    return () => {
      if (held) closeSync(fd);
      held = false;
    };
  };

  return {
    file(location) {
      const held = hold(location.real, 0);
      return held && { path: withFolderMark(held.path, location), release: releaser(held.fd) };
    },
    entry(location) {
      if (location.rest === "") return unanchored(location);
      const held = hold(location.folder, constants.O_DIRECTORY);
      return held && { path: withFolderMark(held.path + sep + location.rest, location), release: releaser(held.fd) };
    },
    isFileAt(fd, real) {
      return readlinkSync(`/proc/self/fd/${fd}`) === real;
    },
  };
}

function withFolderMark(path: string, location: Location): string {
  return location.wantsFolder ? path + sep : path;
}
