/** Packages that exist to start the programs which their callers name. */
export const COMMAND_RUNNERS: ReadonlySet<string> = new Set([
  "@npmcli/promise-spawn",
  "child-process-promise",
  "cross-spawn",
  "cross-spawn-async",
  "cross-spawn-promise",
  "execa",
  "foreground-child",
  "nano-spawn",
  "shelljs",
  "spawn-please",
  "spawndamnit",
  "spawno",
  "tinyexec",
  "win-spawn",
  "zx",
]);

/** Those that hand all that they are told to a shell, which is what they start. */
export const SHELL_OF_RUNNER: ReadonlyMap<string, string> = new Map([["zx", "bash"]]);

/** Packages that drive one program, whose name they keep in their configuration until they start it. */
export const DRIVEN_PROGRAMS: ReadonlyMap<string, readonly string[]> = new Map([
  ["fluent-ffmpeg", ["ffmpeg", "ffprobe"]],
  ["gm", ["gm", "convert", "identify"]],
  ["simple-git", ["git"]],
]);
