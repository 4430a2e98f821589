/**
 * One walk over a program's tree: scopes, references, and what is only to be told where it stands. Longer than most
 * files because it has a function for each type of node; see `engine-pace.ts` for what that saves.
 */
import { HARMLESS_GLOBALS, NODE_GLOBALS } from "./tables/node-globals.ts";
import { namesProxyVariable } from "./tables/proxy-variables.ts";
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
  /** Constant texts that matter by themselves, see `isNotable`. */
  readonly strings: SyntaxNode[];
  /** Texts that are, or end like, the name of a variable that names a proxy. */
  readonly proxyNames: SyntaxNode[];
  /** Constant texts that require `worker_threads`: programs of workers, where the file starts such. */
  readonly workerTexts: { readonly text: string; readonly node: SyntaxNode }[];
  /** `x.setTimeout`, `const { setTimeout } = x`: members of any object that are named like harmless globals. */
  readonly namedLikeGlobals: SyntaxNode[];
  /** `f("APP_PORT")`, `x.f(["APP_PORT"])`, `{ env: "APP_PORT" }`: texts that read like a key of the environment, and the function or property (`env:`) that they are given to. */
  /** Calls that name one of Node's globals: `polyfill("fetch")`. */
  readonly globalCalls: { readonly called: string; readonly name: string; readonly node: SyntaxNode }[];
  readonly keyCalls: { readonly called: string; readonly key: string; readonly node: SyntaxNode }[];
  /** `{ APP_PORT: { … } }`, `{ APP_PORT: z.string() }`: what reads like a description of such a key. */
  readonly keysDescribed: { readonly key: string; readonly node: SyntaxNode }[];
  /** `Symbol.for("undici.globalDispatcher.1")`: where Node keeps what carries `fetch`. */
  readonly dispatcherSymbols: SyntaxNode[];
  /** `this.nodeRequire("buffer")`: calls of methods that are called like `require`. */
  readonly requiringCalls: SyntaxNode[];
  /** `resolve(distDir, "workers/forks.js")`: calls that join a path which ends in a script's. */
  readonly joinedScripts: { readonly end: string; readonly node: SyntaxNode }[];
}

export function emptyWalk(): Walked {
  return {
    references: new Map(),
    declared: new Set(),
    thisExpressions: [],
    metaProperties: [],
    moduleNodes: [],
    strings: [],
    proxyNames: [],
    workerTexts: [],
    namedLikeGlobals: [],
    globalCalls: [],
    keyCalls: [],
    keysDescribed: [],
    dispatcherSymbols: [],
    requiringCalls: [],
    joinedScripts: [],
  };
}

