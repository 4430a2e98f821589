import path from "node:path";
import { escapeForTerminal, writeFileAtomically } from "@moat/core/model";
import { parseFlags, type FlagTable } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import { cliVersion } from "../cli-version.ts";
import type { Command } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { readPageFile } from "../page-file.ts";
import { findProjectFrom } from "../project/entry.ts";
import { reportProject } from "../project/report-request.ts";
import { countWords } from "../render/list-words.ts";
import { reportHtml } from "../render/report-html.ts";
import { headline } from "../render/review-words.ts";

const FLAGS = { out: { type: "string" }, base: { type: "string" } } as const satisfies FlagTable;

/** In the folder of the project, whatever folder of it the command is called in. */
const REPORT_FILE = "moat-report.html";

/** `moat report [--out FILE] [--base REF]` */
export const report: Command = async (args, context) => {
  if (args.some(isHelpFlag)) {
    context.stdout.write(helpText("report"));
    return 0;
  }
  const { flags, positionals } = parseFlags("report", args, FLAGS);
  if (positionals.length > 0) throw usageError("moat report takes no names", "moat report --out FILE");
  const file =
    flags.out === undefined
      ? path.join(findProjectFrom(context.cwd), REPORT_FILE)
      : path.resolve(context.cwd, flags.out);
  const made = await reportProject(flags.base, context);
  writeFileAtomically(
    file,
    reportHtml(made, { style: readPageFile("report.css"), script: readPageFile("report.js"), version: cliVersion() }),
  );
  context.stdout.write(
    escapeForTerminal(
      `${path.relative(context.cwd, file)} is written: ${countWords(made.packages.length, "package")}.`,
    ),
  );
  context.stdout.write(
    made.changes === undefined
      ? "\n"
      : ` ${escapeForTerminal(`Since ${made.changes.base}: ${headline(made.changes)}`)}\n`,
  );
  return 0;
};
