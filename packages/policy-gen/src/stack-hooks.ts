import { lookUp } from "./scope.ts";
import type { SyntaxNode } from "./scope.ts";
import { enclosingFunction } from "./scope-walk.ts";
import type { Walked } from "./scope-walk.ts";

/**
 * Assignments to `Error.prepareStackTrace` that are meant to stay. A function that
 * assigns it twice puts back what it found: it only wants call sites of its own.
 */
export function lastingStackHooks({ references }: Walked): SyntaxNode[] {
  const byFunction = new Map<SyntaxNode | undefined, SyntaxNode[]>();
  for (const node of references.get("Error") ?? []) {
    const member = node.parent;
    if (member?.type !== "MemberExpression" || member["object"] !== node || lookUp(node) !== undefined) continue;
    const key: unknown = member["computed"] ? member["property"].value : member["property"].name;
    const assignment = member.parent;
    if (key !== "prepareStackTrace" || assignment?.type !== "AssignmentExpression" || assignment["left"] !== member)
      continue;
    const owner = enclosingFunction(assignment);
    const known = byFunction.get(owner);
    if (known === undefined) byFunction.set(owner, [assignment]);
    else known.push(assignment);
  }
  return [...byFunction.values()].filter((assignments) => assignments.length === 1).flat();
}
