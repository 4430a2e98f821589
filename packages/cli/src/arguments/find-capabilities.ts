import { nearestWord, type GrantCapability } from "@moat/core/model";
import { FIELD_OF } from "../project/unanswered.ts";
import { usageError } from "./usage-error.ts";

/**
 * The capabilities that a word means: `net.connect`, or a field of the policy such as `net` or `commands`.
 *
 * @throws MoatError `MOAT_USAGE`, with the word that was probably meant
 */
export function findCapabilities(word: string): ReadonlySet<GrantCapability> {
  const capabilities = Object.keys(FIELD_OF) as GrantCapability[];
  const found = capabilities.filter((capability) => capability === word || FIELD_OF[capability] === word);
  if (found.length > 0) return new Set(found);
  const words = [...new Set([...capabilities, ...Object.values(FIELD_OF)])];
  const near = nearestWord(word, words);
  throw usageError(
    `${JSON.stringify(word)} is no capability: they are ${words.join(", ")}`,
    near === undefined ? "moat explain --help" : `did you mean: ${near}`,
  );
}
