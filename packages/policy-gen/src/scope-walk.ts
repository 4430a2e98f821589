import { HARMLESS_GLOBALS } from "./tables/node-globals.ts";
import { makeScope } from "./scope.ts";
import type { Binding, Scope, SyntaxNode } from "./scope.ts";
import { VISITOR_KEYS } from "./tables/visitor-keys.ts";

/** What one walk over a program collects. */
export interface Walked {
  /** Every reference by name, declarations left out. */
  readonly references: Map<string, SyntaxNode[]>;
  /** Every name that is declared somewhere in the file. */
  readonly declared: Set<string>;
  readonly thisExpressions: SyntaxNode[];
  readonly metaProperties: SyntaxNode[];
  readonly moduleNodes: SyntaxNode[];
  /** Functions with their `return` arguments, for results that carry a power. */
  readonly strings: SyntaxNode[];
  /** `x.setTimeout`, `const { setTimeout } = x`: members of any object that are named like harmless globals. */
  readonly namedLikeGlobals: SyntaxNode[];
  /** `f("APP_PORT")`, `x.f("APP_PORT")`: calls whose first argument reads like a key of the environment. */
  readonly keyCalls: { readonly called: string; readonly key: string; readonly node: SyntaxNode }[];
}

export function emptyWalk(): Walked {
  return {
    references: new Map(),
    declared: new Set(),
    thisExpressions: [],
    metaProperties: [],
    moduleNodes: [],
    strings: [],
    namedLikeGlobals: [],
    keyCalls: [],
  };
}

const FUNCTIONS: ReadonlySet<string> = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);
export const isFunction = (node: SyntaxNode | undefined | null): boolean => node != null && FUNCTIONS.has(node.type);

/** The innermost function that a node stands in. */
export function enclosingFunction(node: SyntaxNode): SyntaxNode | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) if (isFunction(at)) return at;
  return undefined;
}

/**
 * Walks a program once: gives every node its parent, every reference its
 * scope, and declares what is declared. References are resolved later and only
 * where somebody asks, because a use may stand before its declaration.
 */
