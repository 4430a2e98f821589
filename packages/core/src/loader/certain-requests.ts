/**
 * The modules that a CommonJS file is certain to require when it runs: literal
 * `require` calls in its top-level statements, outside of functions, branches
 * and `try`. An error in one of them fails the program anyway, so it may be
 * reported before anything runs.
 */
import { CHILD_FIELDS, isFunctionNode, type SyntaxNode } from "./syntax.ts";

/** What may not be evaluated, or whose failure may be caught. */
const UNCERTAIN = new Set([
  "IfStatement",
  "TryStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "SwitchStatement",
  "LabeledStatement",
  "WithStatement",
  "ConditionalExpression",
  "LogicalExpression",
  "ChainExpression",
  "ClassDeclaration",
  "ClassExpression",
  "AssignmentPattern",
  "AwaitExpression",
]);

/** A statement after which the rest of the file may not run. */
const MAY_END = /\b(?:return|throw|exit|exitCode|abort)\b/;

export function certainRequests(program: SyntaxNode, source: string): string[] {
  const requests: string[] = [];
  const visit = (node: SyntaxNode): void => {
    if (isFunctionNode(node) || UNCERTAIN.has(node.type)) return;
    const specifier = requiredLiteral(node);
    if (specifier !== undefined) requests.push(specifier);
    for (const field of CHILD_FIELDS[node.type] ?? []) {
      const child = node[field];
      if (Array.isArray(child)) {
        for (const each of child) if (each) visit(each);
      } else if (child) visit(child);
    }
  };
  for (const statement of program["body"] as SyntaxNode[]) {
    if (statement.type !== "FunctionDeclaration" && MAY_END.test(source.slice(statement.start, statement.end))) break;
    visit(statement);
  }
  return requests;
}

function requiredLiteral(node: SyntaxNode): string | undefined {
  if (node.type !== "CallExpression" || node["callee"].type !== "Identifier" || node["callee"].name !== "require")
    return undefined;
  const [first] = node["arguments"] as SyntaxNode[];
  return first?.type === "Literal" && typeof first["value"] === "string" ? first["value"] : undefined;
}
