import {
  findInstalledCommand,
  MoatError,
  POLICY_FILE,
  preloadOf,
  readConflictedPolicy,
  readOverrides,
  readPolicyFile,
  type Overrides,
  type Policy,
} from "@moat/core/model";
import { findEntry, findProjectFrom } from "./entry.ts";
import { assertPreload } from "./preloads.ts";

/** A project, its policy as it is on disk, and the entries to generate for. */
export interface PolicyRequest {
  readonly project: string;
  readonly overrides: Overrides;
  /** Undefined where there is no policy yet. */
  readonly previous: Policy | undefined;
  /** What the file lists, and what was asked for besides; sorted. */
  readonly entries: readonly string[];
  /** Whether the file was an unresolved merge, and `previous` is what both sides grant. */
  readonly wasConflict: boolean;
}

/**
 * Reads the arguments of `moat policy [entry…]`, and the project's files.
 * An existing policy that is malformed is an error, so that it is never written over; an unresolved merge too,
 * unless the command `resolves` it.
 *
 * @throws MoatError also `MOAT_ENTRY_OUTSIDE` where the entries belong to more than one project
 */
export function readPolicyRequest(asked: readonly string[], cwd: string, resolves = false): PolicyRequest {
  const isFile = (argument: string): boolean => !argument.startsWith("bin:") && preloadOf(argument) === undefined;
  const files = asked.filter(isFile).map((argument) => findEntry(argument, cwd));
  const project = files[0]?.project ?? findProjectFrom(cwd);
  const stranger = files.find((entry) => entry.project !== project);
  if (stranger !== undefined) {
    throw new MoatError("MOAT_ENTRY_OUTSIDE", `${stranger.file} belongs to another project than ${files[0]!.file}`, {
      fields: { entry: stranger.file, project },
      nextStep: "one policy is for one project: call moat policy for each",
    });
  }
  const commands = asked.filter((argument) => argument.startsWith("bin:"));
  for (const command of commands) findInstalledCommand(command.slice("bin:".length), project);
  const preloads = asked.filter((argument) => preloadOf(argument) !== undefined);
  for (const preload of preloads) assertPreload(preload, project);
  const agreed = resolves ? readConflictedPolicy(project) : undefined;
  const previous = agreed ?? readPolicyFile(project);
  const listed = (previous?.entries ?? []).filter((entry) => !isSaid(entry, commands));
  for (const entry of listed) assertListedEntry(entry, project);
  const entries = new Set([...listed, ...files.map(({ name }) => name), ...commands, ...preloads]);
  if (entries.size === 0) {
    throw new MoatError("MOAT_POLICY_MISSING", `there is no ${POLICY_FILE} in ${project}, and no entry was named`, {
      fields: { file: POLICY_FILE, projectDir: project },
      nextStep: "moat policy --write <entry>",
    });
  }
  return {
    project,
    overrides: readOverrides(project),
    previous,
    entries: [...entries].toSorted(),
    wasConflict: agreed !== undefined,
  };
}

/** Whether somebody says now whose command it is that the file lists: `bin:typescript/tsc` stands for `bin:tsc`. */
const isSaid = (listed: string, commands: readonly string[]): boolean =>
  listed.startsWith("bin:") && commands.some((command) => command.endsWith(`/${listed.slice("bin:".length)}`));

/** An entry that the file lists and that is gone: only a person can say whether it comes back. */
function assertListedEntry(entry: string, project: string): void {
  try {
    if (entry.startsWith("bin:")) findInstalledCommand(entry.slice("bin:".length), project);
    else if (preloadOf(entry) !== undefined) assertPreload(entry, project);
    else findEntry(entry, project);
  } catch (cause) {
    if (cause instanceof MoatError && cause.code === "MOAT_COMMAND_AMBIGUOUS") throw cause;
    // The project's own manifest may be an unresolved merge.
    if ((cause as { code?: unknown }).code === "ERR_INVALID_PACKAGE_CONFIG") throw cause;
    throw new MoatError("MOAT_ENTRY_MISSING", `${POLICY_FILE} lists the entry ${entry}, which is not in ${project}`, {
      fields: { entry, project },
      nextStep: `put it back, or take it out of "entries" in ${POLICY_FILE}`,
      cause,
    });
  }
}
