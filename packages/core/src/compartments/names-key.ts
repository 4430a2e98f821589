import { createHash } from "node:crypto";
import type { NameSets } from "../loader/transform-text.ts";

/** What a prepared text depends on besides its source: the names that the compartment serves, and those of the real global. */
export function namesKeyOf(names: NameSets): string {
  // A compartment over somebody's object makes a new set for each text.
  const { bindable } = names;
  let key = keysOfSets.get(bindable);
  if (key === undefined) {
    const text = `${sortedNames(bindable)};${sortedNames(names.realGlobal)};${names.live === undefined ? "" : sortedNames(names.live)}`;
    key = createHash("sha256").update(text).digest("base64url").slice(0, 16);
    keysOfSets.set(bindable, key);
  }
  return key;
}
const keysOfSets = new WeakMap<ReadonlySet<string>, string>();

/** The real global object's are the same set for all packages. */
function sortedNames(names: ReadonlySet<string>): string {
  let text = sorted.get(names);
  if (text === undefined) sorted.set(names, (text = JSON.stringify([...names].toSorted())));
  return text;
}
const sorted = new WeakMap<ReadonlySet<string>, string>();
