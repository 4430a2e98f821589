import type { Command, CommandContext, ExitCode } from "./command-context.ts";
import { isHelpFlag } from "./help/is-help-flag.ts";

// HAZARD: each command is imported when it is asked for. `run` must start fast
// and must never load the analyser, whose parsers are attack surface.
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  __proto__: null as never,
  run: async () => (await import("./commands/run.ts")).run,
  exec: async () => (await import("./commands/exec.ts")).exec,
  prepare: async () => (await import("./commands/prepare.ts")).prepare,
  policy: async () => (await import("./commands/policy.ts")).policy,
  init: async () => (await import("./commands/init.ts")).init,
  diff: async () => (await import("./commands/diff.ts")).diff,
  learn: async () => (await import("./commands/learn.ts")).learn,
  allow: async () => (await import("./commands/allow.ts")).allow,
  explain: async () => (await import("./commands/explain.ts")).explain,
  report: async () => (await import("./commands/report.ts")).report,
  help: async () => (await import("./commands/help.ts")).help,
};

/** Runs the command that the arguments name; never rejects. */
export async function dispatch(args: readonly string[], context: CommandContext): Promise<void> {
  let code: ExitCode | undefined;
  try {
    code = await runCommand(args, context);
  } catch (error) {
    const { reportError } = await import("./render/report-error.ts");
    const { whereMembersHavePolicies } = await import("./project/policy-of-member.ts");
    reportError(whereMembersHavePolicies(error), context);
    code = 2;
  }
  if (code !== undefined) context.exit(code);
}

async function runCommand(args: readonly string[], context: CommandContext): Promise<ExitCode | undefined> {
  const [name, ...rest] = args;
  if (name === undefined || isHelpFlag(name)) {
    const { helpText } = await import("./help/help-text.ts");
    (name === undefined ? context.stderr : context.stdout).write(helpText());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    const { cliVersion } = await import("./cli-version.ts");
    context.stdout.write(`${cliVersion()}\n`);
    return 0;
  }
  const load = COMMANDS[name];
  if (load === undefined) {
    const { unknownCommand } = await import("./arguments/unknown-command.ts");
    throw unknownCommand(name, Object.keys(COMMANDS));
  }
  const command = await load();
  return command(rest, context);
}
