import { constants } from "node:os";

/** Failures of the network in the shapes that Node gives them. */

const EACCES = -constants.errno.EACCES;

/** As for a connection that the kernel refuses permission for. */
export function connectDenied(address: string, port: number | undefined): NodeJS.ErrnoException {
  return refused("connect", address, port);
}

/** As for a connection that the other side resets. */
export function connectionEnded(): NodeJS.ErrnoException {
  return Object.assign(new Error("read ECONNRESET"), {
    errno: -constants.errno.ECONNRESET,
    code: "ECONNRESET",
    syscall: "read",
  });
}

/** As for a port that the user may not listen on. */
export function listenDenied(address: string, port: number | undefined): NodeJS.ErrnoException {
  return refused("listen", address, port);
}

export function refused(syscall: string, address: string, port: number | undefined): NodeJS.ErrnoException {
  const where = port === undefined ? address : `${address}:${port}`;
  const how = syscall === "connect" || syscall === "send" ? "" : ": permission denied";
  const error = new Error(`${syscall} EACCES${how} ${where}`);
  Object.assign(error, { errno: EACCES, code: "EACCES", syscall, address });
  if (port !== undefined) Object.assign(error, { port });
  return error;
}

/** As for a name that does not exist. */
export function nameNotFound(hostname: string, syscall = "getaddrinfo"): NodeJS.ErrnoException {
  const error = new Error(`${syscall} ENOTFOUND ${hostname}`);
  const errno = syscall === "getaddrinfo" ? -3008 : undefined;
  return Object.assign(error, { errno, code: "ENOTFOUND", syscall, hostname });
}
