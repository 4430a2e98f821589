/**
 * Methods that a text adds to intrinsics and calls: `Function.prototype.call$0 = f`
 * and `x.call$0()`. The intrinsics are everybody's and stay as they are; what is
 * added is kept for the package, and calls of these names, in the texts that add
 * them and in no other, look there too. Other texts pay nothing.
 */
import { callAt } from "./edits.ts";
import { MATCHING_METHODS, readsMatches } from "./names-of-matches.ts";
import { RESERVED } from "./reserved-names.ts";
import type { Rewriting } from "./rewrite-references.ts";
import type { Scan } from "./scan.ts";
import { afterObject as dotAfter } from "./rewrite-targets.ts";

const ADDITION =
  /\b(?:Object|Function|Array|String|Number|Boolean|Symbol|BigInt|Date|RegExp|Error|Promise|Map|Set|WeakMap|WeakSet)\.prototype\.([A-Za-z_$][\w$]*)\s*=(?!=)/g;

/** Names that a text seems to assign to intrinsics' prototypes, and methods whose matches it asks for. */
export function addedNames(source: string): ReadonlySet<string> {
  const names = new Set<string>();
  if (readsMatches(source)) for (const name of MATCHING_METHODS) names.add(name);
  if (!source.includes(".prototype.")) return names;
  for (const [, name] of source.matchAll(ADDITION)) names.add(name!);
  return names;
}

export function rewriteExtensions(scan: Scan, source: string, { edits, machinery }: Rewriting): void {
  for (const member of scan.addedCalls) {
    machinery.add(RESERVED.extended);
    const at = dotAfter(source, member["object"].end);
    const name = JSON.stringify(member["property"].name);
    edits.push(
      { start: member.start, end: member.start, text: callAt(source, member.start, RESERVED.extended) },
      { start: at, end: at, text: `,${name})`, rank: "closing" },
    );
  }
}
