import {
  escapeForTerminal,
  isFirstParty,
  nearestWord,
  OVERRIDES_FILE,
  type Overrides,
  type Policy,
} from "@moat/core/model";

/** A line for each package that only the overrides name: a slip of the pen, or one that is gone. Empty where none is. */
export function unreachedOverridesText(policy: Policy, overrides: Overrides): string {
  const known = Object.keys(policy.packages);
  return Object.keys(overrides.packages)
    .filter((name) => !isFirstParty(name) && !Object.hasOwn(policy.packages, name))
    .map((name) => {
      const near = nearestWord(name, known);
      const guess = near === undefined ? "" : `; did you mean ${near}?`;
      return `${OVERRIDES_FILE} names ${escapeForTerminal(`${name}, which no entry reaches${guess}`)}\n`;
    })
    .join("");
}
