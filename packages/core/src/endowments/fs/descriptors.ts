import { perContext } from "../facade.ts";
import type { EndowmentContext } from "../principal.ts";
import { fsError } from "./fs-error.ts";
import { makePathScopes, type PathScopes } from "./path-scopes.ts";

/** What is known of an open descriptor. */
export interface DescriptorOwner {
  /** The real path it was opened at. */
  readonly real: string;
  /** Opened for writing, and so free to change the file's mode, owner and times. */
  readonly writable: boolean;
  /**
   * HAZARD: the handle that the descriptor lives in. Node closes a forgotten
   * handle when it is collected, and the number is then somebody else's file:
   * as long as the number counts as the principal's, the handle is kept.
   */
  readonly handle?: object;
}

/**
 * The descriptors of one principal. A number that it did not open itself is no
 * descriptor to it, whoever else has it open.
 */
export interface Descriptors {
  add(fd: number, owner: DescriptorOwner): void;
  remove(fd: number): void;
  find(fd: number): DescriptorOwner | undefined;
  /** @throws `EBADF` for what is not the principal's own; standard input and outputs are everybody's. */
  check(fd: unknown, syscall: string): void;
  /** @throws `EBADF` where the grant that the descriptor was opened by was dropped since. */
  checkStillGranted(fd: unknown, syscall: string): void;
}

function makeDescriptors(context: EndowmentContext): Descriptors {
  const { principal } = context;
  const owned = new Map<number, DescriptorOwner & { policy: object }>();
  let scopes: PathScopes | undefined;

  function checkStillGranted(fd: unknown, syscall: string): void {
    const owner = typeof fd === "number" ? owned.get(fd) : undefined;
    if (owner === undefined || owner.policy === principal.policy) return;
    scopes ??= makePathScopes(context);
    if (!scopes.covers(owner.real, owner.writable ? "write" : "read")) throw fsError("EBADF", syscall);
    owner.policy = principal.policy;
  }

  return {
    add: (fd, owner) => void owned.set(fd, { ...owner, policy: principal.policy }),
    remove: (fd) => void owned.delete(fd),
    find: (fd) => owned.get(fd),
    checkStillGranted,
    check(fd, syscall) {
      if (syscall !== "close") checkStillGranted(fd, syscall);
      // Anything but a number: Node's own validation says what is wrong with it.
      if (typeof fd !== "number" || owned.has(fd) || fd === 0 || fd === 1 || fd === 2) return;
      throw fsError("EBADF", syscall);
    },
  };
}

/** The principal's table: for its `fs`, and for what it hands on to its children. */
export const principalDescriptors = perContext(makeDescriptors);
