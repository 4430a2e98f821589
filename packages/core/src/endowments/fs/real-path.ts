import { isAbsolute, resolve, sep } from "node:path";
import { assertAnswer } from "../../errors/assert-answer.ts";
import { fsError } from "./fs-error.ts";
import type { Fs } from "./node-fs.ts";

/** Where a path leads, all links resolved the way the kernel resolves them. */
export interface Location {
  /** As the caller wrote it. */
  readonly given: string;
  /** The real absolute path; below `folder` nothing of it exists yet. */
  readonly real: string;
  /** The deepest existing real folder on the way: the parent, unless parts are missing. */
  readonly folder: string;
  /** `real` relative to `folder`: one name, or several where parents are missing. */
  readonly rest: string;
  readonly exists: boolean;
  /** It ended in a separator or a dot: only a folder will do. */
  readonly wantsFolder: boolean;
}

const MAX_LINKS = 40;

/**
 * What Node's own permission model says of a folder that the process may not
 * look at: those above the granted ones. They are taken as they are written: a
 * link among them leads to a name that no grant is about.
 */
const NO_PERMISSION = "ERR_ACCESS_DENIED";

/** How long a folder is taken to be what it was, in milliseconds. */
const FOLDER_AGE = 100;

export interface RealPaths {
  /** Grows with every link or move made through moat: what was known of paths before is void. */
  generation(): number;
  /** Whether no link or move is under way. */
  isQuiet(): boolean;
  /** Announces a link or a move, from now until the function returned is called. */
  relink(): () => void;
  /** To be called when a location was not as `locate` had said: what it believes of folders is void. */
  forget(): void;
  /** @throws `ELOOP`, `ENOTDIR` and the like as the kernel would, for the system call named. */
  locate(given: string, follow: boolean, syscall: string): Location;
}

/**
 * `..` is applied after links, as the kernel does it, and never to the text:
 * `link/..` is the parent of where the link leads.
 */
