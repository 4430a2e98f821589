import path from "node:path";
import {
  builtinGrant,
  entryOf,
  escapeForTerminal,
  GRANT_FIELD,
  grantProblem,
  grantReaches,
  grantsOf,
  isFirstParty,
  mergeEntry,
  nearestWord,
  OVERRIDES_FILE,
  POLICY_FILE,
  policyOf,
  printOverrides,
  readPolicy,
  writeFileAtomically,
  type Grant,
  type GrantCapability,
  type OverrideEntry,
} from "@moat/core/model";
import { parseFlags, type FlagTable } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import type { Command } from "../command-context.ts";
import { helpText } from "../help/help-text.ts";
import { isHelpFlag } from "../help/is-help-flag.ts";
import { findProjectFrom } from "../project/entry.ts";
import { findPackages } from "../project/find-packages.ts";
import { capabilityWords } from "../render/capability-words.ts";

const FLAGS = { reason: { type: "string" } } as const satisfies FlagTable;

/** `moat allow <package> <capability> [target]`: what a denial's line tells a person to run. */
export const allow: Command = async (args, context) => {
  if (args.some(isHelpFlag)) {
    context.stdout.write(helpText("allow"));
    return 0;
  }
  const { flags, positionals } = parseFlags("allow", args, FLAGS);
  const [asked, capability, target = "", ...rest] = positionals;
  if (asked === undefined || capability === undefined || rest.length > 0)
    throw usageError("moat allow needs a package, a capability and what it is for", "moat allow --help");
  const grant = readGrant(capability, target);
  const project = findProjectFrom(context.cwd);
  const { policy, overrides } = readPolicy(project);
  const names = findPackages(asked, [
    // The application has no entry where it may do everything, and still may need to say what it loads.
    ...new Set([".", ...Object.keys(policy.packages), ...Object.keys(overrides.packages)]),
  ]);
  if (names.length > 1)
    throw usageError(
      `${JSON.stringify(asked)} means several packages: ${names.join(", ")}`,
      "name one of them in full",
    );
  const [name] = names;
  const entry = entryOf(policy, name);
  const override = entryOf(overrides, name);
  const granted = grantsOf(mergeEntry(entry, override));
  const can = escapeForTerminal(`${name === "." ? "the application" : name} can ${capabilityWords(grant)}`);
  if (granted.some((held) => grantReaches(held, grant))) {
    context.stdout.write(`Nothing to do: ${can} already.\n`);
    return 0;
  }
  const field = GRANT_FIELD[grant.capability];
  // The field replaces the generated one, so it says everything that the package has of it.
  const value = policyOf([...granted, ...modulesOf(grant), grant])[field];
  const changed = { ...override, [field]: value, ...(flags.reason !== undefined && { reason: flags.reason }) };
  const packages = Object.assign(Object.create(null), overrides.packages, { [name]: changed as OverrideEntry });
  writeFileAtomically(path.join(project, OVERRIDES_FILE), printOverrides({ ...overrides, packages }));
  context.stdout.write(`Written to ${OVERRIDES_FILE}: ${can}.\n`);
  if (capability === "package" && !isFirstParty(target) && entryOf(policy, target) === undefined)
    context.stdout.write(`${POLICY_FILE} does not have it yet.\n  next: moat policy --write\n`);
  return 0;
};

/** A member of a builtin is granted with the builtin. */
function modulesOf({ capability, target }: Grant): Grant[] {
  return capability === "builtin" ? [{ capability, target }] : [];
}

function readGrant(capability: string, target: string): Grant {
  const known = Object.keys(GRANT_FIELD);
  if (!Object.hasOwn(GRANT_FIELD, capability)) {
    const near = nearestWord(capability, known);
    throw usageError(
      `there is no capability ${JSON.stringify(capability)}`,
      near === undefined ? `one of ${known.join(", ")}` : `did you mean: ${near}`,
    );
  }
  const grant = capability === "builtin" ? builtinGrant(target) : { capability: capability as GrantCapability, target };
  const problem = grantProblem(grant, "overrides");
  if (problem !== undefined) throw usageError(`${JSON.stringify(target)}: ${problem}`, "moat allow --help");
  return grant;
}
