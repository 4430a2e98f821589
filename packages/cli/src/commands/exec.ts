import { realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { findInstalledCommand } from "@moat/core/model";
import { parseFlags } from "../arguments/parse-flags.ts";
import { splitAtProgram } from "../arguments/split-at-program.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { findProjectFrom } from "../project/entry.ts";
import { RUN_FLAGS, startProgram } from "../project/start-program.ts";

/** `moat exec [flags] <command> [args…]` */
export const exec: Command = async (args, context) => {
  const { own, program, rest } = splitAtProgram(args, RUN_FLAGS);
  if (own.some(isHelpFlag)) {
    context.stdout.write(helpText("exec"));
    return 0;
  }
  const { flags } = parseFlags("exec", own, RUN_FLAGS);
  if (program === undefined) throw usageError("moat exec needs a command to run", "moat exec <command>");
  const project = findProjectFrom(context.cwd);
  const { file } = findInstalledCommand(program, project);
  await startProgram(
    { name: `bin:${program}`, file: asStarted(file, program, project), project, argv: rest, flags },
    context,
  );
  return undefined;
};

/** `node_modules/.bin/eslint`, as which tools tell of themselves, where it leads to the command's file. */
function asStarted(file: string, program: string, project: string): string {
  const link = join(project, "node_modules", ".bin", basename(program));
  try {
    return realpathSync.native(link) === file ? link : file;
  } catch {
    // Not installed by its name, or as a shell script.
    return file;
  }
}
