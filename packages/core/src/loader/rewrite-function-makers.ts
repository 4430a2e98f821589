/**
 * `(async function () {}).constructor`: how texts come by the constructor of async functions, which has no
 * name. The one that all packages share compiles against nothing but the intrinsics; a text that
 * reads it off an empty function gets its package's own, which is no more than `Function` of other arguments.
 *
 * Where a text compares constructors (`f.constructor === AsyncFunction`) it keeps the shared one, which functions have.
 */
import { lineBreaksOf } from "./edits.ts";
import { RESERVED } from "./reserved-names.ts";
import type { Rewriting } from "./rewrite-references.ts";
import type { SyntaxNode } from "./syntax.ts";

const READS_IT = /(?:\)|=>)\s*\{\s*\}\)?\.constructor\b/;
const COMPARES = /\bconstructor\s*[!=]==?|[!=]==?\s*(?:[\w.]+\.constructor|(?:Async|Generator)\w*)\b/;

/** Asked of the text alone, so that a text which is read without a tree is the same. */
export function makesFunctions(source: string): boolean {
  return (
    (source.includes("}).constructor") || source.includes("}.constructor")) &&
    READS_IT.test(source) &&
    !COMPARES.test(source)
  );
}

/** The empty function of `(async () => {}).constructor` or `Object.getPrototypeOf(function* () {}).constructor`. */
export function emptyFunctionOf(member: SyntaxNode): SyntaxNode | undefined {
  if (member["computed"] || member["property"].name !== "constructor") return undefined;
  const object: SyntaxNode = member["object"];
  const literal: SyntaxNode | undefined = isGetPrototypeOf(object) ? object["arguments"][0] : object;
  if (literal?.type !== "FunctionExpression" && literal?.type !== "ArrowFunctionExpression") return undefined;
  const { params, body } = literal as SyntaxNode & { params: unknown[]; body: SyntaxNode & { body: unknown[] } };
  return params.length === 0 && body.type === "BlockStatement" && body.body.length === 0 ? literal : undefined;
}

function isGetPrototypeOf({ type, callee }: SyntaxNode): boolean {
  return (
    type === "CallExpression" &&
    callee.type === "MemberExpression" &&
    !callee.computed &&
    callee.property.name === "getPrototypeOf" &&
    (callee.object.name === "Object" || callee.object.name === "Reflect")
  );
}

export function rewriteFunctionMakers(
  literals: readonly SyntaxNode[],
  source: string,
  { edits, machinery }: Rewriting,
): void {
  if (literals.length === 0 || !makesFunctions(source)) return;
  machinery.add(RESERVED.makers);
  for (const { start, end, async, generator } of literals) {
    const kind = async ? (generator ? "asyncGenerator" : "async") : generator ? "generator" : "function";
    edits.push({ start, end, text: `${RESERVED.makers}.${kind}${lineBreaksOf(source.slice(start, end))}` });
  }
}
