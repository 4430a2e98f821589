import path from "node:path";
import {
  accept,
  comparePolicies,
  escapeForTerminal,
  MoatError,
  POLICY_FILE,
  printPolicy,
  readPolicy,
  writeFileAtomically,
  type Grant,
  type Policy,
  type PolicyChange,
} from "@moat/core/model";
import type { CommandContext, ExitCode } from "../command-context.ts";
import { findProjectFrom } from "../project/entry.ts";
import { findPackages } from "../project/find-packages.ts";
import { capabilityWords } from "../render/capability-words.ts";
import type { PolicyFlags } from "./policy.ts";

type Gain = Extract<PolicyChange, { readonly grant: Grant }>;

/** `moat policy --accept [package…]`: grants what waits in the file, as it was shown; generates nothing. */
export function acceptPending(asked: readonly string[], flags: PolicyFlags, context: CommandContext): ExitCode {
  const project = findProjectFrom(context.cwd);
  const { policy } = readPolicy(project);
  const names = asked.map((name) => exactName(name, policy));
  const accepted = accept(policy, asked.length === 0 ? undefined : names);
  const gained = comparePolicies(policy, accepted).filter(isGain);
  if (gained.length > 0) writeFileAtomically(path.join(project, POLICY_FILE), printPolicy(accepted));
  if (flags.json) {
    context.stdout.write(
      `${JSON.stringify({ version: 1, accepted: gained.map(({ package: name, grant, risk }) => ({ package: name, ...grant, risk })) }, undefined, 2)}\n`,
    );
    return 0;
  }
  if (gained.length === 0)
    context.stdout.write(
      `Nothing waits for acceptance${names.length > 0 ? ` in ${names.map(escapeForTerminal).join(", ")}` : ""}.\n`,
    );
  else context.stdout.write(`Accepted, and written to ${POLICY_FILE}:\n`);
  for (const { package: name, grant } of gained)
    context.stdout.write(`  ${escapeForTerminal(`${name} can ${capabilityWords(grant)}`)}\n`);
  return 0;
}

function isGain(change: PolicyChange): change is Gain {
  return change.kind === "gained";
}

/** Acceptance names one package: a short name that several packages have is not enough. */
function exactName(asked: string, policy: Policy): string {
  const [first, ...others] = findPackages(asked, Object.keys(policy.packages));
  if (others.length === 0) return first!;
  throw new MoatError(
    "MOAT_PACKAGE_UNKNOWN",
    `${JSON.stringify(asked)} means several packages: ${[first, ...others].join(", ")}`,
    {
      fields: { package: asked },
      nextStep: "name one of them in full",
    },
  );
}
