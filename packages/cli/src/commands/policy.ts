import { parseFlags, type FlagTable, type Flags } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { PRELOAD_FLAGS } from "../arguments/node-flags.ts";
import { namedPreloads, type NamedPreload } from "../project/preloads.ts";
import { acceptPending, denyPending, narrowPending } from "./policy-accept.ts";
import { checkPolicy } from "./policy-check.ts";
import { showPolicy } from "./policy-show.ts";
import { writePolicy } from "./policy-write.ts";

const POLICY_FLAGS = {
  write: { type: "boolean" },
  check: { type: "boolean" },
  accept: { type: "boolean" },
  deny: { type: "boolean" },
  narrow: { type: "boolean" },
  reason: { type: "string" },
  yes: { type: "boolean" },
  verbose: { type: "boolean" },
  json: { type: "boolean" },
  ...PRELOAD_FLAGS,
} as const satisfies FlagTable;

const asArgument = ({ name, specifier }: NamedPreload): string => (name.startsWith("./") ? specifier : name);

export type PolicyFlags = Flags<typeof POLICY_FLAGS>;

/** `moat policy [entry…] [--write] [--check] [--accept|--deny|--narrow [package…]] [--json]` */
export const policy: Command = async (args, context) => {
  if (args.some(isHelpFlag)) {
    context.stdout.write(helpText("policy"));
    return 0;
  }
  const { flags, positionals: named } = parseFlags("policy", args, POLICY_FLAGS);
  const positionals = [...named, ...namedPreloads(flags, context.cwd).map(asArgument)];
  const answers = [flags.accept, flags.deny, flags.narrow].filter((flag) => flag === true).length;
  if (answers > 1) throw usageError("--accept, --deny and --narrow are three answers: give one", "moat policy --help");
  if ((flags.reason !== undefined || flags.yes) && (answers === 0 || flags.write))
    throw usageError("--reason and --yes go with --accept, --deny or --narrow alone", "moat policy --help");
  if ((flags.deny || flags.narrow) && (flags.check || flags.write))
    throw usageError("--deny and --narrow go without --check and --write", "moat policy --help");
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
  if (flags.narrow) return narrowPending(positionals, flags, context);
  if (flags.deny) return denyPending(positionals, flags, context);
  if (flags.accept) return acceptPending(positionals, flags, context);
  return showPolicy(positionals, flags, context);
};
