import { forgetLearned, grantsOf, mergeEntry } from "@moat/core/model";
import { parseFlags, type FlagTable } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { findProjectFrom } from "../project/entry.ts";
import { learningFile, learningResult, writeLearned, type LearningResult } from "../project/learning.ts";
import { learningText } from "../render/learning-text.ts";

const FLAGS = {
  write: { type: "boolean" },
  forget: { type: "boolean" },
  json: { type: "boolean" },
} as const satisfies FlagTable;

/** `moat learn [--write] [--forget]` */
export const learn: Command = async (args, context) => {
  if (args.some(isHelpFlag)) {
    context.stdout.write(helpText("learn"));
    return 0;
  }
  const { flags, positionals } = parseFlags("learn", args, FLAGS);
  if (positionals.length > 0)
    throw usageError("moat learn takes no program: it shows what runs have seen", "moat run --learn <entry>");
  if (flags.forget === true && flags.write === true)
    throw usageError("--forget and --write do not go together", "moat learn --write, then moat learn --forget");
  const project = findProjectFrom(context.cwd);
  const file = learningFile(project, context.env);
  if (flags.forget === true) {
    forgetLearned(file);
    context.stdout.write("What runs have seen is forgotten; moat.overrides.json stays as it is.\n");
    return 0;
  }
  const result = learningResult(project, file);
  const isWritten = flags.write === true && writeLearned(project, result);
  context.stdout.write(
    flags.json === true
      ? `${JSON.stringify(learningJson(result, isWritten), undefined, 2)}\n`
      : learningText(result, { asked: flags.write === true, isWritten }),
  );
  return 0;
};

function learningJson({ learned, proposal }: LearningResult, isWritten: boolean): object {
  return {
    version: 1,
    runs: learned.runs,
    figure: proposal.figure,
    packages: proposal.packages
      .filter(({ taken }) => taken.length > 0)
      .map(({ package: name, fields, taken }) => ({
        package: name,
        grants: grantsOf(mergeEntry(undefined, fields)),
        taken,
      })),
    notLoaded: proposal.notLoaded,
    written: isWritten,
  };
}
