/** What learning runs have seen, and what is proposed after them. */
import { lstatSync, readdirSync } from "node:fs";
import path from "node:path";
import {
  applyProposal,
  beginLearningRun,
  isReservedForWrite,
  learnedFile,
  MoatError,
  OVERRIDES_FILE,
  printOverrides,
  proposeScopes,
  readLearned,
  readPolicy,
  storeLocation,
  writeFileAtomically,
  type LearnedUses,
  type Proposal,
} from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import { learningText } from "../render/learning-text.ts";
import { reportError } from "../render/report-error.ts";

/** Absolute path of the file that the runs of a project are kept in. @throws MoatError `MOAT_WRITE_FAILED` */
export function learningFile(project: string, env: CommandContext["env"]): string {
  const file = learnedFile(storeLocation(project, env));
  if (file !== undefined) return file;
  throw new MoatError("MOAT_WRITE_FAILED", "what is learned can't be kept: this user has no cache folder", {
    nextStep: "set HOME or XDG_CACHE_HOME to an absolute folder",
  });
}

/** Notes that a run begins, before anything of the program runs. Returns the file. */
export function beginLearning(project: string, entry: string, env: CommandContext["env"]): string {
  const file = learningFile(project, env);
  try {
    beginLearningRun(file, { at: new Date().toISOString(), entry });
  } catch (cause) {
    throw new MoatError("MOAT_WRITE_FAILED", `${file} can't be written: ${(cause as NodeJS.ErrnoException).code}`, {
      fields: { file },
      nextStep: "see that the folder is writable",
      cause,
    });
  }
  return file;
}

export interface LearningResult {
  readonly learned: LearnedUses;
  readonly proposal: Proposal;
}

/** What all runs so far come to. */
export function learningResult(project: string, learnFile: string): LearningResult {
  const learned = readLearned(learnFile);
  const { policy, overrides } = readPolicy(project);
  const isPlainFolder = (scope: string): boolean =>
    scope.startsWith("./") && isPlain(project, scope.slice(2).split("/"));
  return { learned, proposal: proposeScopes({ policy, overrides, learned, isPlainFolder }) };
}

/** Writes the proposal into the overrides as they are now; returns whether that changed them. */
export function writeLearned(project: string, { learned, proposal }: LearningResult): boolean {
  const { overrides } = readPolicy(project);
  const entries = [...new Set(learned.runs.map(({ entry }) => entry))].toSorted();
  const after = applyProposal(overrides, proposal, { date: new Date().toISOString().slice(0, 10), entries });
  const text = printOverrides(after);
  if (text === printOverrides(overrides)) return false;
  writeFileAtomically(path.join(project, OVERRIDES_FILE), text);
  return true;
}

/** The end of `moat run --learn`: never throws, the exit code is the program's. */
export function finishLearning(
  { project, learnFile, write }: { readonly project: string; readonly learnFile: string; readonly write: boolean },
  context: Pick<CommandContext, "stderr" | "env">,
): void {
  try {
    const result = learningResult(project, learnFile);
    const isWritten = write && writeLearned(project, result);
    context.stderr.write(learningText(result, { asked: write, isWritten }));
  } catch (error) {
    reportError(error, context);
  }
}

/** With more entries than this nobody looks. */
const MOST_ENTRIES = 2_000;

/** Lies in any folder, and may be written by way of `.` where nothing says what such files are for: not in `config`. */
const SOME_SETTINGS = "production.json";

/**
 * Whether the scope for writing of a folder of the project reaches no more than `.` did: no build files and no programs
 * lie in it, and it is none whose files programs take their settings from. Of folders that a token names (`<cwd>/x`)
 * nobody can say where they lie.
 */
function isPlain(project: string, folder: readonly string[]): boolean {
  const isLeftOut = (segments: readonly string[]): boolean =>
    isReservedForWrite(segments, true, false) && !isReservedForWrite(segments, false, false);
  let left = MOST_ENTRIES;
  const look = (segments: readonly string[]): boolean => {
    const at = path.join(project, ...segments);
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined) return true;
    left -= 1;
    if (left < 0 || isLeftOut(segments)) return false;
    if (!stat.isDirectory()) return (stat.mode & 0o111) === 0;
    return readdirSync(at).every((name) => look([...segments, name]));
  };
  try {
    return !isLeftOut([...folder, SOME_SETTINGS]) && look(folder);
  } catch {
    return false;
  }
}
