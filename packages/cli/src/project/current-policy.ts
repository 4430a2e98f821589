import {
  MoatError,
  POLICY_FILE,
  printPolicy,
  type Overrides,
  type PackageGraph,
  type Policy,
  type PolicyFiles,
} from "@moat/core/model";
import type { Evidence, Finding } from "@moat/policy-gen";
import type { CommandContext } from "../command-context.ts";
import { generate } from "./generate.ts";
import { ratcheted } from "./ratcheted.ts";

/** What the installed packages get now, and why. */
export interface CurrentPolicy {
  /** Absolute folder. */
  readonly project: string;
  readonly policy: Policy;
  readonly overrides: Overrides;
  readonly evidence: readonly Evidence[];
  readonly findings: readonly Finding[];
  /** Undefined where nothing could be analysed. */
  readonly graph: PackageGraph | undefined;
  /** What the reader has to know about how this came about; mostly empty. */
  readonly note: string;
}

/**
 * What an unattended `moat policy --write` would write. Where the packages
 * can't be analysed (nothing is installed, say), the file as it is on disk
 * stands in for them.
 */
export async function currentPolicy(
  project: string,
  { policy: onDisk, overrides }: PolicyFiles,
  context: CommandContext,
): Promise<CurrentPolicy> {
  try {
    const generated = await generate({ project, entries: onDisk.entries, overrides, previous: onDisk }, context);
    const policy = ratcheted(generated, onDisk, overrides);
    const note =
      printPolicy(policy) === printPolicy(onDisk)
        ? ""
        : `${POLICY_FILE} is not up to date with the installed packages: moat policy --write`;
    const { evidence, findings, graph } = generated;
    return { project, policy, overrides, evidence, findings, graph, note };
  } catch (error) {
    if (!(error instanceof MoatError)) throw error;
    return {
      project,
      policy: onDisk,
      overrides,
      evidence: [],
      findings: [],
      graph: undefined,
      note: `The installed packages could not be analysed (${error.message}); this is what the committed files say.`,
    };
  }
}
