import { parseFlags } from "../arguments/parse-flags.ts";
import { splitAtProgram } from "../arguments/split-at-program.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { findEntry } from "../project/entry.ts";
import { RUN_FLAGS, startProgram } from "../project/start-program.ts";

/** `moat run [flags] <entry> [args…]` */
export const run: Command = async (args, context) => {
  const { own, program, rest } = splitAtProgram(args, RUN_FLAGS);
  if (own.some(isHelpFlag)) {
    context.stdout.write(helpText("run"));
    return 0;
  }
  const { flags } = parseFlags("run", own, RUN_FLAGS);
  if (program === undefined) throw usageError("moat run needs a program to run", "moat run <entry>");
  const entry = findEntry(program, context.cwd);
  await startProgram({ ...entry, argv: rest, flags }, context);
  return undefined;
};
