import { escapeForTerminal, MoatError } from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import { cliVersion } from "../cli-version.ts";

/** Says on stderr what went wrong and what a person can do about it. */
export function reportError(error: unknown, { stderr, env }: Pick<CommandContext, "stderr" | "env">): void {
  const debug = env["MOAT_DEBUG"] !== undefined && env["MOAT_DEBUG"] !== "";
  if (error instanceof MoatError) {
    stderr.write(`moat: ${escapeLines(error.message)}\n`);
    if (error.nextStep !== undefined) stderr.write(`  next: ${escapeLines(error.nextStep)}\n`);
    if (debug) stderr.write(`${escapeLines(stackOf(error))}\n`);
    return;
  }
  // A manifest that is no JSON, as Node says it.
  if (error instanceof Error && (error as { code?: unknown }).code === "ERR_INVALID_PACKAGE_CONFIG") {
    const isInstalled = /[\\/]node_modules[\\/]/u.test(error.message);
    const step = isInstalled ? "install that package anew" : "correct that file";
    stderr.write(`moat: ${escapeLines(error.message)}\n  next: ${step}; nothing was run\n`);
    return;
  }
  stderr.write(
    `moat: this is a bug in moat ${cliVersion()}; please report it with the following:\n${escapeLines(stackOf(error))}\n`,
  );
}

/** Line ends are ours: a message of several lines is indented below its first. */
function escapeLines(text: string): string {
  return text.split("\n").map(escapeForTerminal).join("\n  ");
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
