/**
 * Assignments that the override mistake would make fail: `x.constructor = f`,
 * `x[Symbol.iterator] = f` and `x[key] = f` where the prototypes that `x`
 * inherits from are frozen. The object is passed through a check first; the
 * assignment itself stays where it is, so that V8's inline caches serve it.
 */
import { callAt } from "./edits.ts";
import { RESERVED } from "./reserved-names.ts";
import type { Rewriting } from "./rewrite-references.ts";
import { resolveName, STRICT_RESERVED, type Scan, type Scope } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";

/** @param imports names that the text imports, which are rewritten where they stand. */
export function rewriteTargets(
  scan: Scan,
  source: string,
  { edits, machinery }: Rewriting,
  imports: { has(name: string): boolean },
): void {
  const counters = countersByScope(scan);
  for (const { member, key, strict, scope, replaces } of scan.delicateTargets) {
    const plain = "computed" in key && isPlainVariable(key.computed, scope, imports);
    if (plain && counters.get(plain)?.has(("computed" in key && key.computed["name"]) as string)) continue;
    const at = afterObject(source, member["object"].end);
    const end = replaces ? ",2)" : strict ? ")" : ",1)";
    if ("computed" in key) {
      machinery.add(RESERVED.computedTarget);
      edits.push({
        start: member.start,
        end: member.start,
        text: callAt(source, member.start, RESERVED.computedTarget),
      });
      if (plain) edits.push({ start: at, end: at, text: `,${key.computed["name"] as string}${end}` });
      else {
        // Evaluated once, kept, and read back at once: nothing of the program runs in between.
        machinery.add(RESERVED.key);
        edits.push(
          { start: at, end: at + 1, text: `,${RESERVED.key}=(` },
          { start: member.end - 1, end: member.end, text: `)${end}[${RESERVED.key}]` },
        );
      }
      continue;
    }
    if ("name" in key && scan.added.has(key.name) && key.name !== "constructor") {
      machinery.add(RESERVED.extension);
      edits.push(
        { start: member.start, end: member.start, text: callAt(source, member.start, RESERVED.extension) },
        { start: at, end: at, text: `,"${key.name}",${strict ? 2 : 1})` },
      );
      continue;
    }
    machinery.add(RESERVED.target);
    const shown = "name" in key ? `"${key.name}"` : JSON.stringify(`@@${key.symbol}`);
    edits.push(
      { start: member.start, end: member.start, text: callAt(source, member.start, RESERVED.target) },
      { start: at, end: at, text: `,${shown}${end}` },
    );
  }
}

/** The scope of a variable that may simply be named twice; undefined for any other expression. */
function isPlainVariable(node: SyntaxNode, scope: Scope, imports: { has(name: string): boolean }): Scope | undefined {
  if (node.type !== "Identifier" || node["name"] === "arguments" || STRICT_RESERVED.has(node["name"])) return undefined;
  const found = resolveName(node["name"], scope);
  if (found === undefined || found.kind === "with") return undefined;
  return found.kind === "top" && imports.has(node["name"]) ? undefined : found;
}

function countersByScope(scan: Scan): ReadonlyMap<Scope, ReadonlySet<string>> {
  const found = new Map<Scope, Set<string>>();
  for (const { name, scope } of scan.counters) {
    const holder = resolveName(name, scope);
    if (holder === undefined) continue;
    const names = found.get(holder);
    if (names === undefined) found.set(holder, new Set([name]));
    else names.add(name);
  }
  return found;
}

/** Where a member's object ends, the parentheses around it included: before its `.` or `[`. */
export function afterObject(source: string, from: number): number {
  const skipped = /^(?:[\s)]|\/\*[\s\S]*?\*\/|\/\/.*)*/.exec(source.slice(from, from + 10_000))!;
  return from + skipped[0].length;
}
