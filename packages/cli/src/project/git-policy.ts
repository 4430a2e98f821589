import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  MoatError,
  OVERRIDES_FILE,
  parseOverrides,
  parsePolicy,
  POLICY_FILE,
  type Overrides,
  type Policy,
} from "@moat/core/model";

const run = promisify(execFile);

/** The policy and overrides of a commit; undefined where the commit has none. */
export interface CommittedPolicy {
  readonly policy: Policy | undefined;
  readonly overrides: Overrides;
}

/**
 * Reads both files as they were committed.
 *
 * @throws MoatError `MOAT_GIT_FAILED` where there is no such commit, or no git
 */
export async function readCommittedPolicy(ref: string, project: string): Promise<CommittedPolicy> {
  const commit = await resolveCommit(ref, project);
  const policy = await fileAt(commit, POLICY_FILE, project);
  const overrides = await fileAt(commit, OVERRIDES_FILE, project);
  return {
    policy: policy === undefined ? undefined : parsePolicy(policy, `${ref}:${POLICY_FILE}`),
    overrides:
      overrides === undefined
        ? { packages: Object.create(null) }
        : parseOverrides(overrides, `${ref}:${OVERRIDES_FILE}`),
  };
}

async function resolveCommit(ref: string, project: string): Promise<string> {
  // HAZARD: a name that begins with - would be a flag of git.
  if (ref.startsWith("-")) throw noCommit(ref, project, `${JSON.stringify(ref)} is not the name of a commit`);
  try {
    return (await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`], project)).trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw noCommit(ref, project, "git is not installed", cause);
    throw noCommit(ref, project, `git knows no commit ${JSON.stringify(ref)} in ${project}`, cause);
  }
}

/** The text of a file of the project in a commit; undefined where it is not in it. */
async function fileAt(commit: string, name: string, project: string): Promise<string | undefined> {
  if ((await git(["ls-tree", "--name-only", commit, "--", name], project)).trim() === "") return undefined;
  // Not `git show`: what is read is the blob, whatever filters the repository configures.
  return git(["cat-file", "blob", `${commit}:./${name}`], project);
}

async function git(args: readonly string[], project: string): Promise<string> {
  const { stdout } = await run("git", ["-C", project, ...args], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    windowsHide: true,
  });
  return stdout;
}

function noCommit(ref: string, project: string, message: string, cause?: unknown): MoatError {
  return new MoatError("MOAT_GIT_FAILED", message, {
    fields: { ref, project },
    nextStep: "moat diff --base <commit>, or moat diff <file> <file>",
    cause,
  });
}
