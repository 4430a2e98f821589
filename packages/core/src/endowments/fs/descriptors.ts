import { perContext } from "../facade.ts";
import { mayReadInputByNumber } from "../process/may-read-input.ts";
import type { EndowmentContext, Principal } from "../principal.ts";
import type { PackagePolicy } from "../../policy/types.ts";
import { assertAnswer } from "../../errors/assert-answer.ts";
import { fsError } from "./fs-error.ts";
import type { RawFileHandle } from "./node-fs.ts";
import { makePathScopes, type PathMode, type PathScopes } from "./path-scopes.ts";

/** What is known of an open descriptor. */
export interface DescriptorOwner {
  /** The real path it was opened at. */
  readonly real: string;
  /** Opened for writing, and so free to change the file's mode, owner and times. */
  readonly writable: boolean;
  /**
   * HAZARD: the handle that the descriptor lives in. Node closes a forgotten
   * handle when it is collected, and the number is then somebody else's file:
   * as long as the number counts as the principal's, the handle is kept. For the same
   * reason the number is never closed but by the handle, which does nothing any more then.
   */
  readonly handle?: RawFileHandle;
}

interface OpenFile extends DescriptorOwner {
  readonly principal: Principal;
  policy: object;
  /** Calls that have begun and are not over. */
  uses: number;
  /** The file was closed in the meantime: what is to be done about that after the last of them. */
  whenIdle: (() => void) | undefined;
  /** Packages that have closed the application's file, which stays open for it. */
  closedFor?: Set<Principal>;
}

/** A call under way; undefined where the number is no package's. */
export type Use = { uses: number } | undefined;

/**
 * The descriptors of one principal: what it opened itself, what packages have open that import it, and of the
 * application's files those that it could open itself (`lent`).
 * Any other number is no descriptor to it, whoever has it open.
 *
 * HAZARD: a number is a file's only until that is closed, and then the next one's that anybody opens. So what
 * works on a number says when it begins and when it is over, and nothing is closed in between: neither by the
 * package's own code, which options with getters call in the middle, nor by whoever was given the number.
 */
export interface Descriptors {
  add(fd: number, owner: DescriptorOwner): void;
  find(fd: number): DescriptorOwner | undefined;
  /**
   * To be called before a number is worked on, and `end` after it.
   * @param isPositional a read that leaves the file's own position where it is
   * @throws `EBADF` for what is not the principal's own, but for standard input and outputs. All may write there, as `console` does.
   */
  begin(fd: unknown, syscall: string, isPositional?: boolean): Use;
  end(use: Use): void;
  /** @throws `EBADF` where the grant that the descriptor was opened by was dropped since. */
  checkStillGranted(fd: unknown, syscall: string): void;
  /**
   * Takes a number from whoever has it, and closes it now, or once nothing is under way with it.
   * Returns whether `close` was called.
   * @throws `EBADF` as `begin`
   */
  close(fd: unknown, close: () => void): boolean;
  /** The same for a handle that is closed: `close` is called for it in any case. */
  closeHandle(handle: RawFileHandle, close: () => void): void;
}

/** The files that all packages of a realm have open, by their numbers. */
const openFiles = (context: EndowmentContext): Map<number, OpenFile> =>
  context.shared("fs.openFiles", () => new Map<number, OpenFile>());

const hasPaths = ({ fs }: PackagePolicy): boolean => (fs?.read?.length ?? 0) > 0 || (fs?.write?.length ?? 0) > 0;

/** What a package does with the application's file, by the right to its path that it needs. */
const NEEDED: Readonly<Record<string, PathMode>> = {
  __proto__: null as never,
  read: "read",
  fstat: "read",
  write: "write",
  fsync: "write",
  fdatasync: "write",
  ftruncate: "write",
};

