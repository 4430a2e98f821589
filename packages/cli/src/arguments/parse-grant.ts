import { builtinGrant, GRANT_FIELD, grantProblem, type Grant, type GrantCapability } from "@moat/core/model";
import { usageError } from "./usage-error.ts";

/**
 * A grant as a person writes it: `net.connect=api.example.com:443`, `env=TOKEN`, `builtin=fs.readFile`, `worker=`.
 *
 * @throws MoatError `MOAT_USAGE`
 */
export function parseGrant(text: string): Grant {
  const at = text.indexOf("=");
  const capability = text.slice(0, at);
  if (at === -1 || !isCapability(capability))
    throw usageError(
      `${JSON.stringify(text)} is not a grant: it begins with ${Object.keys(GRANT_FIELD).join("=, ")}=`,
      "moat policy --help",
    );
  const target = text.slice(at + 1);
  const grant: Grant = capability === "builtin" ? builtinGrant(target) : { capability, target };
  const problem = grantProblem(grant, "overrides");
  if (problem !== undefined) throw usageError(`${JSON.stringify(text)}: ${problem}`, "moat policy --help");
  return grant;
}

function isCapability(text: string): text is GrantCapability {
  return Object.hasOwn(GRANT_FIELD, text);
}
