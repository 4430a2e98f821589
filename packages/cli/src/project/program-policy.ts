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

/**
 * The policy that a program is to run under, and what people wrote over it.
 *
 * @throws MoatError `MOAT_POLICY_MISSING`, `MOAT_ENTRY_UNLISTED`, or what is wrong with a file
 */
export function programPolicy(entry: Entry, cwd: string): { readonly policy: Policy; readonly overrides: Overrides } {
  const { project } = entry;
  const policy = readPolicyFile(project);
  if (policy === undefined) throw missingPolicy(project, argumentFor(entry, cwd));
  const overrides = readOverrides(project);
  assertListed(policy, entry, cwd);
  return { policy, overrides };
}

/** An entry as somebody names it in the folder where they are, who may have started it from the root of a monorepo. */
function argumentFor({ name, file }: Entry, cwd: string): string {
  if (name.startsWith("bin:")) return name;
  const relative = path.relative(cwd, file).split(path.sep).join("/");
  return relative.startsWith("../") ? relative : `./${relative}`;
}

/** @param entry as the command takes it */
function missingPolicy(project: string, entry: string): MoatError {
  return new MoatError("MOAT_POLICY_MISSING", `there is no ${POLICY_FILE} in ${project}`, {
    fields: { file: POLICY_FILE, projectDir: project },
    nextStep: `moat policy --write ${quoteForShell(entry)}`,
  });
}

function assertListed(policy: Policy, entry: Entry, cwd: string): void {
  const { name } = entry;
  if (policy.entries.includes(name)) return;
  const near = nearestWord(name, policy.entries);
  const hint = near === undefined ? "" : ` (it lists ${near})`;
  throw new MoatError("MOAT_ENTRY_UNLISTED", `${POLICY_FILE} was not made for ${name}${hint}`, {
    fields: { entry: name, entries: policy.entries },
    nextStep: `moat policy --write ${quoteForShell(argumentFor(entry, cwd))}`,
  });
}