export function walkProgram(program: SyntaxNode, outer: Scope | undefined, strict: boolean, out: Walked, isCommonJs = false): Scope {
  const constantTruth = (test: SyntaxNode): boolean | undefined => truthOf(test, isCommonJs);
  const scope = makeScope(outer, program, true, strict || isStrict(program["body"]));
  visitAll(program["body"], program, scope);
  return scope;

  function visitAll(nodes: (SyntaxNode | null)[], parent: SyntaxNode, scope: Scope): void {
    for (const node of nodes) if (node !== null) visit(node, parent, scope);
  }

  function visit(node: SyntaxNode, parent: SyntaxNode, scope: Scope): void {
    node.parent = parent;
    switch (node.type) {
      case "Identifier": {
        node.scope = scope;
        const name: string = node["name"];
        const list = out.references.get(name);
        if (list === undefined) out.references.set(name, [node]);
        else list.push(node);
        return;
      }
      case "Literal": {
        const value = node["value"];
        if (typeof value === "string" && value.length < 64 && isNotable(value)) out.strings.push(node);
        return;
      }
      case "MemberExpression":
        visit(node["object"], node, scope);
        if (node["computed"]) visit(node["property"], node, scope);
        else if (HARMLESS_GLOBALS.has(node["property"].name)) out.namedLikeGlobals.push(node);
        return;
      case "CallExpression": {
        const called = calledName(node["callee"]);
        const key: unknown = node["arguments"][0]?.type === "Literal" ? node["arguments"][0].value : undefined;
        if (called !== undefined && typeof key === "string" && ENVIRONMENT_KEY.test(key)) out.keyCalls.push({ called, key, node });
        visitChildren(node, scope);
        return;
      }
      case "Property":
        if (node["computed"]) visit(node["key"], node, scope);
        visit(node["value"], node, scope);
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        visitFunction(node, scope);
        return;
      case "VariableDeclaration": {
        const target = node["kind"] === "var" ? functionScope(scope) : scope;
        const kind = node["kind"] === "var" ? "var" : node["kind"] === "let" ? "let" : "const";
        for (const declarator of node["declarations"] as SyntaxNode[]) {
          declarator.parent = node;
          declarePattern(declarator["id"], declarator, target, scope, kind, declarator["init"] ?? undefined);
          if (declarator["init"]) visit(declarator["init"], declarator, scope);
        }
        return;
      }
      case "ClassDeclaration":
      case "ClassExpression": {
        if (node["id"] && node.type === "ClassDeclaration") declare(node["id"], node, scope, "class", node);
        const inner = makeScope(scope, scope.owner, false, true);
        if (node["id"] && node.type === "ClassExpression") declare(node["id"], node, inner, "class", node);
        if (node["decorators"]) visitAll(node["decorators"], node, scope);
        if (node["superClass"]) visit(node["superClass"], node, inner);
        visit(node["body"], node, inner);
        return;
      }
      case "MethodDefinition":
      case "PropertyDefinition":
      case "AccessorProperty":
        if (node["decorators"]) visitAll(node["decorators"], node, scope);
        if (node["computed"]) visit(node["key"], node, scope);
        if (node["value"]) visit(node["value"], node, scope);
        return;
      case "BlockStatement":
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
      case "SwitchStatement":
        visitChildren(node, makeScope(scope, scope.owner, false, scope.strict));
        return;
      case "StaticBlock":
        visitChildren(node, makeScope(scope, node, true, true));
        return;
      case "CatchClause": {
        const inner = makeScope(scope, scope.owner, false, scope.strict);
        if (node["param"]) declarePattern(node["param"], node, inner, inner, "param", undefined);
        visit(node["body"], node, inner);
        return;
      }
      case "IfStatement":
        visit(node["test"], node, scope);
        if (constantTruth(node["test"]) !== false) visit(node["consequent"], node, scope);
        if (node["alternate"] && constantTruth(node["test"]) !== true) visit(node["alternate"], node, scope);
        return;
      case "ConditionalExpression": {
        const truth = constantTruth(node["test"]);
        visit(node["test"], node, scope);
        if (truth !== false) visit(node["consequent"], node, scope);
        if (truth !== true) visit(node["alternate"], node, scope);
        return;
      }
      case "LogicalExpression":
        visit(node["left"], node, scope);
        if (node["operator"] === "&&" && constantTruth(node["left"]) === false) return;
        visit(node["right"], node, scope);
        return;
      case "BinaryExpression":
        visitBinary(node, scope);
        return;
      case "ThisExpression":
        node.scope = scope;
        out.thisExpressions.push(node);
        return;
      case "MetaProperty":
        node.scope = scope;
        out.metaProperties.push(node);
        return;
      case "ImportExpression":
        node.scope = scope;
        out.moduleNodes.push(node);
        visit(node["source"], node, scope);
        if (node["options"]) visit(node["options"], node, scope);
        return;
      case "ImportDeclaration":
        out.moduleNodes.push(node);
        for (const specifier of node["specifiers"] as SyntaxNode[]) {
          specifier.parent = node;
          declare(specifier["local"], specifier, scope, "import", undefined);
        }
        return;
      case "ExportAllDeclaration":
        out.moduleNodes.push(node);
        return;
      case "ExportNamedDeclaration":
        if (node["source"]) out.moduleNodes.push(node);
        else {
          if (node["declaration"]) visit(node["declaration"], node, scope);
          for (const specifier of node["specifiers"] as SyntaxNode[]) {
            specifier.parent = node;
            if (specifier["local"]?.type === "Identifier") visit(specifier["local"], specifier, scope);
          }
        }
        return;
      case "LabeledStatement":
        visit(node["body"], node, scope);
        return;
      case "BreakStatement":
      case "ContinueStatement":
        return;
      default:
        visitChildren(node, scope);
    }
  }

  function visitChildren(node: SyntaxNode, scope: Scope): void {
    const keys = VISITOR_KEYS[node.type];
    if (keys === undefined) return;
    for (const key of keys) {
      const child = node[key];
      if (child === null || child === undefined) continue;
      if (Array.isArray(child)) visitAll(child, node, scope);
      else visit(child, node, scope);
    }
  }

  /** Long sums lean to the left, thousands deep in generated code: a loop, not recursion. */
  function visitBinary(node: SyntaxNode, scope: Scope): void {
    let current = node;
    for (;;) {
      if (current["left"].type !== "PrivateIdentifier") {
        visit(current["right"], current, scope);
        if (current["left"].type === "BinaryExpression") {
          current["left"].parent = current;
          current = current["left"];
          continue;
        }
        visit(current["left"], current, scope);
      } else visit(current["right"], current, scope);
      return;
    }
  }

  function visitFunction(node: SyntaxNode, scope: Scope): void {
    const body: SyntaxNode = node["body"];
    const strict = scope.strict || (body.type === "BlockStatement" && isStrict(body["body"]));
    let outerScope = scope;
    if (node["id"]) {
      if (node.type === "FunctionDeclaration") {
        // Sloppy code sees a function declared in a block in the whole function (Annex B).
        declare(node["id"], node, scope.strict ? scope : functionScope(scope), "function", node);
      } else {
        outerScope = makeScope(scope, scope.owner, false, scope.strict);
        declare(node["id"], node, outerScope, "function", node);
      }
    }
    const inner = makeScope(outerScope, node, true, strict);
    node.scope = inner;
    for (const param of node["params"] as SyntaxNode[]) declarePattern(param, node, inner, inner, "param", undefined);
    if (body.type === "BlockStatement") {
      body.parent = node;
      visitAll(body["body"], body, inner);
    } else visit(body, node, inner);
  }

  /** `target` is where the names go, `scope` where default values and computed keys are evaluated. */
  function declarePattern(
    pattern: SyntaxNode,
    parent: SyntaxNode,
    target: Scope,
    scope: Scope,
    kind: Binding["kind"],
    init: SyntaxNode | undefined,
  ): void {
    pattern.parent = parent;
    switch (pattern.type) {
      case "Identifier":
        declare(pattern, parent, target, kind, init);
        return;
      case "ObjectPattern":
        for (const property of pattern["properties"] as SyntaxNode[]) {
          property.parent = pattern;
          if (property.type === "RestElement") {
            declarePattern(property["argument"], property, target, scope, kind, undefined);
            continue;
          }
          if (property["computed"]) visit(property["key"], property, scope);
          // `const { queueMicrotask } = global`, not `const { URL } = require("url")`.
          else if (init?.type === "Identifier" && HARMLESS_GLOBALS.has(property["key"].name)) out.namedLikeGlobals.push(property);
          declarePattern(property["value"], property, target, scope, kind, undefined);
        }
        return;
      case "ArrayPattern":
        for (const element of pattern["elements"] as (SyntaxNode | null)[]) {
          if (element) declarePattern(element, pattern, target, scope, kind, undefined);
        }
        return;
      case "AssignmentPattern":
        declarePattern(pattern["left"], pattern, target, scope, kind, undefined);
        visit(pattern["right"], pattern, scope);
        return;
      case "RestElement":
        declarePattern(pattern["argument"], pattern, target, scope, kind, undefined);
        return;
      default:
        visit(pattern, parent, scope);
    }
  }

  function declare(id: SyntaxNode, parent: SyntaxNode, scope: Scope, kind: Binding["kind"], init: SyntaxNode | undefined): void {
    id.parent = parent;
    id.scope = scope;
    const name: string = id["name"];
    out.declared.add(name);
    scope.bindings ??= new Map();
    const before = scope.bindings.get(name);
    if (before === undefined) scope.bindings.set(name, { name, scope, kind, node: id, init, redeclared: false });
    else before.redeclared = true;
  }
}

