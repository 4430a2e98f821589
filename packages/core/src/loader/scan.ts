/**
 * One walk over a syntax tree that gathers what the transforms need: scopes and
 * the references that leave them, and every construct that a strict functor
 * must not or cannot contain as it stands. Longer than most files because the
 * walk is one closed case analysis.
 */
import { isInheritedAsData, SETTINGS_OF_INTRINSICS } from "./delicate-names.ts";
import { namesItsSource } from "./names-its-source.ts";
import { emptyFunctionOf } from "./rewrite-function-makers.ts";
import { CHILD_FIELDS, hasUseStrict, isNameOnly, type SyntaxNode } from "./syntax.ts";
import { RESERVED_PREFIX } from "./reserved-names.ts";
import { FIRST_INTRINSIC, LAST_INTRINSIC, WORDS } from "./token-kinds.ts";

export interface Scope {
  readonly parent: Scope | undefined;
  readonly kind: "top" | "function" | "block" | "with";
  readonly names: Set<string>;
  /** Parameters and names of `let`, `const` and classes: a block's function never reaches beyond them. */
  readonly fixed?: Set<string>;
  /** The function or `with` statement that opened the scope. */
  readonly node: SyntaxNode | undefined;
}

/** How an identifier is used where it stands. */
export type ReferenceUse = "read" | "write" | "call" | "typeof" | "delete";

export interface Reference {
  readonly name: string;
  readonly node: SyntaxNode;
  readonly scope: Scope;
  readonly use: ReferenceUse;
  readonly strict: boolean;
  /** `{name}` in a literal or pattern: a rewrite must spell out the key. */
  readonly shorthand: boolean;
  /** Leftmost in a `new` callee, where a call must be parenthesised. */
  readonly inNewCallee: boolean;
  /** Begins an expression statement in a list of statements: what precedes may lack its semicolon. */
  readonly startsStatement: boolean;
  /** What a plain `name = value` assigns. */
  readonly assigned?: SyntaxNode | undefined;
}

export interface SloppyFunction {
  readonly node: SyntaxNode;
  readonly thisNodes: SyntaxNode[];
  readonly argumentsNodes: SyntaxNode[];
  readonly calleeNodes: SyntaxNode[];
  assignsArguments: boolean;
}

/**
 * A member that is assigned. Its key is a name, `Symbol.name`, or only known
 * when the program runs.
 */
export interface DelicateTarget {
  readonly member: SyntaxNode;
  readonly key: { readonly name: string } | { readonly symbol: string } | { readonly computed: SyntaxNode };
  readonly strict: boolean;
  readonly scope: Scope;
  /** Strict code assigns to what is visibly an intrinsic: `Set.prototype.add`. */
  readonly replaces?: true;
}

export interface Scan {
  readonly top: Scope;
  readonly strict: boolean;
  /** Names that the top declares more than once. */
  readonly redeclared: Set<string>;
  readonly references: Reference[];
  readonly sloppyFunctions: SloppyFunction[];
  readonly dynamicImports: SyntaxNode[];
  readonly importMetas: SyntaxNode[];
  /** With the declarations of variables in their bodies that write values. */
  readonly withStatements: { node: SyntaxNode; scope: Scope; declarations: SyntaxNode[] }[];
  readonly directEvals: { readonly node: SyntaxNode; readonly scope: Scope; readonly strict: boolean }[];
  /** Empty functions whose constructor is read. */
  readonly emptyFunctions: SyntaxNode[];
  readonly legacyOctals: SyntaxNode[];
  /** Strings in which V8 would find a name of the source if they were comments. */
  readonly namingStrings: SyntaxNode[];
  readonly sloppyDeletes: SyntaxNode[];
  /** `delete x.y` in sloppy code, and its expression statements, both outside of `with`. */
  readonly memberDeletes: SyntaxNode[];
  readonly sloppyStatements: SyntaxNode[];
  /** Names that the text adds to intrinsics, and the callees `x.name` of such names. */
  readonly added: ReadonlySet<string>;
  readonly addedCalls: SyntaxNode[];
  readonly blockFunctions: { node: SyntaxNode; parent: SyntaxNode; functionScope: Scope; blockScope: Scope }[];
  /** Functions of a block that a later one of the same name replaces before anything runs: strict code allows none. */
  readonly replacedFunctions: SyntaxNode[];
  readonly duplicateParameters: SyntaxNode[];
  /** Members that are assigned and may be read-only: `x.constructor`, in sloppy code `x.name`, `x.length`, and computed ones. */
  readonly delicateTargets: DelicateTarget[];
  /** Names that `++` or `--` changes: numbers, where they are used as keys. */
  readonly counters: { name: string; scope: Scope }[];
  readonly statements: SyntaxNode[];
  /** Anonymous default exports and other top-level module items. */
  readonly moduleItems: SyntaxNode[];
  /** Identifiers that are reserved words in strict code, declared or used by sloppy code. */
  readonly reservedWordNodes: { node: SyntaxNode; shorthand: boolean }[];
  hasTopLevelAwait: boolean;
  readonly sloppyFunctionCount: () => number;
}

