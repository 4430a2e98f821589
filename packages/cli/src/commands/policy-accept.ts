import { MoatError, readPolicy, type CanonicalName, type Grant, type Policy, type PolicyFiles } from "@moat/core/model";
import { parseGrant } from "../arguments/parse-grant.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { CommandContext, ExitCode } from "../command-context.ts";
import { findProjectFrom } from "../project/entry.ts";
import { findPackages } from "../project/find-packages.ts";
import { writeDecisions } from "../project/write-decisions.ts";
import { decisionsJson, decisionsText } from "../render/decisions-text.ts";
import { boundsOf } from "../review/bounds-of.ts";
import { decide, waitingIn, type Decision } from "../review/decide.ts";
import { askAboutPending } from "./policy-accept-asking.ts";
import type { PolicyFlags } from "./policy.ts";

/**
 * `moat policy --accept [package…]`: grants what waits in the file, as it was shown; generates nothing.
 * At a terminal and without names it asks, package by package.
 */
export async function acceptPending(
  asked: readonly string[],
  flags: PolicyFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const project = findProjectFrom(context.cwd);
  const files = readPolicy(project);
  if (asked.length === 0 && !flags.yes && !flags.json && flags.reason === undefined) {
    const terminal = await context.openTerminal();
    if (terminal !== undefined) return askAboutPending({ project, files, terminal }, context);
  }
  return settle(project, files, named(asked, files), flags, context, (waiting) => waiting);
}

/** `moat policy --deny <package…>`: what waits is denied for good, by the overrides. */
export async function denyPending(
  asked: readonly string[],
  flags: PolicyFlags,
  context: CommandContext,
): Promise<ExitCode> {
  if (asked.length === 0) throw usageError("--deny needs the name of a package", "moat policy --deny <package…>");
  const project = findProjectFrom(context.cwd);
  const files = readPolicy(project);
  return settle(project, files, named(asked, files), flags, context, () => []);
}

/**
 * `moat policy --narrow <package> <grant…>`: what waits is replaced by what is named, kind by kind; kinds that are
 * not named wait on. What only says how (`https.request`) comes with what says where (`net.connect`).
 */
export async function narrowPending(
  [asked, ...grants]: readonly string[],
  flags: PolicyFlags,
  context: CommandContext,
): Promise<ExitCode> {
  if (asked === undefined || grants.length === 0)
    throw usageError(
      "--narrow needs a package, and what it gets in place of what it waits for",
      "moat policy --narrow <package> net.connect=api.example.com:443",
    );
  const project = findProjectFrom(context.cwd);
  const files = readPolicy(project);
  const name = exactName(asked, files.policy);
  const keep = grants.map(parseGrant);
  const waiting = waitingIn(files, name);
  for (const { capability } of keep) {
    if (!waiting.some((grant) => grant.capability === capability))
      throw usageError(
        `nothing of the kind ${capability} waits in ${name}`,
        "write moat.overrides.json to grant what a package does not ask for",
      );
  }
  const capabilities = new Set(keep.map(({ capability }) => capability));
  const along = waiting.filter(
    (grant) => !capabilities.has(grant.capability) && boundsOf(grant).some((bound) => capabilities.has(bound)),
  );
  const decided = [...waiting.filter(({ capability }) => capabilities.has(capability)), ...along];
  return settle(project, files, [name], flags, context, () => [...keep, ...along], decided);
}

function settle(
  project: string,
  files: PolicyFiles,
  names: readonly CanonicalName[],
  flags: PolicyFlags,
  context: CommandContext,
  keptOf: (waiting: readonly Grant[]) => readonly Grant[],
  decided?: readonly Grant[],
): ExitCode {
  const decisions: Decision[] = [];
  let after = files;
  for (const name of names) {
    const waiting = waitingIn(after, name);
    if (waiting.length === 0) continue;
    const decision: Decision = {
      package: name,
      decided: decided ?? waiting,
      keep: keptOf(waiting),
      ...(flags.reason === undefined ? {} : { reason: flags.reason }),
    };
    after = decide(after, decision);
    decisions.push(decision);
  }
  writeDecisions(project, files, after);
  context.stdout.write(flags.json ? decisionsJson(decisions) : decisionsText(decisions));
  return 0;
}

function named(asked: readonly string[], { policy }: PolicyFiles): CanonicalName[] {
  return asked.length === 0 ? Object.keys(policy.packages) : asked.map((name) => exactName(name, policy));
}

/** An answer is to one package: a short name that several packages have is not enough. */
function exactName(asked: string, policy: Policy): CanonicalName {
  const [first, ...others] = findPackages(asked, Object.keys(policy.packages));
  if (others.length === 0) return first;
  throw new MoatError(
    "MOAT_PACKAGE_UNKNOWN",
    `${JSON.stringify(asked)} means several packages: ${[first, ...others].join(", ")}`,
    {
      fields: { package: asked },
      nextStep: "name one of them in full",
    },
  );
}
