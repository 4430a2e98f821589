import { escapeForTerminal, nearestWord } from "@moat/core/model";
import { parseFlags, type FlagTable } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command, CommandContext } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { diffAgainstCommit, diffFiles, type PolicyDifference } from "../project/diff-request.ts";
import { changesMarkdown } from "../render/changes-markdown.ts";
import { changesText } from "../render/changes-text.ts";
import { makePaint } from "../render/colors.ts";

const FLAGS = {
  base: { type: "string" },
  format: { type: "string" },
  json: { type: "boolean" },
} as const satisfies FlagTable;

const FORMATS: Readonly<Record<string, (difference: PolicyDifference, context: CommandContext) => string>> = {
  __proto__: null as never,
  text: ({ changes, evidence, note }, { stdout, env }) =>
    `${note === "" ? "" : `${escapeForTerminal(note)}\n`}${changesText(changes, evidence, makePaint(stdout, env))}`,
  markdown: ({ changes, evidence, note }) => changesMarkdown(changes, evidence, note),
  json: ({ changes, evidence, note }) =>
    `${JSON.stringify({ version: 1, note, changes, evidence: evidenceOfChanges(changes, evidence) }, undefined, 2)}\n`,
};

/** `moat diff [--base REF] [--format text|json|markdown] [fileA fileB]` */
export const diff: Command = async (args, context) => {
  if (args.some(isHelpFlag)) {
    context.stdout.write(helpText("diff"));
    return 0;
  }
  const { flags, positionals } = parseFlags("diff", args, FLAGS);
  const format = formatOf(flags);
  if (positionals.length !== 0 && positionals.length !== 2)
    throw usageError("moat diff compares two files, or with a commit", "moat diff --help");
  if (positionals.length === 2 && flags.base !== undefined)
    throw usageError("--base does not go with two files", "moat diff --help");
  const [before, after] = positionals;
  const difference =
    before !== undefined && after !== undefined
      ? diffFiles(before, after, context.cwd)
      : await diffAgainstCommit(flags.base ?? "HEAD", context);
  context.stdout.write(FORMATS[format]!(difference, context));
  return difference.changes.some(isGain) ? 1 : 0;
};

/** A new package or entry that brings no grant is no gain of power. */
function isGain(change: PolicyDifference["changes"][number]): boolean {
  return change.kind === "gained" || (change.kind === "root-changed" && change.to === "trusted");
}

function formatOf({ format, json }: { readonly format?: string; readonly json?: true }): string {
  if (json && format !== undefined && format !== "json")
    throw usageError("--json does not go with another --format", "moat diff --help");
  const wanted = json ? "json" : (format ?? "text");
  if (FORMATS[wanted] !== undefined) return wanted;
  const near = nearestWord(wanted, Object.keys(FORMATS));
  throw usageError(
    `moat diff has no format ${JSON.stringify(wanted)}`,
    near === undefined ? "moat diff --help" : `did you mean: --format ${near}`,
  );
}

function evidenceOfChanges(
  changes: PolicyDifference["changes"],
  evidence: PolicyDifference["evidence"],
): PolicyDifference["evidence"] {
  const changed = new Set(changes.flatMap((change) => (change.kind === "gained" ? [change.package] : [])));
  return evidence.filter((place) => changed.has(place.package));
}