/** Names of sloppy code that strict code reserves: they get other ones. */
export const STRICT_RESERVED: ReadonlySet<string> = new Set([
  "let",
  "static",
  "yield",
  "implements",
  "interface",
  "package",
  "private",
  "protected",
  "public",
]);
const DECLARATION_KINDS = new Set<unknown>(["var", "let", "const", "using", "await using"]);
/** Frozen objects of the language by the name of their constructor: sloppy code extends them without noticing that it fails. */
const INTRINSICS = new Set<unknown>(WORDS.slice(FIRST_INTRINSIC, LAST_INTRINSIC + 1));

/** `String` or `String.prototype`, or a variable of that name: then nothing but a look too many. */
function isIntrinsic(node: SyntaxNode): boolean {
  if (node.type === "MemberExpression" && !node["computed"]) return isIntrinsic(node["object"]);
  return node.type === "Identifier" && INTRINSICS.has(node["name"]);
}

/** `RegExp.prototype.toString`, `Object.keys`. */
function isMethodOfIntrinsic(node: SyntaxNode): boolean {
  return (
    node.type === "MemberExpression" &&
    !node["computed"] &&
    node["property"].name !== "prototype" &&
    isIntrinsic(node["object"])
  );
}

function isModuleExports(node: SyntaxNode): boolean {
  return (
    node.type === "MemberExpression" &&
    !node["computed"] &&
    node["property"].name === "exports" &&
    node["object"].type === "Identifier" &&
    node["object"].name === "module"
  );
}

const SILENT_WHEN_SLOPPY = new Set<unknown>(["name", "length"]);
/** Expressions whose value as a key may be `"constructor"`; arithmetic is left at full speed. */
const MAY_NAME_ANYTHING = new Set([
  "Identifier",
  "MemberExpression",
  "CallExpression",
  "ChainExpression",
  "ConditionalExpression",
  "LogicalExpression",
  "AssignmentExpression",
  "SequenceExpression",
  "AwaitExpression",
  "YieldExpression",
]);

/** `"" + "constructor"`, as TypeScript before 5 has it in its scanner: a computed key that begins or ends with a text. */
function isWrittenInParts(key: SyntaxNode): boolean {
  let first = key;
  while (first["left"]) first = first["left"] as SyntaxNode;
  let last = key;
  while (last["right"] ?? last["argument"]) last = (last["right"] ?? last["argument"]) as SyntaxNode;
  // What stands in parentheses begins, and ends, with these.
  return (isText(first) && first.start === key.start) || (isText(last) && last.end === key.end);
}

function isText(node: SyntaxNode): boolean {
  return node.type === "Literal" && typeof node["value"] === "string";
}