function makeDescriptors(context: EndowmentContext): Descriptors {
  const { principal } = context;
  const files = openFiles(context);
  let scopes: PathScopes | undefined;

  function find(fd: unknown): OpenFile | undefined {
    const file = files.get(fd as number);
    return file !== undefined && (file.principal === principal || isHanded(file)) ? file : undefined;
  }

  /**
   * Whoever imports a package that works on numbers hands it its own (yauzl opens, fd-slicer reads).
   * HAZARD: numbers can be guessed, so this is no more than what such a package is for: it has no path to open anything by
   * itself, and the application's files, those of packages that do not import it, and those whose grant was dropped
   * since are out of its reach.
   */
  function isHanded({ principal: opener, policy }: OpenFile): boolean {
    const isImporter = !opener.trusted && opener.policy.packages?.includes(principal.name) === true;
    return isImporter && policy === opener.policy && !hasPaths(principal.policy);
  }

  /**
   * The application hands numbers of its files to packages (`new SonicBoom({ fd })`, `yauzl.fromFd`).
   * HAZARD: numbers can be guessed, so one works where the package may open the very file by its path, which the kernel
   * tells: what it reads or writes is within its grants. A read without a position would move the application's own,
   * and a close would make the number somebody else's: neither is done.
   */
  function lent(fd: unknown, syscall: string, isPositional: boolean): OpenFile | undefined {
    const file = files.get(fd as number);
    const mode = NEEDED[syscall];
    if (!file?.principal.trusted || principal.trusted || mode === undefined) return undefined;
    if (file.closedFor?.has(principal) || (syscall === "read" && !isPositional)) return undefined;
    const real = pathOf(fd as number);
    if (real === undefined) return undefined;
    scopes ??= makePathScopes(context);
    if (scopes.covers(real, mode)) {
      const target = principal.uses && scopes.spelling(real, mode);
      if (target !== undefined) principal.uses!({ capability: `fs.${mode}`, target });
      return file;
    }
    const denied = principal.denies({ capability: `fs.${mode}`, target: real, via: `fs.${syscall}` });
    return denied || scopes.isReserved(real) ? undefined : file;
  }

  /** Where the kernel says that an open file is; undefined for what has no path, or has none any more. */
  function pathOf(fd: number): string | undefined {
    const { builtin, process } = context.powers;
    if (process.platform !== "linux") return undefined;
    try {
      const path: string = builtin("fs").readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith("/") && !path.endsWith(" (deleted)") ? path : undefined;
    } catch (error) {
      assertAnswer(error);
      return undefined;
    }
  }

  function assertStillGranted(file: OpenFile | undefined, syscall: string): void {
    if (file === undefined || file.principal !== principal || file.policy === principal.policy) return;
    scopes ??= makePathScopes(context);
    if (!scopes.covers(file.real, file.writable ? "write" : "read")) throw fsError("EBADF", syscall);
    file.policy = principal.policy;
  }

  function assertOwn(fd: unknown, file: OpenFile | undefined, syscall: string): void {
    // Anything but a number: Node's own validation says what is wrong with it.
    if (typeof fd !== "number" || file !== undefined) return;
    if (!isStandard(fd)) throw fsError("EBADF", syscall);
    // HAZARD: all three may be the terminal, where each reads what is typed, and in a child any may be the program's input.
    if (syscall === "read" && (fd !== 0 || !mayReadInputByNumber(context)())) throw fsError("EACCES", syscall);
    if (syscall === "ftruncate") throw fsError("EPERM", syscall);
  }

  function closeWhenIdle(file: OpenFile, close: () => void): boolean {
    if (file.uses === 0) close();
    else file.whenIdle = close;
    return file.uses === 0;
  }

  return {
    add: (fd, owner) =>
      void files.set(fd, { ...owner, principal, policy: principal.policy, uses: 0, whenIdle: undefined }),
    find,
    checkStillGranted: (fd, syscall) => assertStillGranted(find(fd), syscall),
    begin(fd, syscall, isPositional = false) {
      const file = find(fd) ?? lent(fd, syscall, isPositional);
      assertStillGranted(file, syscall);
      assertOwn(fd, file, syscall);
      if (file !== undefined) file.uses += 1;
      return file;
    },
    end(use) {
      const file = use as OpenFile | undefined;
      if (file === undefined) return;
      file.uses -= 1;
      if (file.uses === 0 && file.whenIdle !== undefined) {
        const { whenIdle } = file;
        file.whenIdle = undefined;
        whenIdle();
      }
    },
    close(fd, close) {
      // The application closes what a package has opened for it.
      const file = principal.trusted ? files.get(fd as number) : find(fd);
      if (!principal.trusted) {
        // It is told that it is closed, and the application closes it.
        const borrowed = file === undefined && (lent(fd, "fstat", false) ?? lent(fd, "write", false));
        if (borrowed) {
          (borrowed.closedFor ??= new Set()).add(principal);
          return false;
        }
        assertOwn(fd, file, "close");
        if (file === undefined && isStandard(fd)) throw fsError("EBADF", "close");
      }
      if (file === undefined) {
        close();
        return true;
      }
      const { handle } = file;
      if (handle === undefined) {
        files.delete(fd as number);
        return closeWhenIdle(file, close);
      }
      // What comes of it is told to those who close the handle, who get the same promise.
      handle.close().catch(() => {});
      return false;
    },
    closeHandle(handle, close) {
      const file = find(handle.fd);
      if (file?.handle !== handle) return close();
      files.delete(handle.fd);
      closeWhenIdle(file, close);
    },
  };
}

/** Standard input and outputs, which belong to the program. */
export const isStandard = (fd: unknown): boolean => fd === 0 || fd === 1 || fd === 2;

/** The principal's table: for its `fs`, and for what it hands on to its children. */
export const principalDescriptors = perContext(makeDescriptors);
