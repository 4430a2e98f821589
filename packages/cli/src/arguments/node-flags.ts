import type { FlagTable } from "./parse-flags.ts";

/** Node's flags for what is loaded before the program, as moat takes them. @see https://nodejs.org/api/cli.html#-r---require-module */
export const PRELOAD_FLAGS = {
  require: { type: "string", short: "r", multiple: true },
  import: { type: "string", multiple: true },
} as const satisfies FlagTable;

/** And for files of variables. @see https://nodejs.org/api/cli.html#--env-fileconfig */
export const ENV_FILE_FLAGS = {
  "env-file": { type: "string", multiple: true },
  "env-file-if-exists": { type: "string", multiple: true },
} as const satisfies FlagTable;