/** `name` of a key written as `Symbol.name`. */
function wellKnownSymbolOf(node: SyntaxNode): string | undefined {
  if (node.type !== "MemberExpression" || node["computed"] || node["object"].type !== "Identifier") return undefined;
  return node["object"].name === "Symbol" ? (node["property"].name as string) : undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** `a?.b.c()`: what is put around its object would end the chain early. */
function isInChain(node: SyntaxNode): boolean {
  for (let at: SyntaxNode | undefined = node; at !== undefined; at = at["object"] ?? at["callee"])
    if (at["optional"]) return true;
  return false;
}

interface WalkState {
  readonly scope: Scope;
  readonly functionScope: Scope;
  readonly strict: boolean;
  /** The innermost non-arrow function, if it is sloppy; undefined at the top or in strict ones. */
  readonly sloppy: SloppyFunction | undefined;
  readonly inFunction: boolean;
}

interface ScanOptions {
  readonly strict: boolean;
  readonly allowReserved?: boolean;
  /** For who asks about constructs alone: `references` stays empty. */
  readonly withoutReferences?: boolean;
  readonly added?: ReadonlySet<string>;
  /** See `exports-global.ts`. */
  readonly exportsGlobal?: () => boolean;
  readonly inheritsArrays?: () => boolean;
}

export function scanProgram(program: SyntaxNode, options: ScanOptions): Scan {
  const strictTop = options.strict || hasUseStrict(program["body"]);
  const top: Scope = { parent: undefined, kind: "top", names: new Set(), fixed: new Set(), node: undefined };
  let sloppyCount = 0;
  const scan: Scan = {
    top,
    strict: strictTop,
    redeclared: new Set(),
    references: [],
    sloppyFunctions: [],
    dynamicImports: [],
    importMetas: [],
    withStatements: [],
    directEvals: [],
    emptyFunctions: [],
    legacyOctals: [],
    namingStrings: [],
    sloppyDeletes: [],
    memberDeletes: [],
    sloppyStatements: [],
    added: options.added ?? NONE,
    addedCalls: [],
    blockFunctions: [],
    replacedFunctions: [],
    duplicateParameters: [],
    delicateTargets: [],
    counters: [],
    statements: [],
    moduleItems: [],
    reservedWordNodes: [],
    hasTopLevelAwait: false,
    sloppyFunctionCount: () => sloppyCount,
  };

  const noteIdentifier = (node: SyntaxNode, strict: boolean, shorthand: boolean): void => {
    const name: string = node["name"];
    if (!options.allowReserved && name.startsWith(RESERVED_PREFIX)) {
      throw new SyntaxError(`the identifier prefix ${RESERVED_PREFIX} is reserved`);
    }
    if (!strict && STRICT_RESERVED.has(name)) scan.reservedWordNodes.push({ node, shorthand });
  };

  const declare = (pattern: SyntaxNode, target: Scope, state: WalkState, shorthand = false): void => {
    switch (pattern.type) {
      case "Identifier":
        noteIdentifier(pattern, state.strict, shorthand);
        if (target === top && top.names.has(pattern["name"])) scan.redeclared.add(pattern["name"]);
        target.names.add(pattern["name"]);
        return;
      case "ObjectPattern":
        for (const property of pattern["properties"] as SyntaxNode[]) {
          if (property.type === "RestElement") declare(property["argument"], target, state);
          else {
            if (property["computed"] || property["key"].type === "Literal")
              visit(property["key"], property, "key", state);
            declare(property["value"], target, state, property["shorthand"]);
          }
        }
        return;
      case "ArrayPattern":
        for (const element of pattern["elements"] as (SyntaxNode | null)[]) {
          if (element) declare(element, target, state);
        }
        return;
      case "AssignmentPattern":
        declare(pattern["left"], target, state, shorthand);
        visit(pattern["right"], pattern, "right", state);
        return;
      case "RestElement":
        declare(pattern["argument"], target, state);
        return;
      default:
        throw new SyntaxError(`unexpected pattern ${pattern.type}`);
    }
  };

  const blockScope = (state: WalkState): WalkState => ({
    scope: { parent: state.scope, kind: "block", names: new Set(), node: undefined },
    functionScope: state.functionScope,
    strict: state.strict,
    sloppy: state.sloppy,
    inFunction: state.inFunction,
  });

  const visitChildren = (node: SyntaxNode, state: WalkState): void => {
    const fields = CHILD_FIELDS[node.type];
    if (fields === undefined) throw new SyntaxError(`syntax that moat does not know: ${node.type}`);
    for (const field of fields) {
      const child = node[field];
      if (Array.isArray(child)) {
        for (const element of child) if (element) visit(element, node, field, state);
      } else if (child) visit(child, node, field, state);
    }
  };

  const visitFunction = (node: SyntaxNode, parent: SyntaxNode, field: string, state: WalkState): void => {
    const isArrow = node.type === "ArrowFunctionExpression";
    const body: SyntaxNode = node["body"];
    const strict = state.strict || (body.type === "BlockStatement" && hasUseStrict(body["body"]));
    if (!isArrow && !strict) sloppyCount += 1;
    if (node.type === "FunctionDeclaration" && node["id"]) declareFunction(node, parent, field, state);
    const scope: Scope = { parent: state.scope, kind: "function", names: new Set(), fixed: new Set(), node };
    if (!isArrow) scope.names.add("arguments");
    let sloppy = isArrow ? state.sloppy : undefined;
    if (!isArrow && !strict) {
      sloppy = { node, thisNodes: [], argumentsNodes: [], calleeNodes: [], assignsArguments: false };
      scan.sloppyFunctions.push(sloppy);
    }
    const inner: WalkState = {
      scope,
      functionScope: scope,
      strict,
      sloppy,
      inFunction: true,
    };
    if (node.type === "FunctionExpression" && node["id"]) declare(node["id"], scope, inner);
    const seen = strict ? undefined : new Map<string, SyntaxNode>();
    for (const parameter of node["params"] as SyntaxNode[]) {
      declare(parameter, scope, inner);
      if (parameter.type === "Identifier") scope.fixed!.add(parameter["name"]);
      if (seen !== undefined && parameter.type === "Identifier") {
        const earlier = seen.get(parameter["name"]);
        if (earlier) scan.duplicateParameters.push(earlier);
        seen.set(parameter["name"], parameter);
      }
    }
    if (body.type !== "BlockStatement") {
      visit(body, node, "body", inner);
      return;
    }
    // HAZARD: parameters with expressions don't see the body's variables: in `(a = x) => { var x }` the first `x` is free.
    const isSimple = (node["params"] as SyntaxNode[]).every(({ type }) => type === "Identifier");
    const bodyScope: Scope = isSimple
      ? scope
      : { parent: scope, kind: "function", names: new Set(), fixed: new Set(), node };
    const innermost: WalkState = isSimple ? inner : { ...inner, scope: bodyScope, functionScope: bodyScope };
    for (const statement of body["body"] as SyntaxNode[]) visit(statement, body, "body", innermost);
  };

  const declareFunction = (node: SyntaxNode, parent: SyntaxNode, field: string, state: WalkState): void => {
    declare(node["id"], state.scope, state);
    const atFunctionTop = state.scope === state.functionScope;
    const bareBody =
      (field === "consequent" && parent.type === "IfStatement") ||
      field === "alternate" ||
      parent.type === "LabeledStatement";
    if (!state.strict && (!atFunctionTop || bareBody)) {
      scan.blockFunctions.push({ node, parent, functionScope: state.functionScope, blockScope: state.scope });
    }
  };

  const visitTarget = (
    node: SyntaxNode,
    parent: SyntaxNode,
    field: string,
    state: WalkState,
    shorthand = false,
  ): void => {
    switch (node.type) {
      case "Identifier":
        refer(node, parent, field, state, "write", shorthand);
        return;
      case "ObjectPattern":
        for (const property of node["properties"] as SyntaxNode[]) {
          if (property.type === "RestElement") visitTarget(property["argument"], property, "argument", state);
          else {
            if (property["computed"] || property["key"].type === "Literal")
              visit(property["key"], property, "key", state);
            visitTarget(property["value"], property, "value", state, property["shorthand"]);
          }
        }
        return;
      case "ArrayPattern":
        for (const element of node["elements"] as (SyntaxNode | null)[]) {
          if (element) visitTarget(element, node, "elements", state);
        }
        return;
      case "AssignmentPattern":
        visitTarget(node["left"], node, "left", state, shorthand);
        visit(node["right"], node, "right", state);
        return;
      case "RestElement":
        visitTarget(node["argument"], node, "argument", state);
        return;
      default:
        visit(node, parent, field, state);
    }
  };

  let newCalleeStart = -1;
  let statementStart = -1;

  const refer = (
    node: SyntaxNode,
    parent: SyntaxNode,
    field: string,
    state: WalkState,
    use: ReferenceUse,
    shorthand = false,
    assigned?: SyntaxNode,
  ): void => {
    const name: string = node["name"];
    noteIdentifier(node, state.strict, shorthand);
    if (name === "arguments" && state.sloppy !== undefined && state.scope.kind !== "top") {
      if (
        parent.type === "MemberExpression" &&
        field === "object" &&
        !parent["computed"] &&
        parent["property"].name === "callee"
      ) {
        state.sloppy.calleeNodes.push(parent);
      } else {
        state.sloppy.argumentsNodes.push(node);
        if (use === "write") state.sloppy.assignsArguments = true;
      }
    }
    if (options.withoutReferences === true) return;
    scan.references.push({
      name,
      node,
      scope: state.scope,
      use,
      strict: state.strict,
      shorthand,
      inNewCallee: node.start === newCalleeStart,
      startsStatement: node.start === statementStart,
      assigned,
    });
  };

  const noteAddedCall = (call: SyntaxNode): void => {
    const callee: SyntaxNode = call["callee"];
    if (
      callee.type !== "MemberExpression" ||
      callee["computed"] ||
      callee["object"].type === "Super" ||
      callee["property"].type !== "Identifier"
    )
      return;
    if (scan.added.has(callee["property"].name) && !isInChain(call)) scan.addedCalls.push(callee);
  };

  const noteDelicateTarget = (member: SyntaxNode, { strict, scope }: WalkState): void => {
    if (member.type !== "MemberExpression" || member["object"].type === "Super") return;
    const property: SyntaxNode = member["property"];
    if (property.type === "PrivateIdentifier") return;
    if (member["computed"] && property.type !== "Literal") {
      const symbol = wellKnownSymbolOf(property);
      if (symbol !== undefined) scan.delicateTargets.push({ member, key: { symbol }, strict, scope });
      else if (MAY_NAME_ANYTHING.has(property.type) || isWrittenInParts(property))
        scan.delicateTargets.push({ member, key: { computed: property }, strict, scope });
      return;
    }
    const name: unknown = member["computed"] ? property["value"] : property["name"];
    if (typeof name !== "string") return;
    const isLength = strict && name === "length" && options.inheritsArrays?.() === true;
    if (
      isInheritedAsData(name) ||
      isLength ||
      (!strict && (SILENT_WHEN_SLOPPY.has(name) || isIntrinsic(member["object"])))
    ) {
      scan.delicateTargets.push({ member, key: { name }, strict, scope });
    } else if (
      isMethodOfIntrinsic(member["object"]) ||
      (strict && isModuleExports(member["object"]) && options.exportsGlobal?.())
    ) {
      // Polyfills dress up what they have put there, which was not put there, or export what was there before: nothing to fail about.
      scan.delicateTargets.push({ member, key: { name }, strict: false, scope });
    } else if (strict && (isIntrinsic(member["object"]) || SETTINGS_OF_INTRINSICS.has(name))) {
      scan.delicateTargets.push({ member, key: { name }, strict, scope, replaces: true });
    }
  };

  /** `with (o) { var x = 1 }` writes to `o` if that has the property. */
  const noteVariablesInWith = (node: SyntaxNode, state: WalkState): void => {
    const withValues = (node["declarations"] as SyntaxNode[]).filter(({ init }) => init);
    if (withValues.length === 0) return;
    for (const { id, init } of withValues as unknown as Record<"id" | "init", SyntaxNode>[]) {
      if (id.type !== "Identifier") throw new SyntaxError("a pattern of variables inside a with statement");
      refer(id, node, "id", state, "write", false, init);
    }
    let { scope } = state;
    while (scope.kind !== "with") scope = scope.parent!;
    scan.withStatements.find((one) => one.scope === scope)!.declarations.push(node);
  };

  const visit = (node: SyntaxNode, parent: SyntaxNode, field: string, state: WalkState): void => {
    switch (node.type) {
      case "Identifier": {
        if (isNameOnly(parent, field)) return;
        const isCallee =
          (parent.type === "CallExpression" && field === "callee") ||
          (parent.type === "TaggedTemplateExpression" && field === "tag");
        refer(node, parent, field, state, isCallee ? "call" : "read");
        return;
      }
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        visitFunction(node, parent, field, state);
        return;
      case "ClassDeclaration":
      case "ClassExpression": {
        const strictState = { ...state, strict: true };
        if (node.type === "ClassDeclaration" && node["id"]) {
          declare(node["id"], state.scope, strictState);
          state.scope.fixed?.add(node["id"].name);
        }
        const inner = blockScope(strictState);
        if (node["id"]) declare(node["id"], inner.scope, inner);
        if (node["superClass"]) visit(node["superClass"], node, "superClass", inner);
        visit(node["body"], node, "body", inner);
        return;
      }
      case "PropertyDefinition":
      case "StaticBlock": {
        if (node.type === "PropertyDefinition" && (node["computed"] || node["key"].type === "Literal"))
          visit(node["key"], node, "key", state);
        const scope: Scope = { parent: state.scope, kind: "function", names: new Set(["arguments"]), node };
        const inner: WalkState = { scope, functionScope: scope, strict: true, sloppy: undefined, inFunction: true };
        if (node.type === "StaticBlock") {
          for (const statement of node["body"] as SyntaxNode[]) visit(statement, node, "body", inner);
        } else if (node["value"]) visit(node["value"], node, "value", inner);
        return;
      }
      case "Property":
        if (node["shorthand"]) {
          refer(node["value"], node, "value", state, "read", true);
          return;
        }
        break;
      case "ThisExpression":
        state.sloppy?.thisNodes.push(node);
        return;
      case "BlockStatement":
      case "SwitchStatement":
      case "ForStatement": {
        const inner = blockScope(state);
        if (node.type === "SwitchStatement") {
          visit(node["discriminant"], node, "discriminant", state);
          for (const each of node["cases"] as SyntaxNode[]) visit(each, node, "cases", inner);
        } else visitChildren(node, inner);
        return;
      }
      case "ForInStatement":
      case "ForOfStatement": {
        if (node["await"] && !state.inFunction) scan.hasTopLevelAwait = true;
        const inner = blockScope(state);
        if (node["left"].type === "VariableDeclaration") visit(node["left"], node, "left", inner);
        else visitTarget(node["left"], node, "left", inner);
        visit(node["right"], node, "right", inner);
        visit(node["body"], node, "body", inner);
        return;
      }
      case "CatchClause": {
        const inner = blockScope(state);
        if (node["param"]) declare(node["param"], inner.scope, inner);
        // HAZARD: the block's own names are not seen by expressions in the parameter's pattern.
        visitChildren(node["body"], blockScope(inner));
        return;
      }
      case "VariableDeclaration": {
        const target = node["kind"] === "var" ? state.functionScope : state.scope;
        if (!DECLARATION_KINDS.has(node["kind"])) {
          throw new SyntaxError(`syntax that moat does not know: ${String(node["kind"])} declaration`);
        }
        if (node["kind"] === "await using" && !state.inFunction) scan.hasTopLevelAwait = true;
        for (const declarator of node["declarations"] as SyntaxNode[]) {
          declare(declarator["id"], target, state);
          if (node["kind"] !== "var" && declarator["id"].type === "Identifier")
            target.fixed?.add(declarator["id"].name);
          if (declarator["init"]) visit(declarator["init"], declarator, "init", state);
        }
        if (node["kind"] === "var" && insideWith(state.scope)) noteVariablesInWith(node, state);
        return;
      }
      case "AssignmentExpression":
        noteDelicateTarget(node["left"], state);
        if (node["operator"] === "=" && node["left"].type === "Identifier")
          refer(node["left"], node, "left", state, "write", false, node["right"]);
        else visitTarget(node["left"], node, "left", state);
        visit(node["right"], node, "right", state);
        return;
      case "UpdateExpression":
        if (node["argument"].type === "Identifier")
          scan.counters.push({ name: node["argument"].name, scope: state.scope });
        noteDelicateTarget(node["argument"], state);
        visitTarget(node["argument"], node, "argument", state);
        return;
      case "UnaryExpression":
        if (node["operator"] === "typeof" && node["argument"].type === "Identifier") {
          refer(node["argument"], node, "argument", state, "typeof");
          return;
        }
        if (node["operator"] === "delete" && node["argument"].type === "Identifier") {
          scan.sloppyDeletes.push(node);
          refer(node["argument"], node, "argument", state, "delete");
          return;
        }
        if (node["operator"] === "delete" && !state.strict && !insideWith(state.scope)) scan.memberDeletes.push(node);
        break;
      case "CallExpression":
        if (scan.added.size > 0) noteAddedCall(node);
        if (node["callee"].type === "Identifier" && node["callee"].name === "eval")
          scan.directEvals.push({ node, scope: state.scope, strict: state.strict });
        break;
      case "MemberExpression": {
        const literal = emptyFunctionOf(node);
        if (literal !== undefined) scan.emptyFunctions.push(literal);
        break;
      }
      case "NewExpression": {
        const outer = newCalleeStart;
        newCalleeStart = node["callee"].start;
        visit(node["callee"], node, "callee", state);
        newCalleeStart = outer;
        for (const argument of node["arguments"] as SyntaxNode[]) visit(argument, node, "arguments", state);
        return;
      }
      case "ExpressionStatement":
        if (!state.inFunction) scan.statements.push(node);
        if (!state.strict && node["directive"] === undefined && !insideWith(state.scope))
          scan.sloppyStatements.push(node);
        if (
          parent.type === "Program" ||
          parent.type === "BlockStatement" ||
          parent.type === "SwitchCase" ||
          parent.type === "StaticBlock"
        ) {
          statementStart = node.start;
        }
        break;
      case "WithStatement": {
        visit(node["object"], node, "object", state);
        const scope: Scope = { parent: state.scope, kind: "with", names: new Set(), node };
        scan.withStatements.push({ node, scope, declarations: [] });
        visit(node["body"], node, "body", { ...state, scope });
        return;
      }
      case "Literal":
        if (typeof node["value"] === "number" && /^0\d/.test(node["raw"])) scan.legacyOctals.push(node);
        else if (!state.strict && typeof node["value"] === "string" && hasLegacyEscape(node["raw"]))
          scan.legacyOctals.push(node);
        else if (typeof node["value"] === "string" && namesItsSource(node["raw"])) scan.namingStrings.push(node);
        return;
      case "TemplateLiteral":
        // A function that is called with a template sees how it is written.
        if (parent.type !== "TaggedTemplateExpression" || field !== "quasi")
          for (const part of node["quasis"] as SyntaxNode[])
            if (namesItsSource(part["value"].raw)) scan.namingStrings.push(part);
        break;
      case "ImportExpression":
        scan.dynamicImports.push(node);
        break;
      case "MetaProperty":
        if (node["meta"].name === "import") scan.importMetas.push(node);
        return;
      case "AwaitExpression":
        if (!state.inFunction) scan.hasTopLevelAwait = true;
        break;
      case "ImportDeclaration":
      case "ExportAllDeclaration":
        scan.moduleItems.push(node);
        return;
      case "ExportNamedDeclaration":
        scan.moduleItems.push(node);
        if (node["declaration"]) visit(node["declaration"], node, "declaration", state);
        else if (!node["source"]) {
          for (const each of node["specifiers"] as SyntaxNode[]) noteIdentifierOf(each["local"]);
        }
        return;
      case "ExportDefaultDeclaration":
        scan.moduleItems.push(node);
        visit(node["declaration"], node, "declaration", state);
        return;
    }
    visitChildren(node, state);
  };

  const noteIdentifierOf = (node: SyntaxNode): void => {
    if (node.type === "Identifier") noteIdentifier(node, true, false);
  };

  const initial: WalkState = {
    scope: top,
    functionScope: top,
    strict: strictTop,
    sloppy: undefined,
    inFunction: false,
  };
  for (const statement of program["body"] as SyntaxNode[]) visit(statement, program, "body", initial);
  const hoisted = hoistedFunctions(scan);
  const isHoisted = new Set(hoisted);
  scan.replacedFunctions.push(...replacedFunctions(scan.blockFunctions.filter((each) => !isHoisted.has(each))));
  scan.blockFunctions.splice(0, Infinity, ...hoisted);
  return scan;
}

/**
 * Sloppy code sees a function that is declared in a block outside of that block
 * too. Where something does look at it from there, it becomes a variable of the
 * function around: see `rewriteBlockFunction`.
 * @see https://tc39.es/ecma262/#sec-block-level-function-declarations-web-legacy-compatibility-semantics
 */
function hoistedFunctions(scan: Scan): Scan["blockFunctions"] {
  if (scan.blockFunctions.length === 0) return [];
  const wanted = new Set(scan.blockFunctions.map(({ node }) => node["id"].name as string));
  const scopesOf = new Map<string, Set<Scope>>();
  for (const { name, scope } of scan.references) {
    if (!wanted.has(name)) continue;
    const scopes = scopesOf.get(name);
    if (scopes === undefined) scopesOf.set(name, new Set([scope]));
    else scopes.add(scope);
  }
  const hoisted = scan.blockFunctions.filter(({ node, parent, functionScope, blockScope }) => {
    const name: string = node["id"].name;
    if (parent.type === "IfStatement" || parent.type === "LabeledStatement") return true;
    for (let scope = blockScope.parent; scope !== undefined && scope !== functionScope; scope = scope.parent) {
      if (scope.names.has(name)) return false;
    }
    if (functionScope.fixed?.has(name)) return false;
    for (const scope of scopesOf.get(name) ?? [])
      if (!isWithin(scope, blockScope) && isWithin(scope, functionScope)) return true;
    return false;
  });
  for (const { node, functionScope, blockScope } of hoisted) {
    blockScope.names.delete(node["id"].name);
    functionScope.names.add(node["id"].name);
  }
  return hoisted;
}

/** All but the last one of each name in each block. */
function replacedFunctions(functions: Scan["blockFunctions"]): SyntaxNode[] {
  const replaced: SyntaxNode[] = [];
  const last = new Map<Scope, Map<string, SyntaxNode>>();
  for (const { node, blockScope } of functions) {
    let names = last.get(blockScope);
    if (names === undefined) last.set(blockScope, (names = new Map()));
    const name: string = node["id"].name;
    const earlier = names.get(name);
    // Of generators and asynchronous functions, sloppy code allows no two either.
    if (earlier !== undefined && !earlier["async"] && !earlier["generator"]) replaced.push(earlier);
    names.set(name, node);
  }
  return replaced;
}

function isWithin(scope: Scope, outer: Scope): boolean {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at === outer) return true;
  return false;
}

function insideWith(scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at && at.kind !== "function"; at = at.parent) {
    if (at.kind === "with") return true;
  }
  return false;
}

function hasLegacyEscape(raw: string): boolean {
  return /\\(?:[1-9]|0\d)/.test(raw.replace(/\\\\/g, ""));
}

/** Where a name is declared as seen from a scope: that scope, the nearest `with` before it, or undefined when free. */
export function resolveName(name: string, from: Scope): Scope | undefined {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    if (scope.kind === "with" || scope.names.has(name)) return scope;
  }
  return undefined;
}
