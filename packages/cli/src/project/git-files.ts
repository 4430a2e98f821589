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
const FILES = "compare two files: moat diff <file> <file>";
const ANOTHER_BASE = `name another commit: --base <commit>; or ${FILES}`;

/** A commit, and where the project lies in it. */
export interface Commit {
  readonly id: string;
  /** The project's folder in the repository, with `/`; `""` where it is the root. */
  readonly project: string;
  /** Absolute folder of the repository. */
  readonly repository: string;
  /** The text of a file by its path in the repository; undefined where the commit does not have it. */
  readonly read: (file: string) => Promise<string | undefined>;
}

/** The policy and overrides of a commit; undefined where the commit has none. */
export interface CommittedPolicy {
  readonly policy: Policy | undefined;
  readonly overrides: Overrides;
}

/** @throws MoatError `MOAT_GIT_FAILED` where there is no such commit, no repository, or no git */
export async function findCommit(ref: string, project: string): Promise<Commit> {
  const id = await resolveCommit(ref, project);
  const [prefix = "", repository = project] = (
    await git(["rev-parse", "--show-prefix", "--show-toplevel"], project)
  ).split("\n");
  return {
    id,
    project: prefix.replace(/\/$/u, ""),
    repository,
    async read(file) {
      if ((await git(["ls-tree", "--full-tree", "--name-only", id, "--", file], project)).trim() === "")
        return undefined;
      // Not `git show`: what is read is the blob, whatever filters the repository configures.
      return git(["cat-file", "blob", `${id}:${file}`], project);
    },
  };
}

/** Reads both files as they were committed. `ref` is how messages call the commit. */
export async function readCommittedPolicy({ project, read }: Commit, ref: string): Promise<CommittedPolicy> {
  const inProject = (name: string): string => (project === "" ? name : `${project}/${name}`);
  const [policy, overrides] = await Promise.all([read(inProject(POLICY_FILE)), read(inProject(OVERRIDES_FILE))]);
  try {
    return {
      policy: policy === undefined ? undefined : parsePolicy(policy, `${ref}:${POLICY_FILE}`),
      overrides:
        overrides === undefined
          ? { packages: Object.create(null) }
          : parseOverrides(overrides, `${ref}:${OVERRIDES_FILE}`),
    };
  } catch (error) {
    if (!(error instanceof MoatError)) throw error;
    // What was committed can't be corrected.
    const { code, message, fields } = error;
    throw new MoatError(code, message, { fields, nextStep: ANOTHER_BASE, cause: error });
  }
}

async function resolveCommit(ref: string, project: string): Promise<string> {
  // HAZARD: a name that begins with - would be a flag of git.
  if (ref.startsWith("-")) throw noCommit(ref, project, `${JSON.stringify(ref)} is not the name of a commit`);
  try {
    return (await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`], project)).trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw noCommit(ref, project, "git is not installed", { cause, nextStep: FILES });
    const refusal = await refusalOfGit(project);
    if (refusal !== undefined)
      throw noCommit(ref, project, `git reads nothing in ${project}: ${refusal}`, { cause, nextStep: FILES });
    throw noCommit(ref, project, `git knows no commit ${JSON.stringify(ref)} in ${project}`, { cause });
  }
}

/** In git's words, why there is no repository for it: none is there, or it belongs to another user. */
async function refusalOfGit(project: string): Promise<string | undefined> {
  try {
    await git(["rev-parse", "--git-dir"], project);
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return stderr?.split("\n", 1)[0]!.replace(/^fatal: /u, "") ?? String(error);
  }
}

async function git(args: readonly string[], project: string): Promise<string> {
  const { stdout } = await run("git", ["-C", project, ...args], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    windowsHide: true,
  });
  return stdout;
}

function noCommit(
  ref: string,
  project: string,
  message: string,
  { cause, nextStep = ANOTHER_BASE }: { cause?: unknown; nextStep?: string } = {},
): MoatError {
  return new MoatError("MOAT_GIT_FAILED", message, { fields: { ref, project }, nextStep, cause });
}
