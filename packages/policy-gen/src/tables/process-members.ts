/**
 * Members of `process` that need a grant of their own, `builtins.process`.
 * Everything else comes with the global. `process` used as a value gives only
 * that base: of these members a package gets those that it names.
 */
export const GUARDED_PROCESS_MEMBERS: ReadonlySet<string> = new Set([
  "abort",
  "channel",
  "chdir",
  "disconnect",
  "execve",
  "exit",
  "getBuiltinModule",
  "initgroups",
  "kill",
  "loadEnvFile",
  "mainModule",
  "openStdin",
  "permission",
  "reallyExit",
  "report",
  "send",
  "setSourceMapsEnabled",
  "setUncaughtExceptionCaptureCallback",
  "addUncaughtExceptionCaptureCallback",
  "setegid",
  "seteuid",
  "setgid",
  "setgroups",
  "setuid",
  "stdin",
  "umask",
  "_debugProcess",
  "_kill",
  "_getActiveHandles",
  "_getActiveRequests",
]);

/** Members that only need a grant where they are assigned to. */
export const GUARDED_WRITES: ReadonlySet<string> = new Set(["title", "exitCode"]);

/** Members that listen to the process: the grant is the event's name, or `on` where that is computed. */
export const LISTENERS: ReadonlySet<string> = new Set([
  "on",
  "once",
  "addListener",
  "prependListener",
  "prependOnceListener",
]);

/** Events that everybody may hear. */
export const FREE_EVENTS: ReadonlySet<string> = new Set(["exit", "beforeExit"]);
