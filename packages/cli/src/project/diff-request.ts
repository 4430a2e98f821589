import { readFileSync } from "node:fs";
import path from "node:path";
import { MoatError, OVERRIDES_FILE, parsePolicy, POLICY_FILE, readPolicy, type Policy } from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import { findLockfile } from "../lockfiles/read-lockfile.ts";
import { readGrantLines, type LineOfGrant } from "../review/grant-lines.ts";
import { emptyPolicy, type Review } from "../review/review.ts";
import { reviewPolicies } from "../review/review-policies.ts";
import { findProjectFrom } from "./entry.ts";
import { currentPolicy, type CurrentPolicy } from "./current-policy.ts";
import { textOf } from "./text-of.ts";
import { findCommit, readCommittedPolicy, type Commit, type CommittedPolicy } from "./git-files.ts";

/** A review, and what places its findings in a repository. */
export interface ReviewedProject {
  readonly review: Review;
  /** The project's folder in the repository, with `/`; `""` where it is the root. */
  readonly project: string;
  readonly policyLine: LineOfGrant;
  readonly overridesLine: LineOfGrant;
  readonly folderOf: (name: string) => string | undefined;
}

/** One policy file against another, each with the lockfile beside it. */
export async function reviewFiles(before: string, after: string, cwd: string): Promise<ReviewedProject> {
  const [old, now] = [before, after].map((file) => readPolicyAt(path.resolve(cwd, file), file));
  const folders = [before, after].map((file) => path.dirname(path.resolve(cwd, file)));
  // Two files in one folder have one lockfile between them, which tells no version apart.
  const locks = await Promise.all(
    folders[0] === folders[1]
      ? []
      : folders.map((folder) => findLockfile("", (file) => textOf(path.join(folder, file)))),
  );
  return {
    review: reviewPolicies({
      before: { policy: old!.policy, lock: locks[0]?.tree },
      after: { policy: now!.policy, lock: locks[1]?.tree },
      base: before,
      notes: locks.map(({ note }) => note),
    }),
    project: "",
    policyLine: readGrantLines(now!.text),
    overridesLine: () => 1,
    folderOf: () => undefined,
  };
}

/**
 * What the installed packages would get now, against what was committed. Where
 * they can't be analysed (nothing is installed, say), the file as it is on disk
 * stands in for them.
 */
export async function reviewSince(ref: string, context: CommandContext): Promise<ReviewedProject> {
  const project = findProjectFrom(context.cwd);
  const files = readPolicy(project);
  const base = await readBase(ref, project);
  return reviewAgainst(base, await currentPolicy(project, files, context));
}

/** A commit with its policy: what the working tree is compared with. */
export interface Base {
  readonly ref: string;
  readonly commit: Commit;
  readonly committed: CommittedPolicy;
}

/** @throws MoatError `MOAT_GIT_FAILED`, `MOAT_POLICY_INVALID` */
export async function readBase(ref: string, project: string): Promise<Base> {
  const commit = await findCommit(ref, project);
  return { ref, commit, committed: await readCommittedPolicy(commit, ref) };
}

/** {@link reviewSince}, of what was read before. */
export async function reviewAgainst({ ref, commit, committed }: Base, now: CurrentPolicy): Promise<ReviewedProject> {
  const { project, overrides } = now;
  const fromDisk = (file: string): Promise<string | undefined> => textOf(path.join(commit.repository, file));
  const [oldLock, newLock] = await Promise.all([
    findLockfile(commit.project, commit.read),
    findLockfile(commit.project, fromDisk),
  ]);
  const [policyText, overridesText] = await Promise.all([
    textOf(path.join(project, POLICY_FILE)),
    textOf(path.join(project, OVERRIDES_FILE)),
  ]);
  return {
    review: reviewPolicies({
      before: {
        policy: committed.policy ?? emptyPolicy(now.policy.root),
        overrides: committed.overrides,
        lock: oldLock.tree,
      },
      after: { policy: now.policy, overrides, lock: newLock.tree },
      base: ref,
      evidence: now.evidence,
      notes: [
        committed.policy === undefined ? `${ref} has no ${POLICY_FILE}: everything is new.` : "",
        now.note,
        newLock.note,
      ],
    }),
    project: commit.project,
    policyLine: policyText === undefined ? () => 1 : readGrantLines(policyText),
    overridesLine: overridesText === undefined ? () => 1 : readGrantLines(overridesText),
    folderOf: (name) => folderIn(commit.repository, now.graph?.byName.get(name)?.location),
  };
}

/** With `/`, and only what lies inside. */
function folderIn(repository: string, location: string | undefined): string | undefined {
  if (location === undefined) return undefined;
  const relative = path.relative(repository, location).split(path.sep).join("/");
  return relative === "" || relative.startsWith("../") || path.isAbsolute(relative) ? undefined : relative;
}

function readPolicyAt(file: string, asked: string): { readonly policy: Policy; readonly text: string } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new MoatError("MOAT_POLICY_UNREADABLE", `${asked} can't be read: ${(cause as NodeJS.ErrnoException).code}`, {
      fields: { file: asked },
      nextStep: "name two policy files that are there, or a commit: moat diff --base <commit>",
      cause,
    });
  }
  return { policy: parsePolicy(text, asked), text };
}
