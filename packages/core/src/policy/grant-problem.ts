import { isCanonicalName } from "../naming/canonical-name.ts";
import {
  addonProblem,
  builtinProblem,
  changeProblem,
  commandProblem,
  endpointProblem,
  envProblem,
  globalProblem,
  memberProblem,
  scopeProblem,
  shareProblem,
  type GrantOrigin,
  type GrantSyntax,
} from "./grant-syntax.ts";
import type { Grant, GrantCapability } from "./grant.ts";

const table: Readonly<Record<GrantCapability, GrantSyntax>> = {
  package: (name) => (isCanonicalName(name) ? undefined : "this is not a canonical name"),
  global: globalProblem,
  builtin: builtinProblem,
  env: envProblem,
  "fs.read": scopeProblem,
  "fs.write": scopeProblem,
  "net.connect": endpointProblem,
  "net.listen": endpointProblem,
  command: commandProblem,
  worker: (target) => (target === "" ? undefined : "workers are granted without a target"),
  native: addonProblem,
  share: shareProblem,
  change: changeProblem,
};

/** Why a file may not hold this grant, or undefined: for whoever makes grants out of the text of packages. */
export function grantProblem(grant: Grant, origin: GrantOrigin): string | undefined {
  const { capability, target, member } = grant;
  const inMember = member === undefined || member === "*" ? undefined : memberProblem(member, origin);
  return table[capability](target, origin) ?? inMember;
}
