import { POLICY_FILE } from "@moat/core/model";
import { parseFlags, type FlagTable } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { addGitattributes, addWorkflow, isOnGitLab, policyExists, type InitStep } from "../project/init-files.ts";
import { findPrograms } from "../project/find-programs.ts";
import { findProjectFrom } from "../project/entry.ts";
import { initText } from "../render/init-text.ts";
import { writePolicy } from "./policy-write.ts";

const FLAGS = { ci: { type: "string" } } as const satisfies FlagTable;
const CI = ["github", "none"] as const;

/** `moat init [--ci github|none]`: the first policy, and what keeps it reviewed. Changes nothing that is there. */
export const init: Command = async (args, context) => {
  if (args.some(isHelpFlag)) {
    context.stdout.write(helpText("init"));
    return 0;
  }
  const { flags, positionals } = parseFlags("init", args, FLAGS);
  if (positionals.length > 0)
    throw usageError("moat init takes no names: it looks into package.json", "moat init --help");
  const ci = CI.find((name) => name === (flags.ci ?? "github"));
  if (ci === undefined) throw usageError(`--ci is ${CI.join(" or ")}`, "moat init --help");
  const project = findProjectFrom(context.cwd);
  const programs = findPrograms(project);
  const hadPolicy = policyExists(project);
  if (!hadPolicy && programs.entries.length === 0) {
    throw usageError(
      "package.json names no program that moat knows: no main, no bin, no script that starts node or an installed command",
      "moat policy --write <entry>",
    );
  }
  const steps: InitStep[] = [
    hadPolicy
      ? { file: POLICY_FILE, outcome: "kept", why: "it is there; moat policy --write brings it up to date" }
      : { file: POLICY_FILE, outcome: "written", why: `for ${programs.entries.map(({ name }) => name).join(", ")}` },
  ];
  context.stdout.write(initText(hadPolicy ? undefined : programs, []));
  if (!hadPolicy)
    await writePolicy(
      programs.entries.map(({ name }) => name),
      {},
      { ...context, cwd: project },
    );
  if (flags.ci === undefined && isOnGitLab(project))
    steps.push({
      file: ".gitlab-ci.yml",
      outcome: "kept",
      why: "add the job of moat's examples/ci/gitlab-ci.yml to it",
    });
  else if (ci === "github") steps.push(addWorkflow(project));
  steps.push(addGitattributes(project));
  context.stdout.write(`\n${initText(undefined, steps)}`);
  return 0;
};
