import { readPolicy } from "@moat/core/model";
import { parseFlags, type FlagTable } from "../arguments/parse-flags.ts";
import { findCapabilities } from "../arguments/find-capabilities.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { findProjectFrom } from "../project/entry.ts";
import { explainPackage } from "../project/explain-package.ts";
import { findPackages } from "../project/find-packages.ts";
import { generate } from "../project/generate.ts";
import { makePaint } from "../render/colors.ts";
import { explanationText } from "../render/explanation-text.ts";

const FLAGS = { json: { type: "boolean" } } as const satisfies FlagTable;

/** `moat explain <package> [capability]` */
export const explain: Command = async (args, context) => {
  if (args.some(isHelpFlag)) {
    context.stdout.write(helpText("explain"));
    return 0;
  }
  const { flags, positionals } = parseFlags("explain", args, FLAGS);
  const [asked, kind, ...others] = positionals;
  if (asked === undefined || others.length > 0)
    throw usageError("moat explain needs the name of one package", "moat explain <package> [capability]");
  const capabilities = kind === undefined ? undefined : findCapabilities(kind);
  const project = findProjectFrom(context.cwd);
  const files = readPolicy(project);
  const known = new Set([...Object.keys(files.policy.packages), ...Object.keys(files.overrides.packages)]);
  const names = findPackages(asked, [...known]);
  const generated = await generate(
    { project, entries: files.policy.entries, overrides: files.overrides, previous: files.policy },
    context,
  );
  const explanations = names.map((name) => explainPackage(name, files, generated, capabilities));
  context.stdout.write(
    flags.json
      ? `${JSON.stringify({ version: 1, packages: explanations }, undefined, 2)}\n`
      : explanations
          .map((explanation) =>
            explanationText(explanation, makePaint(context.stdout, context.env), capabilities !== undefined),
          )
          .join("\n"),
  );
  return 0;
};
