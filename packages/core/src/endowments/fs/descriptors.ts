import { perContext } from "../facade.ts";
import { fsError } from "./fs-error.ts";

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
}

function makeDescriptors(): Descriptors {
  const owned = new Map<number, DescriptorOwner>();
  return {
    add: (fd, owner) => void owned.set(fd, owner),
    remove: (fd) => void owned.delete(fd),
    find: (fd) => owned.get(fd),
    check(fd, syscall) {
      // Anything but a number: Node's own validation says what is wrong with it.
      if (typeof fd !== "number" || owned.has(fd) || fd === 0 || fd === 1 || fd === 2) return;
      throw fsError("EBADF", syscall);
    },
  };
}

/** The principal's table: for its `fs`, and for what it hands on to its children. */
export const principalDescriptors = perContext(makeDescriptors);
