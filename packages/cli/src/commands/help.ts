import { nearestWord } from "@moat/core/model";
import type { Command } from "../command-context.ts";
import { usageError } from "../arguments/usage-error.ts";
import { helpText, isHelpTopic, HELP_TOPICS } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";

/** `moat help [command]` */
export const help: Command = async ([topic, ...rest], { stdout }) => {
  if (rest.length > 0) throw usageError("moat help explains one command at a time", "moat help");
  if (topic !== undefined && !isHelpFlag(topic) && !isHelpTopic(topic)) {
    const near = nearestWord(topic, HELP_TOPICS);
    throw usageError(
      `there is no command ${JSON.stringify(topic)}`,
      near === undefined ? "moat help" : `did you mean: moat help ${near}`,
    );
  }
  stdout.write(helpText(topic !== undefined && isHelpTopic(topic) ? topic : undefined));
  return 0;
};
