import path from "node:path";
import {
  MoatError,
  nearestWord,
  POLICY_FILE,
  quoteForShell,
  readOverrides,
  readPolicyFile,
  type Overrides,
  type Policy,
} from "@moat/core/model";
import type { Entry } from "./entry.ts";
import type { NamedPreload } from "./preloads.ts";

/**
 * The policy that a program is to run under, and what people wrote over it.
 *
 * @throws MoatError `MOAT_POLICY_MISSING`, `MOAT_ENTRY_UNLISTED`, or what is wrong with a file
 */
export function programPolicy(
  entry: Entry,
  cwd: string,
  preloads: readonly NamedPreload[] = [],
): { readonly policy: Policy; readonly overrides: Overrides } {
  const { project } = entry;
  const started = [...preloads.map(({ name, specifier }) => ({ name, file: specifier })), entry];
  const policy = readPolicyFile(project);
  if (policy === undefined)
    throw missingPolicy(
      project,
      started.map((one) => argumentFor(one, cwd)),
    );
  const overrides = readOverrides(project);
  for (const one of started) assertListed(policy, one, cwd);
  return { policy, overrides };
}

/** What a policy lists, and the file that it stands for. */
type Listed = Pick<Entry, "name" | "file">;

/** An entry as somebody names it in the folder where they are, who may have started it from the root of a monorepo. */
function argumentFor({ name, file }: Listed, cwd: string): string {
  if (!name.startsWith("./")) return name;
  const relative = path.relative(cwd, file).split(path.sep).join("/");
  return relative.startsWith("../") ? relative : `./${relative}`;
}

/** @param entries as the command takes them */
function missingPolicy(project: string, entries: readonly string[]): MoatError {
  return new MoatError("MOAT_POLICY_MISSING", `there is no ${POLICY_FILE} in ${project}`, {
    fields: { file: POLICY_FILE, projectDir: project },
    nextStep: `moat policy --write ${entries.map(quoteForShell).join(" ")}`,
  });
}

function assertListed(policy: Policy, entry: Listed, cwd: string): void {
  const { name } = entry;
  if (policy.entries.includes(name)) return;
  const near = nearestWord(name, policy.entries);
  const hint = near === undefined ? "" : ` (it lists ${near})`;
  throw new MoatError("MOAT_ENTRY_UNLISTED", `${POLICY_FILE} was not made for ${name}${hint}`, {
    fields: { entry: name, entries: policy.entries },
    nextStep: `moat policy --write ${quoteForShell(argumentFor(entry, cwd))}`,
  });
}
