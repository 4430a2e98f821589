import { GRANT_FIELD, nearestWord, type GrantCapability } from "@moat/core/model";
import { usageError } from "./usage-error.ts";

/**
 * The capabilities that a word means: `net.connect`, or a field of the policy such as `net` or `commands`.
 *
 * @throws MoatError `MOAT_USAGE`, with the word that was probably meant
 */
export function findCapabilities(word: string): ReadonlySet<GrantCapability> {
  const capabilities = Object.keys(GRANT_FIELD) as GrantCapability[];
  const found = capabilities.filter((capability) => capability === word || GRANT_FIELD[capability] === word);
  if (found.length > 0) return new Set(found);
  const words = [...new Set([...capabilities, ...Object.values(GRANT_FIELD)])];
  const near = nearestWord(word, words);
  throw usageError(
    `${JSON.stringify(word)} is no capability: they are ${words.join(", ")}`,
    near === undefined ? "moat explain --help" : `did you mean: ${near}`,
  );
}
