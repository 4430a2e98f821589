import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import {
  effectivePolicy,
  locateNames,
  makeDisk,
  makeResolver,
  MoatError,
  permissionFlags,
  scopeFolders,
  storeLocation,
  type Overrides,
  type Policy,
} from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";

export interface BeltRequest {
  readonly project: string;
  readonly policy: Policy;
  readonly overrides: Overrides;
  readonly logFile: string | undefined;
}

/**
 * `--belt`: starts node anew, in this process, under its own permission flags.
 * Returns where they are in force.
 *
 * @throws MoatError `MOAT_BELT_IMPOSSIBLE` where that can't be had, or would hold nothing
 */
export function putOnBelt({ project, policy, overrides, logFile }: BeltRequest, context: CommandContext): void {
  if (context.isBelted) return;
  if (policy.root === "trusted") {
    throw impossible("the application is trusted with everything, so the flags would hold nothing", {
      nextStep: 'confine it, with "root": "confined" in moat.policy.json, or leave out --belt',
    });
  }
  const { restartWith, nodeFlags, env } = context;
  if (restartWith === undefined || !nodeFlags.has("--permission")) {
    throw impossible("this Node can't be started anew under its permission flags in the same process", {
      nextStep: "use Node 22.15 or later on Linux or macOS, without a message channel to a parent",
    });
  }
  const paths = scopeFolders(project, context.cwd);
  const policies = effectivePolicy(policy, overrides);
  const { names: locations } = locateNames(
    policies.keys(),
    paths.project,
    makeResolver(makeDisk(), { roots: [paths.project] }),
  );
  const store = storeLocation(paths.project, env);
  const ownFiles = [...(store ? [store.userFolder, store.folder] : []), ...(logFile === undefined ? [] : [logFile])];
  const ownFolders = [dirname(dirname(fileURLToPath(import.meta.url)))];
  restartWith(
    permissionFlags({
      policies,
      locations,
      paths,
      ownFiles,
      ownFolders,
      programPath: env["PATH"] ?? "",
      known: nodeFlags,
    }),
  );
}

function impossible(message: string, { nextStep }: { nextStep: string }): MoatError {
  return new MoatError("MOAT_BELT_IMPOSSIBLE", message, { nextStep });
}
