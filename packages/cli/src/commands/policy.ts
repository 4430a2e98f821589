import { parseFlags, type FlagTable, type Flags } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { acceptPending } from "./policy-accept.ts";
import { checkPolicy } from "./policy-check.ts";
import { showPolicy } from "./policy-show.ts";
import { writePolicy } from "./policy-write.ts";

export const POLICY_FLAGS = {
  write: { type: "boolean" },
  check: { type: "boolean" },
  accept: { type: "boolean" },
  verbose: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const satisfies FlagTable;

export type PolicyFlags = Flags<typeof POLICY_FLAGS>;

/** `moat policy [entry…] [--write] [--check] [--accept [package…]] [--json]` */
export const policy: Command = async (args, context) => {
  const { flags, positionals } = parseFlags("policy", args.map(asLongHelp), POLICY_FLAGS);
  if (flags.help) {
    context.stdout.write(helpText("policy"));
    return 0;
  }
  if (flags.check && (flags.write || flags.accept)) {
    throw usageError("--check writes nothing: it does not go with --write or --accept", "moat policy --help");
  }
  if (flags.accept && flags.write && positionals.length > 0) {
    throw usageError(
      "with --write and --accept it is not clear what a name means",
      "first moat policy --write, then moat policy --accept [package…]",
    );
  }
  if (flags.check) return checkPolicy(positionals, flags, context);
  if (flags.write) return writePolicy(positionals, flags, context);
  if (flags.accept) return acceptPending(positionals, flags, context);
  return showPolicy(positionals, flags, context);
};

function asLongHelp(argument: string): string {
  return argument === "-h" ? "--help" : argument;
}
