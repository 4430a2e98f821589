/**
 * The closed list of syntax that moat evaluates, with each node's children by
 * field. A node type or a field that is not listed is refused: what the
 * scanner does not know, it can't vouch for.
 *
 * @see https://github.com/estree/estree
 */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [field: string]: any;
}

/** Node type to the fields that hold child nodes, in source order. */
export const CHILD_FIELDS: Readonly<Record<string, readonly string[]>> = Object.assign(Object.create(null), {
  Program: ["body"],
  ExpressionStatement: ["expression"],
  BlockStatement: ["body"],
  StaticBlock: ["body"],
  EmptyStatement: [],
  DebuggerStatement: [],
  WithStatement: ["object", "body"],
  ReturnStatement: ["argument"],
  LabeledStatement: ["label", "body"],
  BreakStatement: ["label"],
  ContinueStatement: ["label"],
  IfStatement: ["test", "consequent", "alternate"],
  SwitchStatement: ["discriminant", "cases"],
  SwitchCase: ["test", "consequent"],
  ThrowStatement: ["argument"],
  TryStatement: ["block", "handler", "finalizer"],
  CatchClause: ["param", "body"],
  WhileStatement: ["test", "body"],
  DoWhileStatement: ["body", "test"],
  ForStatement: ["init", "test", "update", "body"],
  ForInStatement: ["left", "right", "body"],
  ForOfStatement: ["left", "right", "body"],
  FunctionDeclaration: ["id", "params", "body"],
  VariableDeclaration: ["declarations"],
  VariableDeclarator: ["id", "init"],
  ThisExpression: [],
  ArrayExpression: ["elements"],
  ObjectExpression: ["properties"],
  Property: ["key", "value"],
  FunctionExpression: ["id", "params", "body"],
  UnaryExpression: ["argument"],
  UpdateExpression: ["argument"],
  BinaryExpression: ["left", "right"],
  AssignmentExpression: ["left", "right"],
  LogicalExpression: ["left", "right"],
  MemberExpression: ["object", "property"],
  ConditionalExpression: ["test", "consequent", "alternate"],
  CallExpression: ["callee", "arguments"],
  NewExpression: ["callee", "arguments"],
  SequenceExpression: ["expressions"],
  YieldExpression: ["argument"],
  TemplateLiteral: ["quasis", "expressions"],
  TaggedTemplateExpression: ["tag", "quasi"],
  TemplateElement: [],
  SpreadElement: ["argument"],
  RestElement: ["argument"],
  ObjectPattern: ["properties"],
  ArrayPattern: ["elements"],
  AssignmentPattern: ["left", "right"],
  ClassBody: ["body"],
  MethodDefinition: ["key", "value"],
  PropertyDefinition: ["key", "value"],
  ClassDeclaration: ["id", "superClass", "body"],
  ClassExpression: ["id", "superClass", "body"],
  MetaProperty: [],
  ArrowFunctionExpression: ["params", "body"],
  AwaitExpression: ["argument"],
  ChainExpression: ["expression"],
  ImportExpression: ["source", "options"],
  ParenthesizedExpression: ["expression"],
  PrivateIdentifier: [],
  Super: [],
  Literal: [],
  Identifier: [],
  ImportDeclaration: ["specifiers", "source", "attributes"],
  ImportSpecifier: ["imported", "local"],
  ImportDefaultSpecifier: ["local"],
  ImportNamespaceSpecifier: ["local"],
  ImportAttribute: ["key", "value"],
  ExportNamedDeclaration: ["declaration", "specifiers", "source", "attributes"],
  ExportSpecifier: ["local", "exported"],
  ExportDefaultDeclaration: ["declaration"],
  ExportAllDeclaration: ["exported", "source", "attributes"],
});

export function isFunctionNode(node: SyntaxNode): boolean {
  return (
    node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
  );
}

/** Whether a statement list begins with a `"use strict"` directive. */
export function hasUseStrict(statements: readonly SyntaxNode[]): boolean {
  for (const statement of statements) {
    if (statement["directive"] === undefined) return false;
    if (statement["directive"] === "use strict") return true;
  }
  return false;
}

/** Whether an identifier node is a property name, label or the like: not a variable. */
export function isNameOnly(parent: SyntaxNode, field: string): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return field === "property" && !parent["computed"];
    case "Property":
      return field === "key" && !parent["computed"] && !parent["shorthand"];
    case "MethodDefinition":
    case "PropertyDefinition":
      return field === "key" && !parent["computed"];
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return field === "label";
    case "ImportSpecifier":
      return field === "imported";
    case "ExportSpecifier":
      return field === "exported" || parent["fromSource"] === true;
    case "ExportAllDeclaration":
    case "ImportAttribute":
      return true;
    default:
      return false;
  }
}