export function makeRealPaths(fs: Fs, process: Pick<NodeJS.Process, "cwd" | "platform">): RealPaths {
  const windows = process.platform === "win32";
  const { lstatSync, readlinkSync } = fs;
  const { native } = fs.realpathSync;

  let changes = 0;
  let underWay = 0;
  /** Folders that are real as they are written, and until when that is believed. */
  let folders = new Map<string, number>();

  function forget(): void {
    folders = new Map();
  }

  function voidAll(): void {
    changes++;
    forget();
  }

  function relink(): () => void {
    let done = false;
    underWay++;
    voidAll();
    return () => {
      if (done) return;
      done = true;
      underWay--;
      voidAll();
    };
  }

  /**
   * Whether a folder's name is its real path. HAZARD: an answer may be 100 ms
   * old. What uses it either holds the file and asks the kernel where it lies,
   * or learns no more than metadata; and links made through moat void it.
   */
  function kindOfFolder(folder: string): "real" | "missing" | "other" {
    if (folder === "" || folder === sep) return "real";
    const until = folders.get(folder);
    if (until !== undefined && until > Date.now()) return "real";
    const above = kindOfFolder(folder.slice(0, folder.lastIndexOf(sep)));
    if (above !== "real") return above;
    let stats;
    try {
      stats = lstatSync(folder, { throwIfNoEntry: false });
    } catch {
      return "other";
    }
    if (stats === undefined) return "missing";
    if (!stats.isDirectory()) return "other";
    if (folders.size > 10_000) folders.clear();
    if (underWay === 0) folders.set(folder, Date.now() + FOLDER_AGE);
    return "real";
  }

  /** The short way, for absolute names without links, dots and doubled separators. */
  function locatePlain(given: string, absolute: string, follow: boolean, syscall: string): Location | undefined {
    const cut = absolute.lastIndexOf(sep);
    const folder = cut === 0 ? sep : absolute.slice(0, cut);
    const kind = kindOfFolder(folder);
    if (kind === "other") return undefined;
    if (kind === "missing") return walk(given, absolute, follow, false, syscall);
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (follow && stats?.isSymbolicLink()) return undefined;
    return {
      given,
      real: absolute,
      folder,
      rest: absolute.slice(cut + 1),
      exists: stats !== undefined,
      wantsFolder: false,
    };
  }

  function locate(given: string, follow: boolean, syscall: string): Location {
    if (given === "") throw fsError("ENOENT", syscall, given);
    // Windows: Node itself resolves the text before anything looks at links.
    const absolute = windows ? resolve(given) : isAbsolute(given) ? given : process.cwd() + sep + given;
    if (!windows && isPlain(absolute)) {
      let short: Location | undefined;
      try {
        short = locatePlain(given, absolute, follow, syscall);
      } catch {
        short = undefined;
      }
      if (short !== undefined) return short;
    }
    const wantsFolder = (windows ? /[\\/]\.?$/ : /\/\.?$/).test(given);
    if (follow || wantsFolder) {
      try {
        const real = native(absolute);
        return found(given, real, wantsFolder);
      } catch {
        return walk(given, absolute, true, wantsFolder, syscall);
      }
    }
    const cut = absolute.lastIndexOf(sep);
    const base = absolute.slice(cut + 1);
    if (base === "" || base === "." || base === "..") return locate(given + sep, true, syscall);
    try {
      const folder = native(cut === 0 ? sep : windows ? absolute.slice(0, cut + 1) : absolute.slice(0, cut));
      const real = folder.endsWith(sep) ? folder + base : folder + sep + base;
      if (windows) return walk(given, real, false, wantsFolder, syscall);
      const exists = lstatSync(real, { throwIfNoEntry: false }) !== undefined;
      return { given, real, folder, rest: base, exists, wantsFolder };
    } catch {
      return walk(given, absolute, false, wantsFolder, syscall);
    }
  }

  function found(given: string, real: string, wantsFolder: boolean): Location {
    const cut = real.lastIndexOf(sep);
    const folder = cut <= 0 ? sep : windows && cut === 2 ? real.slice(0, 3) : real.slice(0, cut);
    return { given, real, folder, rest: real.slice(cut + 1), exists: true, wantsFolder };
  }

  /** Segment by segment: for what does not exist in full, dangling links included. */
  function walk(given: string, absolute: string, follow: boolean, wantsFolder: boolean, syscall: string): Location {
    const rootLength = windows ? (/^(?:[A-Za-z]:\\|\\\\[^\\]+\\[^\\]+\\?)/.exec(absolute)?.[0].length ?? 1) : 1;
    let here = absolute.slice(0, rootLength);
    const root = here;
    const todo = split(absolute.slice(rootLength)).reverse();
    const missing: string[] = [];
    let links = 0;
    while (todo.length > 0) {
      const name = todo.pop()!;
      if (name === ".." && missing.length > 0) throw fsError("ENOENT", syscall, given);
      if (name === "..") {
        here = parentOf(here, root);
        continue;
      }
      if (missing.length > 0) {
        missing.push(name);
        continue;
      }
      const next = here.endsWith(sep) ? here + name : here + sep + name;
      let stats;
      try {
        stats = lstatSync(next, { throwIfNoEntry: false });
      } catch (error) {
        assertAnswer(error);
        const { code = "EACCES" } = error as NodeJS.ErrnoException;
        if (code === NO_PERMISSION && todo.length > 0) {
          here = next;
          continue;
        }
        throw fsError(code === NO_PERMISSION ? "EACCES" : code, syscall, given);
      }
      if (stats === undefined) {
        missing.push(name);
      } else if (stats.isSymbolicLink() && (follow || todo.length > 0)) {
        if (++links > MAX_LINKS) throw fsError("ELOOP", syscall, given);
        const target = readlinkSync(next);
        if (isAbsolute(target)) {
          if (windows) return locate(target + (todo.length > 0 ? sep + todo.reverse().join(sep) : ""), follow, syscall);
          here = root;
        }
        todo.push(...split(target).reverse());
      } else if (todo.length === 0) {
        return { ...found(given, next, wantsFolder), given };
      } else {
        if (!stats.isDirectory()) throw fsError("ENOTDIR", syscall, given);
        here = next;
      }
    }
    if (missing.length === 0) return found(given, here, wantsFolder);
    const rest = missing.join(sep);
    return {
      given,
      real: here.endsWith(sep) ? here + rest : here + sep + rest,
      folder: here,
      rest,
      exists: false,
      wantsFolder,
    };
  }

  function split(text: string): string[] {
    return text.split(windows ? /[\\/]/ : sep).filter((name) => name !== "" && name !== ".");
  }

  function parentOf(path: string, root: string): string {
    const cut = path.lastIndexOf(sep);
    return cut < root.length ? root : path.slice(0, cut);
  }

  return { locate, relink, forget, generation: () => changes, isQuiet: () => underWay === 0 };
}

/** Absolute and already in normal form, so that a real path can be equal to it. */
export function isPlain(path: string): boolean {
  return path.length > 1 && path.charCodeAt(0) === 47 && !NOT_PLAIN.test(path);
}
const NOT_PLAIN = /\/(?:\.{0,2}(?:\/|$))/;
