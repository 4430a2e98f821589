import { createHash } from "node:crypto";
import path from "node:path";
import type { Generated } from "@moat/policy-gen";
import { userFolderOf, type Overrides, type Policy } from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import { makeProgress } from "../render/progress.ts";

export interface GenerateRequest {
  readonly project: string;
  readonly entries: readonly string[];
  readonly overrides: Overrides;
  /** What the file says now; `root` is kept. */
  readonly previous: Policy | undefined;
}

/**
 * Analyses everything that the entries reach; shows progress on a terminal.
 * @param keeps what was found, in the user's cache
 */
export async function generate(request: GenerateRequest, context: CommandContext, keeps = true): Promise<Generated> {
  // oxlint-disable-next-line no-restricted-imports -- loaded only by the commands that analyse
  const { generatePolicy } = await import("@moat/policy-gen");
  const progress = makeProgress(context.stderr);
  const { project, entries, overrides, previous } = request;
  const cacheDir = keeps ? cacheFolder(project, context.env) : undefined;
  try {
    return await generatePolicy({
      projectDir: project,
      entries,
      overrides,
      slowOptimiser: true,
      ...(previous === undefined ? {} : { root: previous.root }),
      ...(cacheDir === undefined ? {} : { cacheDir, otherCaches: path.dirname(cacheDir) }),
      onProgress: ({ count }) => progress.show(`moat: ${count} files analysed`),
    });
  } finally {
    progress.clear();
  }
}

/**
 * Where facts about unchanged files are kept.
 *
 * HAZARD: never below the project. Packages may write to parts of it, and a
 * forged fact would become a grant.
 */
function cacheFolder(project: string, env: CommandContext["env"]): string | undefined {
  const folder = userFolderOf(env);
  return folder && path.join(folder, createHash("sha256").update(project).digest("hex").slice(0, 16));
}
