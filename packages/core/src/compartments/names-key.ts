import type { NameSets } from "../loader/name-sets.ts";
import type { PreparedModules } from "../prepared/prepared-modules.ts";

/** What a prepared text depends on besides its source: the names that the compartment serves, and those of the real global. */
export function namesKeyOf({ bindable, live, realGlobal }: NameSets, kept: PreparedModules): string {
  const numbers = [bindable, live, realGlobal].map((names) =>
    names === undefined ? "" : kept.numberOf(listOf(names)),
  );
  return numbers.join(",");
}

/** The real global object's are the same set for all packages, and a package's for all its modules. */
function listOf(names: ReadonlySet<string>): string {
  let text = lists.get(names);
  if (text === undefined) lists.set(names, (text = JSON.stringify([...names])));
  return text;
}
const lists = new WeakMap<ReadonlySet<string>, string>();
