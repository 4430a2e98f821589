import { nearestWord } from "@moat/core/model";
import { parseFlags, type FlagTable } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import { cliVersion } from "../cli-version.ts";
import type { Command, CommandContext } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { reviewFiles, reviewSince, type ReviewedProject } from "../project/diff-request.ts";
import { makePaint } from "../render/colors.ts";
import { reviewJson } from "../render/review-json.ts";
import { reviewMarkdown } from "../render/review-markdown.ts";
import { reviewSarif } from "../render/review-sarif.ts";
import { reviewText } from "../render/review-text.ts";

const FLAGS = {
  base: { type: "string" },
  format: { type: "string" },
  json: { type: "boolean" },
} as const satisfies FlagTable;

const FORMATS: Readonly<Record<string, (reviewed: ReviewedProject, context: CommandContext) => string>> = {
  __proto__: null as never,
  text: ({ review }, { stdout, env }) => reviewText(review, makePaint(stdout, env)),
  markdown: ({ review, project }) => reviewMarkdown(review, project),
  json: ({ review }) => reviewJson(review),
  sarif: ({ review, ...places }) => reviewSarif(review, { ...places, version: cliVersion() }),
};

/** `moat diff [--base REF] [--format text|markdown|json|sarif] [fileA fileB]` */
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
  const reviewed =
    before !== undefined && after !== undefined
      ? await reviewFiles(before, after, context.cwd)
      : await reviewSince(flags.base ?? "HEAD", context);
  context.stdout.write(FORMATS[format]!(reviewed, context));
  return reviewed.review.gained ? 1 : 0;
};

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
