import { existsSync } from "node:fs";
import { MoatError, preloadOf, userFolderOf, type Policy, type Overrides } from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import { assertTreeMatches } from "./assert-tree-matches.ts";
import type { Entry } from "./entry.ts";
import { generate } from "./generate.ts";
import { programPolicy } from "./program-policy.ts";

/** What preparing one program came to. */
export interface PreparedEntry {
  readonly entry: string;
  /** How many modules are ready to be loaded. */
  readonly ready: number;
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Prepares all that the analysis finds that a program may load. In a process of its own,
 * since a realm is for one program and locks its process down.
 *
 * @throws MoatError what is wrong with the policy; `MOAT_INTERNAL` where that process fails
 */
export async function prepareEntry(entry: Entry, context: CommandContext): Promise<PreparedEntry> {
  const { policy, overrides } = checkedPolicy(entry, context.cwd);
  // An image gets nothing in the home of who builds it.
  const userFolder = userFolderOf(context.env);
  const { files } = await generate(
    {
      project: entry.project,
      entries: [entry.name, ...policy.entries.filter((name) => preloadOf(name) !== undefined)],
      overrides,
      previous: policy,
    },
    context,
    userFolder !== undefined && existsSync(userFolder),
  );
  const argument = entry.name.startsWith("bin:") ? entry.name : entry.file;
  const { code, output } = await context.startAgain(["prepare", "--json", "--files", "-", argument], files.join("\n"));
  // It has said why.
  if (code !== 0)
    throw new MoatError("MOAT_INTERNAL", `preparing ${entry.name} ended with ${code ?? "a signal"}`, {
      fields: { entry: entry.name },
      nextStep: "see what is said above",
    });
  return (JSON.parse(output) as { prepared: [PreparedEntry] }).prepared[0];
}

/** Prepares these files for a program, in this process, which is locked down afterwards. */
export async function prepareListed(entry: Entry, files: readonly string[], cwd: string): Promise<PreparedEntry> {
  const { policy, overrides } = checkedPolicy(entry, cwd);
  // What runs load besides: moat's own code is kept with the rest.
  await import("../commands/run.ts");
  // HAZARD: only now. The runtime takes the powers of this process away.
  // oxlint-disable-next-line no-restricted-imports -- loaded only when a program is prepared
  const { prepareProgram } = await import("@moat/core/run");
  const { ready, refused } = prepareProgram(
    { entry: entry.file, argv: [], project: entry.project, policy, overrides },
    files,
  );
  return { entry: entry.name, ready, refused };
}

function checkedPolicy(entry: Entry, cwd: string): { readonly policy: Policy; readonly overrides: Overrides } {
  const found = programPolicy(entry, cwd);
  assertTreeMatches(found.policy, entry.project);
  return found;
}