/** A text that requires `worker_threads`; most do not even name it. */
const isWorkerText = (text: unknown): text is string =>
  typeof text === "string" &&
  text.includes("worker_threads", 1) &&
  /\brequire\(\s*(["'`])(?:node:)?worker_threads\1\s*\)/.test(text);
const FUNCTIONS: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);
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
export function walkProgram(
  program: SyntaxNode,
  outer: Scope | undefined,
  strict: boolean,
  out: Walked,
  isCommonJs = false,
): Scope {
  const scope = makeScope(outer, program, true, strict || isStrict(program["body"]));
  visitAll(program["body"], program, scope, { ...out, isCommonJs });
  return scope;
}

interface Walk extends Walked {
  readonly isCommonJs: boolean;
}

type Visitor = (node: SyntaxNode, scope: Scope, walk: Walk) => void;

/**
 * What is done at each type of node; the children of the others are visited in order.
 * A function for each: one for all would be compiled again whenever a file brings
 * a type that it has not met, which took as long as all the rest of the walk.
 */
const VISITORS: ReadonlyMap<string, Visitor> = new Map(
  Object.entries({
    Identifier(node, scope, walk) {
      node.scope = scope;
      const name: string = node["name"];
      const list = walk.references.get(name);
      if (list === undefined) walk.references.set(name, [node]);
      else list.push(node);
    },
    Literal(node, _scope, walk) {
      const value = node["value"];
      if (typeof value !== "string") return;
      if (value.length < 64 && isNotable(value)) walk.strings.push(node);
      if (value.length < 32 && namesProxyVariable(value)) walk.proxyNames.push(node);
      if (isWorkerText(value)) walk.workerTexts.push({ text: value, node });
    },
    TemplateLiteral(node, scope, walk) {
      const text: unknown = node["expressions"].length === 0 ? node["quasis"][0].value.cooked : undefined;
      if (isWorkerText(text)) walk.workerTexts.push({ text, node });
      if (namesProxyVariable(node["quasis"].at(-1).value.cooked ?? "")) walk.proxyNames.push(node);
      visitAll(node["expressions"], node, scope, walk);
    },
    MemberExpression(node, scope, walk) {
      visit(node["object"], node, scope, walk);
      if (node["computed"]) visit(node["property"], node, scope, walk);
      else if (HARMLESS_GLOBALS.has(node["property"].name)) walk.namedLikeGlobals.push(node);
    },
    CallExpression(node, scope, walk) {
      const called = calledName(node["callee"]);
      if (called !== undefined)
        for (const key of environmentKeys(node["arguments"][0])) walk.keyCalls.push({ called, key, node });
      const first: unknown = node["arguments"][0]?.value;
      if (called !== undefined && typeof first === "string" && NODE_GLOBALS.has(first))
        walk.globalCalls.push({ called, name: first, node });
      if (node["callee"].type === "MemberExpression" && /(?:require|import)$/i.test(called ?? ""))
        walk.requiringCalls.push(node);
      if (isDispatcherSymbol(node)) walk.dispatcherSymbols.push(node);
      const end = endOfJoinedScript(node);
      if (end !== undefined) walk.joinedScripts.push({ end, node });
      visit(node["callee"], node, scope, walk);
      visitAll(node["arguments"], node, scope, walk);
    },
    Property(node, scope, walk) {
      if (node["computed"]) visit(node["key"], node, scope, walk);
      else {
        const name: unknown = node["key"].name ?? node["key"].value;
        if (typeof name === "string") notePropertyOfKeys(name, node, walk);
      }
      visit(node["value"], node, scope, walk);
    },
    FunctionDeclaration: visitFunction,
    FunctionExpression: visitFunction,
    ArrowFunctionExpression: visitFunction,
    VariableDeclaration(node, scope, walk) {
      const target = node["kind"] === "var" ? functionScope(scope) : scope;
      const kind = node["kind"] === "var" ? "var" : node["kind"] === "let" ? "let" : "const";
      for (const declarator of node["declarations"] as SyntaxNode[]) {
        declarator.parent = node;
        declarePattern(
          declarator["id"],
          { parent: declarator, target, scope, kind, init: declarator["init"] ?? undefined },
          walk,
        );
        if (declarator["init"]) visit(declarator["init"], declarator, scope, walk);
      }
    },
    ClassDeclaration: visitClass,
    ClassExpression: visitClass,
    MethodDefinition: visitMember,
    PropertyDefinition: visitMember,
    AccessorProperty: visitMember,
    BlockStatement: visitBlock,
    ForStatement: visitBlock,
    ForInStatement: visitBlock,
    ForOfStatement: visitBlock,
    SwitchStatement: visitBlock,
    StaticBlock(node, scope, walk) {
      visitChildren(node, makeScope(scope, node, true, true), walk);
    },
    CatchClause(node, scope, walk) {
      const inner = makeScope(scope, scope.owner, false, scope.strict);
      if (node["param"])
        declarePattern(
          node["param"],
          { parent: node, target: inner, scope: inner, kind: "param", init: undefined },
          walk,
        );
      visit(node["body"], node, inner, walk);
    },
    IfStatement: visitChoice,
    ConditionalExpression: visitChoice,
    LogicalExpression(node, scope, walk) {
      visit(node["left"], node, scope, walk);
      if (node["operator"] === "&&" && truthOf(node["left"], walk.isCommonJs) === false) return;
      visit(node["right"], node, scope, walk);
    },
    BinaryExpression: visitBinary,
    ThisExpression(node, scope, walk) {
      node.scope = scope;
      walk.thisExpressions.push(node);
    },
    MetaProperty(node, scope, walk) {
      node.scope = scope;
      walk.metaProperties.push(node);
    },
    ImportExpression(node, scope, walk) {
      node.scope = scope;
      walk.moduleNodes.push(node);
      visit(node["source"], node, scope, walk);
      if (node["options"]) visit(node["options"], node, scope, walk);
    },
    ImportDeclaration(node, scope, walk) {
      walk.moduleNodes.push(node);
      for (const specifier of node["specifiers"] as SyntaxNode[]) {
        specifier.parent = node;
        declare(specifier["local"], specifier, scope, "import", undefined, walk);
      }
    },
    ExportAllDeclaration(node, _scope, walk) {
      walk.moduleNodes.push(node);
    },
    ExportNamedDeclaration(node, scope, walk) {
      if (node["source"]) {
        walk.moduleNodes.push(node);
        return;
      }
      if (node["declaration"]) visit(node["declaration"], node, scope, walk);
      for (const specifier of node["specifiers"] as SyntaxNode[]) {
        specifier.parent = node;
        if (specifier["local"]?.type === "Identifier") visit(specifier["local"], specifier, scope, walk);
      }
    },
    LabeledStatement(node, scope, walk) {
      visit(node["body"], node, scope, walk);
    },
    BreakStatement() {},
    ContinueStatement() {},
  } satisfies Record<string, Visitor>),
);

function visitAll(nodes: readonly (SyntaxNode | null)[], parent: SyntaxNode, scope: Scope, walk: Walk): void {
  for (const node of nodes) if (node !== null) visit(node, parent, scope, walk);
}

function visit(node: SyntaxNode, parent: SyntaxNode, scope: Scope, walk: Walk): void {
  node.parent = parent;
  const visitor = VISITORS.get(node.type);
  if (visitor !== undefined) visitor(node, scope, walk);
  else visitChildren(node, scope, walk);
}

function visitChildren(node: SyntaxNode, scope: Scope, walk: Walk): void {
  const keys = VISITOR_KEYS.get(node.type);
  if (keys === undefined) return;
  for (const key of keys) {
    const child = node[key];
    if (child === null || child === undefined) continue;
    if (Array.isArray(child)) visitAll(child, node, scope, walk);
    else visit(child, node, scope, walk);
  }
}

function visitBlock(node: SyntaxNode, scope: Scope, walk: Walk): void {
  visitChildren(node, makeScope(scope, scope.owner, false, scope.strict), walk);
}

function visitClass(node: SyntaxNode, scope: Scope, walk: Walk): void {
  if (node["id"] && node.type === "ClassDeclaration") declare(node["id"], node, scope, "class", node, walk);
  const inner = makeScope(scope, scope.owner, false, true);
  if (node["id"] && node.type === "ClassExpression") declare(node["id"], node, inner, "class", node, walk);
  if (node["decorators"]) visitAll(node["decorators"], node, scope, walk);
  if (node["superClass"]) visit(node["superClass"], node, inner, walk);
  visit(node["body"], node, inner, walk);
}

function visitMember(node: SyntaxNode, scope: Scope, walk: Walk): void {
  if (node["decorators"]) visitAll(node["decorators"], node, scope, walk);
  if (node["computed"]) visit(node["key"], node, scope, walk);
  if (node["value"]) visit(node["value"], node, scope, walk);
}

/** Branches that a constant test leaves out are not there. */
function visitChoice(node: SyntaxNode, scope: Scope, walk: Walk): void {
  const truth = truthOf(node["test"], walk.isCommonJs);
  visit(node["test"], node, scope, walk);
  if (truth !== false) visit(node["consequent"], node, scope, walk);
  if (truth !== true && node["alternate"]) visit(node["alternate"], node, scope, walk);
}

/** Long sums lean to the left, thousands deep in generated code: a loop, not recursion. */
function visitBinary(node: SyntaxNode, scope: Scope, walk: Walk): void {
  let current = node;
  for (;;) {
    if (current["left"].type !== "PrivateIdentifier") {
      visit(current["right"], current, scope, walk);
      if (current["left"].type === "BinaryExpression") {
        current["left"].parent = current;
        current = current["left"];
        continue;
      }
      visit(current["left"], current, scope, walk);
    } else visit(current["right"], current, scope, walk);
    return;
  }
}

function visitFunction(node: SyntaxNode, scope: Scope, walk: Walk): void {
  const body: SyntaxNode = node["body"];
  const strict = scope.strict || (body.type === "BlockStatement" && isStrict(body["body"]));
  let outerScope = scope;
  if (node["id"]) {
    if (node.type === "FunctionDeclaration") {
      // Sloppy code sees a function declared in a block in the whole function (Annex B).
      declare(node["id"], node, scope.strict ? scope : functionScope(scope), "function", node, walk);
    } else {
      outerScope = makeScope(scope, scope.owner, false, scope.strict);
      declare(node["id"], node, outerScope, "function", node, walk);
    }
  }
  const inner = makeScope(outerScope, node, true, strict);
  node.scope = inner;
  for (const param of node["params"] as SyntaxNode[]) {
    declarePattern(param, { parent: node, target: inner, scope: inner, kind: "param", init: undefined }, walk);
  }
  if (body.type === "BlockStatement") {
    body.parent = node;
    visitAll(body["body"], body, inner, walk);
  } else visit(body, node, inner, walk);
}

interface Declaration {
  readonly parent: SyntaxNode;
  /** Where the names go. */
  readonly target: Scope;
  /** Where default values and computed keys are evaluated. */
  readonly scope: Scope;
  readonly kind: Binding["kind"];
  readonly init: SyntaxNode | undefined;
}

function declarePattern(pattern: SyntaxNode, declaration: Declaration, walk: Walk): void {
  const { parent, target, scope, kind, init } = declaration;
  pattern.parent = parent;
  switch (pattern.type) {
    case "Identifier":
      declare(pattern, parent, target, kind, init, walk);
      return;
    case "ObjectPattern":
      for (const property of pattern["properties"] as SyntaxNode[]) {
        property.parent = pattern;
        const inner: Declaration = { parent: property, target, scope, kind, init: undefined };
        if (property.type === "RestElement") {
          declarePattern(property["argument"], inner, walk);
          continue;
        }
        if (property["computed"]) visit(property["key"], property, scope, walk);
        // `const { queueMicrotask } = global`, not `const { URL } = require("url")`.
        else if (init?.type === "Identifier" && HARMLESS_GLOBALS.has(property["key"].name))
          walk.namedLikeGlobals.push(property);
        declarePattern(property["value"], inner, walk);
      }
      return;
    case "ArrayPattern":
      for (const element of pattern["elements"] as (SyntaxNode | null)[]) {
        if (element) declarePattern(element, { parent: pattern, target, scope, kind, init: undefined }, walk);
      }
      return;
    case "AssignmentPattern":
      declarePattern(pattern["left"], { parent: pattern, target, scope, kind, init: undefined }, walk);
      visit(pattern["right"], pattern, scope, walk);
      return;
    case "RestElement":
      declarePattern(pattern["argument"], { parent: pattern, target, scope, kind, init: undefined }, walk);
      return;
    default:
      visit(pattern, parent, scope, walk);
  }
}

function declare(
  id: SyntaxNode,
  parent: SyntaxNode,
  scope: Scope,
  kind: Binding["kind"],
  init: SyntaxNode | undefined,
  walk: Walk,
): void {
  id.parent = parent;
  id.scope = scope;
  const name: string = id["name"];
  walk.declared.add(name);
  scope.bindings ??= new Map();
  const before = scope.bindings.get(name);
  if (before === undefined) scope.bindings.set(name, { name, scope, kind, node: id, init, redeclared: false });
  else before.redeclared = true;
}

/** `_` is how the program was started (yargs). */
const ENVIRONMENT_KEY = /^(?:[A-Z][A-Z0-9_]{1,63}|_)$/;

/** Properties whose values are names of variables: `{ env: "PORT" }` of convict's and oclif's options. */
const NAMES_VARIABLE = /^env(?:Var|Name|Key|Variable)?$/;

/** The keys that a text, or a list of texts, may be. */
function environmentKeys(node: SyntaxNode | null | undefined): string[] {
  if (node?.type === "ArrayExpression")
    return (node["elements"] as (SyntaxNode | null)[]).flatMap((element) =>
      element?.type === "Literal" ? environmentKeys(element) : [],
    );
  const text: unknown = node?.type === "Literal" ? node["value"] : undefined;
  return typeof text === "string" && ENVIRONMENT_KEY.test(text) ? [text] : [];
}

function isDispatcherSymbol(call: SyntaxNode): boolean {
  const [first] = call["arguments"] as SyntaxNode[];
  const text: unknown = first?.type === "Literal" ? first["value"] : undefined;
  return (
    typeof text === "string" && text.startsWith("undici.globalDispatcher.") && calledName(call["callee"]) === "for"
  );
}

/** `workers/forks.js` of `resolve(distDir, "workers/forks.js")`, by whatever name bundlers have given the function (`join$1`). */
function endOfJoinedScript(call: SyntaxNode): string | undefined {
  const args = call["arguments"] as SyntaxNode[];
  const last: unknown = args.length < 2 ? undefined : args.at(-1)!["value"];
  return typeof last === "string" &&
    SCRIPT_PATH.test(last) &&
    /^(?:resolve|join)(?:\$\d+)?$/.test(calledName(call["callee"]) ?? "")
    ? last
    : undefined;
}

/** A path that begins at no folder of the machine's and leads upwards nowhere. */
const SCRIPT_PATH = /^(?:\.\/)?(?:[\w@-][\w@.-]*\/)*[\w@-][\w@.-]*\.[cm]?js$/;

function notePropertyOfKeys(name: string, node: SyntaxNode, walk: Walk): void {
  const value: SyntaxNode = node["value"];
  if (NAMES_VARIABLE.test(name))
    for (const key of environmentKeys(value)) walk.keyCalls.push({ called: `${name}:`, key, node });
  else if ((value.type === "ObjectExpression" || value.type === "CallExpression") && ENVIRONMENT_KEY.test(name))
    walk.keysDescribed.push({ key: name, node });
}

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
      if (test["operator"] === "&&")
        return left === false || right === false ? false : left === true && right === true ? true : undefined;
      if (test["operator"] === "||")
        return left === true || right === true ? true : left === false && right === false ? false : undefined;
      return undefined;
    }
    case "Identifier":
      return isCommonJs && (test["name"] === "module" || test["name"] === "exports") ? true : undefined;
    case "MemberExpression":
      return isCommonJs && test["object"].name === "module" && !test["computed"] && test["property"].name === "exports"
        ? true
        : undefined;
    case "BinaryExpression":
      return isCommonJs ? truthOfTypeTest(test) : undefined;
    default:
      return undefined;
  }
}

