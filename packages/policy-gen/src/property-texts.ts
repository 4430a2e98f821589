import { keyOf } from "./constant.ts";
import type { IsConstant } from "./constant.ts";
import { lookUp } from "./scope.ts";
import type { SyntaxNode } from "./scope.ts";

/**
 * The texts that a value which is read off a property may be: `server.type`, where the
 * file writes `{ type: options.type || "http" }` or asks `server.type === "https"`.
 * Empty where it is no property's. Walks the whole file: for what is rare.
 */
export function textsOfProperty(value: SyntaxNode, isConstant: IsConstant): readonly string[] {
  const key = propertyOf(value, isConstant);
  if (key === undefined) return [];
  const found = new Set<string>();
  const isOfProperty = (node: SyntaxNode): boolean => propertyOf(node, isConstant) === key;
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Property" && keyOf(node, isConstant) === key) addTexts(node["value"], found);
    else if (node.type === "AssignmentExpression" && isOfProperty(node["left"])) addTexts(node["right"], found);
    else if (node.type === "BinaryExpression" && /^===?$/.test(node["operator"])) {
      if (isOfProperty(node["left"])) addTexts(node["right"], found);
      else if (isOfProperty(node["right"])) addTexts(node["left"], found);
    }
    for (const field in node) {
      if (field === "parent") continue;
      for (const child of [node[field]].flat()) if (typeof child?.type === "string") visit(child as SyntaxNode);
    }
  };
  let top = value;
  while (top.parent !== undefined) top = top.parent;
  visit(top);
  return [...found];
}

/** `type` of `server.type`, and of a variable that got it: `const { type } = server`. */
function propertyOf(node: SyntaxNode, isConstant: IsConstant): string | undefined {
  if (node.type === "MemberExpression") return keyOf(node, isConstant);
  const binding = node.type === "Identifier" ? lookUp(node) : undefined;
  if (binding === undefined || binding.kind === "param" || binding.kind === "function") return undefined;
  const { parent } = binding.node;
  if (parent?.type === "Property" && parent.parent?.type === "ObjectPattern") return keyOf(parent, isConstant);
  return binding.init?.type === "MemberExpression" ? keyOf(binding.init, isConstant) : undefined;
}

function addTexts(node: SyntaxNode, found: Set<string>): void {
  if (node.type === "Literal" && typeof node["value"] === "string") found.add(node["value"]);
  else if (node.type === "LogicalExpression") {
    addTexts(node["left"], found);
    addTexts(node["right"], found);
  } else if (node.type === "ConditionalExpression") {
    addTexts(node["consequent"], found);
    addTexts(node["alternate"], found);
  }
}
