import { readFileSync } from "node:fs";
import path from "node:path";
import {
  comparePolicies,
  MoatError,
  parsePolicy,
  POLICY_FILE,
  printPolicy,
  ratchet,
  readPolicy,
  type Overrides,
  type Policy,
  type PolicyChange,
} from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";
import type { CommandContext } from "../command-context.ts";
import { findProjectFrom } from "./entry.ts";
import { generate } from "./generate.ts";
import { readCommittedPolicy } from "./git-policy.ts";
import { withOverrides } from "./with-overrides.ts";

export interface PolicyDifference {
  readonly changes: readonly PolicyChange[];
  readonly evidence: readonly Evidence[];
  /** What the reader has to know about how this came about; empty mostly. */
  readonly note: string;
}

/** One policy file against another. */
export function diffFiles(before: string, after: string, cwd: string): PolicyDifference {
  return { changes: comparePolicies(readPolicyAt(before, cwd), readPolicyAt(after, cwd)), evidence: [], note: "" };
}

/**
 * What the installed packages would get now, against what was committed. Where
 * they can't be analysed (nothing is installed, say), the file as it is on disk
 * stands in for them.
 */
export async function diffAgainstCommit(ref: string, context: CommandContext): Promise<PolicyDifference> {
  const project = findProjectFrom(context.cwd);
  const { policy: onDisk, overrides } = readPolicy(project);
  const committed = await readCommittedPolicy(ref, project);
  const base = committed.policy ?? { version: 1, root: onDisk.root, entries: [], packages: Object.create(null) };
  const { policy, evidence, note } = await currentPolicy(project, onDisk, overrides, context);
  const notes = [committed.policy === undefined ? `${ref} has no ${POLICY_FILE}: everything is new.` : "", note].filter(
    (text) => text !== "",
  );
  return {
    changes: comparePolicies(withOverrides(base, committed.overrides), withOverrides(policy, overrides)),
    evidence,
    note: notes.join(" "),
  };
}

async function currentPolicy(
  project: string,
  onDisk: Policy,
  overrides: Overrides,
  context: CommandContext,
): Promise<{ policy: Policy; evidence: readonly Evidence[]; note: string }> {
  try {
    const generated = await generate({ project, entries: onDisk.entries, overrides, previous: onDisk }, context);
    const policy = ratchet(onDisk, generated.policy);
    const note =
      printPolicy(policy) === printPolicy(onDisk)
        ? ""
        : `${POLICY_FILE} is not up to date with the installed packages: moat policy --write`;
    return { policy, evidence: generated.evidence, note };
  } catch (error) {
    if (!(error instanceof MoatError)) throw error;
    return {
      policy: onDisk,
      evidence: [],
      note: `The installed packages could not be analysed (${error.message}); this compares the committed files.`,
    };
  }
}

function readPolicyAt(file: string, cwd: string): Policy {
  let text: string;
  try {
    text = readFileSync(path.resolve(cwd, file), "utf8");
  } catch (cause) {
    throw new MoatError("MOAT_POLICY_UNREADABLE", `${file} can't be read: ${(cause as NodeJS.ErrnoException).code}`, {
      fields: { file },
      cause,
    });
  }
  return parsePolicy(text, file);
}
