import path from "node:path";
import { MoatError, readPolicy } from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import { findLockfile } from "../lockfiles/read-lockfile.ts";
import { makeReport } from "../report/make-report.ts";
import type { Report } from "../report/report.ts";
import type { Review } from "../review/review.ts";
import { currentPolicy } from "./current-policy.ts";
import { readBase, reviewAgainst, type Base } from "./diff-request.ts";
import { findProjectFrom } from "./entry.ts";
import { textOf } from "./text-of.ts";

/**
 * The tree of the project and what changed in it. Without a `ref` it is compared with `HEAD` where there is one.
 *
 * @throws MoatError `MOAT_GIT_FAILED` where there is no such commit, and one was asked for
 */
export async function reportProject(ref: string | undefined, context: CommandContext): Promise<Report> {
  const project = findProjectFrom(context.cwd);
  const files = readPolicy(project);
  const base = await findBase(ref, project);
  const current = await currentPolicy(project, files, context);
  const isBase = !(base instanceof MoatError);
  const { tree, note } = await findLockfile("", (file) => textOf(path.join(project, file)));
  const changes: Review | undefined = isBase ? (await reviewAgainst(base, current)).review : undefined;
  const own = isBase ? [] : [current.note, note, `Compared with nothing: ${base.message}.`];
  return makeReport({
    current,
    lock: tree,
    changes,
    projectName: current.graph?.root.manifest.name ?? path.basename(project),
    notes: (changes?.notes ?? own).filter((one) => one !== ""),
  });
}

/** A project need not be in a repository to be reported on. */
async function findBase(ref: string | undefined, project: string): Promise<Base | MoatError> {
  try {
    return await readBase(ref ?? "HEAD", project);
  } catch (error) {
    if (ref === undefined && error instanceof MoatError && error.code === "MOAT_GIT_FAILED") return error;
    throw error;
  }
}