const ENVIRONMENT_KEY = /^[A-Z][A-Z0-9_]{1,63}$/;

function calledName(callee: SyntaxNode): string | undefined {
  if (callee.type === "Identifier") return callee["name"];
  return callee.type === "MemberExpression" && !callee["computed"] ? callee["property"].name : undefined;
}

function functionScope(scope: Scope): Scope {
  let current = scope;
  while (!current.isFunction && current.parent !== undefined) current = current.parent;
  return current;
}

function isStrict(body: SyntaxNode[]): boolean {
  for (const statement of body) {
    if (statement.type !== "ExpressionStatement" || statement["expression"].type !== "Literal") return false;
    if (statement["expression"].value === "use strict") return true;
  }
  return false;
}

/**
 * `false`, `0`, `!0`: tests that bundlers leave behind. In CommonJS also the
 * questions of UMD, `typeof exports === "object"`: the other branches never run.
 */
function truthOf(test: SyntaxNode, isCommonJs: boolean): boolean | undefined {
  switch (test.type) {
    case "Literal":
      return "regex" in test || "bigint" in test ? undefined : Boolean(test["value"]);
    case "UnaryExpression": {
      const inner = test["operator"] === "!" ? truthOf(test["argument"], isCommonJs) : undefined;
      return inner === undefined ? undefined : !inner;
    }
    case "LogicalExpression": {
      const left = truthOf(test["left"], isCommonJs);
      const right = truthOf(test["right"], isCommonJs);
      if (test["operator"] === "&&") return left === false || right === false ? false : left === true && right === true ? true : undefined;
      if (test["operator"] === "||") return left === true || right === true ? true : left === false && right === false ? false : undefined;
      return undefined;
    }
    case "Identifier":
      return isCommonJs && (test["name"] === "module" || test["name"] === "exports") ? true : undefined;
    case "MemberExpression":
      return isCommonJs && test["object"].name === "module" && !test["computed"] && test["property"].name === "exports" ? true : undefined;
    case "BinaryExpression":
      return isCommonJs ? truthOfTypeTest(test) : undefined;
    default:
      return undefined;
  }
}

const COMMONJS_TYPES: Readonly<Record<string, string>> = { exports: "object", module: "object", require: "function" };

function truthOfTypeTest(test: SyntaxNode): boolean | undefined {
  const [question, type] = test["left"].type === "UnaryExpression" ? [test["left"], test["right"]] : [test["right"], test["left"]];
  if (question.type !== "UnaryExpression" || question["operator"] !== "typeof" || type.type !== "Literal") return undefined;
  const name = question["argument"].name ?? "";
  const known = Object.hasOwn(COMMONJS_TYPES, name) ? COMMONJS_TYPES[name] : undefined;
  if (known === undefined) return undefined;
  if (/^===?$/.test(test["operator"])) return known === type["value"];
  return /^!==?$/.test(test["operator"]) ? known !== type["value"] : undefined;
}

/** Constant texts that matter by themselves: secret-bearing files of the project. */
function isNotable(text: string): boolean {
  return /^(?:\.\/)?(?:\.env(?:\.[\w-]+)*|\.npmrc|\.netrc|\.pgpass|[\w-]+\.pem|[\w-]+\.key|id_(?:rsa|dsa|ecdsa|ed25519))$/.test(text);
}
