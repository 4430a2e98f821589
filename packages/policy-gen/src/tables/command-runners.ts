/** Packages that exist to start the programs which their callers name. */
export const COMMAND_RUNNERS: ReadonlySet<string> = new Set([
  "@npmcli/promise-spawn", "child-process-promise", "cross-spawn", "cross-spawn-async", "cross-spawn-promise", "execa",
  "foreground-child", "nano-spawn", "shelljs", "spawn-please", "spawno", "tinyexec", "win-spawn", "zx",
]);