const COMMONJS_TYPES: Readonly<Record<string, string>> = { exports: "object", module: "object", require: "function" };

function truthOfTypeTest(test: SyntaxNode): boolean | undefined {
  const [question, type] =
    test["left"].type === "UnaryExpression" ? [test["left"], test["right"]] : [test["right"], test["left"]];
  if (question.type !== "UnaryExpression" || question["operator"] !== "typeof" || type.type !== "Literal")
    return undefined;
  const name = question["argument"].name ?? "";
  const known = Object.hasOwn(COMMONJS_TYPES, name) ? COMMONJS_TYPES[name] : undefined;
  if (known === undefined) return undefined;
  if (/^===?$/.test(test["operator"])) return known === type["value"];
  return /^!==?$/.test(test["operator"]) ? known !== type["value"] : undefined;
}

/** Constant texts that matter by themselves: secret-bearing files of the project. */
function isNotable(text: string): boolean {
  return /^(?:\.\/)?(?:(?:[\w-]+\/)*\.env(?:[-._][\w-]+(?:\.[\w-]+)*)?|\.npmrc|\.netrc|\.pgpass|\.sentryclirc|\.dev\.vars|[\w-]+\.(?:pem|key|p8|p12|pfx|tfstate|tfvars)|id_(?:rsa|dsa|ecdsa|ed25519))$/.test(
    text,
  );
}
