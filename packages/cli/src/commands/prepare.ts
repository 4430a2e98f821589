import { readFileSync } from "node:fs";
import { findInstalledCommand, preloadOf, readPolicy } from "@moat/core/model";
import { parseFlags, type FlagTable } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command, CommandContext } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { findEntry, findProjectFrom, type Entry } from "../project/entry.ts";
import { prepareEntry, prepareListed, type PreparedEntry } from "../project/prepare-entry.ts";
import { countWords } from "../render/list-words.ts";

const PREPARE_FLAGS = {
  files: { type: "string" },
  json: { type: "boolean" },
} as const satisfies FlagTable;

/** `moat prepare [entry…] [--files -] [--json]` */
export const prepare: Command = async (args, context) => {
  if (args.some(isHelpFlag)) {
    context.stdout.write(helpText("prepare"));
    return 0;
  }
  const { flags, positionals } = parseFlags("prepare", args, PREPARE_FLAGS);
  const entries =
    positionals.length > 0 ? positionals.map((name) => entryNamed(name, context)) : listedEntries(context);
  if (flags.files !== undefined) {
    const [entry] = entries;
    if (flags.files !== "-" || entry === undefined || entries.length > 1)
      throw usageError("--files takes - and goes with one entry", "moat prepare --files - <entry>");
    // The process is locked down after this.
    tell([await prepareListed(entry, linesOf(readFileSync(0, "utf8")), context.cwd)], flags.json, context);
    return 0;
  }
  const prepared: PreparedEntry[] = [];
  for (const entry of entries) prepared.push(await prepareEntry(entry, context));
  tell(prepared, flags.json, context);
  return 0;
};

function tell(prepared: readonly PreparedEntry[], asJson: boolean | undefined, context: CommandContext): void {
  if (asJson) {
    context.stdout.write(`${JSON.stringify({ prepared })}\n`);
    return;
  }
  for (const { entry, ready, refused } of prepared) {
    const rest = refused.length === 0 ? "" : `; ${countWords(refused.length, "file")} that can't be loaded left out`;
    context.stdout.write(`${entry} is prepared: ${countWords(ready, "module")}${rest}.\n`);
  }
}

function entryNamed(name: string, { cwd }: CommandContext): Entry {
  if (!name.startsWith("bin:")) return findEntry(name, cwd);
  const project = findProjectFrom(cwd);
  return { name, project, file: findInstalledCommand(name.slice("bin:".length), project).file };
}

function listedEntries(context: CommandContext): Entry[] {
  const project = findProjectFrom(context.cwd);
  // What stands before programs is prepared with each of them.
  return readPolicy(project)
    .policy.entries.filter((name) => preloadOf(name) === undefined)
    .map((name) => entryNamed(name, { ...context, cwd: project }));
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
