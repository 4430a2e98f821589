/**
 * Assignments that sloppy code doesn't notice to fail: to a primitive's property
 * (`"text".x = 1`), to a read-only one, on a frozen object; and `delete` of what
 * can't be deleted. In strict code they throw, so the statement gets a handler
 * that asks, once it has thrown, whether sloppy code would have gone on. What
 * does not fail runs as it stands: V8's inline caches serve it, and a handler
 * costs nothing until it is reached.
 *
 * Only where the assignment is the last thing that its statement, or an operand
 * of its commas, does: nothing is left then that would have to be resumed.
 */
import { lineBreaksOf, type Edit } from "./edits.ts";
import { RESERVED } from "./reserved-names.ts";
import type { Rewriting } from "./rewrite-references.ts";
import type { Scan } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";

/**
 * To be called when all other edits are made: what the handlers ask about is
 * spelt as the edits spell it.
 * @param whole statements whose value matters: they are not divided at their commas.
 */
export function rewriteSilentFailures(
  scan: Scan,
  source: string,
  { edits, machinery }: Rewriting,
  whole: ReadonlySet<SyntaxNode> = new Set(),
): void {
  if (scan.sloppyStatements.length === 0 && scan.memberDeletes.length === 0) return;
  const replaced = new Map<number, Edit>();
  for (const edit of edits) if (edit.end > edit.start) replaced.set(edit.start, edit);
  const spell: Spelling = (node) => {
    const edit = replaced.get(node.start);
    return edit?.end === node.end ? edit.text : source.slice(node.start, node.end);
  };
  const handled = new Set<SyntaxNode>();
  const replaces = replacesExports(source);
  const asks = ({ member }: Target): boolean => replaces || !isOwnExport(member);
  for (const statement of scan.sloppyStatements) {
    const expression: SyntaxNode = statement["expression"];
    const isDivided =
      expression.type === "SequenceExpression" && expression.start === statement.start && !whole.has(statement);
    const parts = (isDivided ? (expression["expressions"] as SyntaxNode[]) : [expression]).map((node) => ({
      node,
      targets: lastTargets(node).filter(asks),
    }));
    if (parts.every(({ targets }) => targets.length === 0)) continue;
    for (const { targets } of parts) for (const { member } of targets) handled.add(member);
    machinery.add(RESERVED.unlessSilent).add(RESERVED.silent);
    const braces = parts.length > 1;
    edits.push({
      start: statement.start,
      end: statement.start,
      text: `${braces ? "{" : ""}${opening(parts[0]!)}`,
      rank: "opening",
    });
    for (const [index, part] of parts.entries()) {
      const next = parts[index + 1];
      if (next !== undefined) {
        const at = commaAfter(source, part.node.end);
        const glue = /^(?:\{|function|class|async|let)/.test(source.slice(next.node.start, next.node.start + 8))
          ? "0,"
          : "";
        edits.push({ start: at, end: at + 1, text: `${closing(part, spell) || ";"}${opening(next)}${glue}` });
        continue;
      }
      const text = `${closing(part, spell)}${braces ? "}" : ""}`;
      const last = statement.end - 1;
      if (source[last] === ";") edits.push({ start: last, end: statement.end, text: `;${text}` });
      else edits.push({ start: statement.end, end: statement.end, text, rank: "closing" });
    }
  }
  for (const node of scan.memberDeletes)
    if (!handled.has(node["argument"])) rewriteDelete(node, source, edits, machinery);
}

type Spelling = (node: SyntaxNode) => string;

interface Target {
  readonly member: SyntaxNode;
}

interface Part {
  readonly node: SyntaxNode;
  readonly targets: readonly Target[];
}

const opening = ({ targets }: Part): string => (targets.length === 0 ? "" : "try{");

function closing({ targets }: Part, spell: Spelling): string {
  if (targets.length === 0) return "";
  const asked = targets.map(
    ({ member }) => `${pathText(member["object"], spell, targets.length > 1)},${keyText(member, spell)}`,
  );
  return `}catch(${RESERVED.caught}){${RESERVED.silent}(${RESERVED.unlessSilent}(${RESERVED.caught}),${asked.join()})}`;
}

/** The members that are assigned or deleted as the last thing that an expression does. */
function lastTargets(node: SyntaxNode): Target[] {
  switch (node.type) {
    case "AssignmentExpression":
      return targetOf(node["left"]);
    case "UpdateExpression":
      return targetOf(node["argument"]);
    case "UnaryExpression":
      if (node["operator"] === "delete") return targetOf(node["argument"]);
      return node["operator"] === "void" || node["operator"] === "!" ? lastTargets(node["argument"]) : [];
    case "LogicalExpression":
      return lastTargets(node["right"]);
    case "ConditionalExpression":
      return [...lastTargets(node["consequent"]), ...lastTargets(node["alternate"])];
    case "SequenceExpression":
      return lastTargets(node["expressions"].at(-1));
    default:
      return [];
  }
}

function targetOf(member: SyntaxNode): Target[] {
  return member.type !== "MemberExpression" ||
    member["property"].type === "PrivateIdentifier" ||
    !isPath(member["object"])
    ? []
    : [{ member }];
}

/** A property of a module's own exports: nobody freezes them while it fills them. */
const isOwnExport = (member: SyntaxNode): boolean =>
  member["object"].type === "Identifier" && member["object"].name === "exports";

/** Whether a text may put something else in the place of its exports: an intrinsic (`exports = module.exports = Object.keys`). */
export function replacesExports(source: string): boolean {
  return /(?<![.\w$])exports\s*=(?![=>])/.test(source);
}

/** What can be looked at twice: variables, `this`, constants, and members of these. */
function isPath(node: SyntaxNode): boolean {
  if (node.type === "MemberExpression")
    return (
      node["property"].type !== "PrivateIdentifier" &&
      isPath(node["object"]) &&
      (!node["computed"] || isPlain(node["property"]))
    );
  return (
    node.type === "Identifier" || node.type === "ThisExpression" || (node.type === "Literal" && !("regex" in node))
  );
}

function isPlain(node: SyntaxNode): boolean {
  return node.type === "BinaryExpression" ? isPlain(node["left"]) && isPlain(node["right"]) : isPath(node);
}

/** @param careful whether the path may not have been taken, so that it must not fail. */
function pathText(node: SyntaxNode, spell: Spelling, careful: boolean): string {
  if (node.type === "Literal") return `(${spell(node)})`;
  if (node.type !== "MemberExpression" || spell(node).startsWith(RESERVED.callee)) return spell(node);
  const object = pathText(node["object"], spell, careful);
  if (node["computed"]) return `${object}${careful ? "?." : ""}[${plainText(node["property"], spell)}]`;
  return `${object}${careful ? "?." : "."}${String(node["property"].name)}`;
}

function plainText(node: SyntaxNode, spell: Spelling): string {
  if (node.type === "BinaryExpression")
    return `(${plainText(node["left"], spell)} ${String(node["operator"])} ${plainText(node["right"], spell)})`;
  return pathText(node, spell, true);
}

/** The key as it can be said once more; `undefined` where asking for it would do something. */
function keyText(member: SyntaxNode, spell: Spelling): string {
  const property: SyntaxNode = member["property"];
  if (!member["computed"]) return JSON.stringify(property["name"]);
  return isPlain(property) ? plainText(property, spell) : "void 0";
}

/** `delete a.b` whose value is used. */
function rewriteDelete(node: SyntaxNode, source: string, edits: Edit[], machinery: Set<string>): void {
  const member: SyntaxNode = node["argument"];
  if (
    member.type !== "MemberExpression" ||
    member["object"].type === "Super" ||
    member["property"].type === "PrivateIdentifier"
  )
    return;
  machinery.add(RESERVED.delete);
  // With the parentheses around the member, which its end has no counterpart of.
  const head = source.slice(node.start, member.start);
  edits.push({ start: node.start, end: member.start, text: `${RESERVED.delete}(${lineBreaksOf(head)}` });
  if (node.end > member.end)
    edits.push({ start: member.end, end: node.end, text: lineBreaksOf(source.slice(member.end, node.end)) });
  const from = dotOrBracketAfter(source, member["object"].end);
  if (member["computed"])
    edits.push({ start: from, end: from + 1, text: ",(" }, { start: member.end - 1, end: member.end, text: "))" });
  else edits.push({ start: from, end: member.end, text: `,${JSON.stringify(member["property"].name)})` });
}

const BETWEEN = /^(?:[\s)]|\/\*[\s\S]*?\*\/|\/\/.*)*/;

function dotOrBracketAfter(source: string, from: number): number {
  return from + BETWEEN.exec(source.slice(from, from + 10_000))![0].length;
}
const commaAfter = dotOrBracketAfter;
