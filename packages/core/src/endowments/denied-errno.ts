import { constants, platform } from "node:os";

/** What a native method returns where it may not: libuv's number of EACCES, a negated errno but on Windows. */
export const DENIED = platform() === "win32" ? -4092 : -constants.errno.EACCES;
