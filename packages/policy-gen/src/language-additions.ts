import { extensibleGlobals } from "@moat/core/model";
import { constantText, keyOf } from "./constant.ts";
import type { IsConstant } from "./constant.ts";
import { keysOf } from "./listed-keys.ts";
import { lookUp } from "./scope.ts";
import type { Binding, SyntaxNode } from "./scope.ts";
import type { Walked } from "./scope-walk.ts";

/** What a file adds to the language: `String.prototype.red`, or `String.prototype.*` where the name can't be seen. */
export interface SeenAddition {
  readonly share: string;
  readonly node: SyntaxNode;
}

/** What puts a test double in the place of a method: `jest.spyOn(Date, "now")`, `sinon.stub`, `mock.method`. */
const DOUBLING: ReadonlySet<unknown> = new Set(["spyOn", "stub", "spy", "replace", "method"]);
const MOST_ALIASES = 20;
/** How many functions a name may go through as an argument. */
const MOST_CALLS_DEEP = 2;

export interface AdditionSearch {
  readonly found: readonly SeenAddition[];
  /** @param node evaluates to what `holder` names: `http.IncomingMessage` */
  follow(node: SyntaxNode, holder: string): void;
}

/** Assignments and definitions on the language's constructors and prototypes, and on those of Node's that `follow` is told of. */
export function searchAdditions({ references }: Walked): AdditionSearch {
  const found: SeenAddition[] = [];
  const isConstant: IsConstant = ({ kind, redeclared }) => kind === "const" && !redeclared;
  const seen = new Set<Binding>();

  const add = (holder: string, name: string | undefined, node: SyntaxNode): void => {
    found.push({ share: `${holder}.${name ?? "*"}`, node });
  };
  const addAll = (holder: string, key: SyntaxNode | undefined, node: SyntaxNode): void => {
    for (const name of namesOf(key, 0)) add(holder, name, node);
  };
  const follow = (node: SyntaxNode, holder: string): void => {
    const { parent } = node;
    switch (parent?.type) {
      case "MemberExpression":
        if (parent["object"] === node) followMember(parent, holder);
        return;
      case "LogicalExpression":
      case "ConditionalExpression":
      case "ParenthesizedExpression":
        follow(parent, holder);
        return;
      case "VariableDeclarator":
        if (parent["init"] === node && parent["id"].type === "Identifier") followVariable(parent["id"], holder);
        return;
      case "AssignmentExpression":
        if (parent["right"] === node && parent["left"].type === "Identifier") followVariable(parent["left"], holder);
        return;
      case "CallExpression":
        followArgument(parent, (parent["arguments"] as SyntaxNode[]).indexOf(node), holder);
    }
  };
  const followMember = (member: SyntaxNode, holder: string): void => {
    const name = keyOf(member, isConstant);
    const { parent } = member;
    if (name === "prototype" && !holder.endsWith(".prototype")) follow(member, `${holder}.prototype`);
    else if (parent?.type === "AssignmentExpression" && parent["left"] === member) {
      if (name === undefined && member["computed"]) addAll(holder, member["property"], parent);
      else add(holder, name, parent);
    } else if (
      parent?.type === "CallExpression" &&
      parent["callee"] === member &&
      /^__define[GS]etter__$/.test(name ?? "")
    )
      addAll(holder, parent["arguments"][0], parent);
  };
  const followVariable = (identifier: SyntaxNode, holder: string): void => {
    const ofName = references.get(identifier["name"]) ?? [];
    const binding = lookUp(identifier) ?? ofName.map(lookUp).find((one) => one?.node === identifier);
    if (binding === undefined || seen.has(binding) || seen.size > MOST_ALIASES) return;
    seen.add(binding);
    for (const reference of ofName) if (lookUp(reference) === binding) follow(reference, holder);
  };
  const followArgument = (call: SyntaxNode, index: number, holder: string): void => {
    const args = call["arguments"] as SyntaxNode[];
    const callee: SyntaxNode = call["callee"];
    const called = callee.type === "MemberExpression" ? keyOf(callee, isConstant) : callee["name"];
    if (index === 0 && (called === "assign" || called === "defineProperties")) {
      for (const source of args.slice(1)) addKeys(source, holder);
      return;
    }
    // `Object.defineProperty(proto, name, …)`, and a function of the file's own that does it.
    const isDefinition = index === 0 && called === "defineProperty";
    const replaced = index === 0 && DOUBLING.has(called) ? textOf(args[1]) : undefined;
    if (replaced !== undefined) {
      add(holder, replaced, call);
      return;
    }
    if (!isDefinition && !holder.endsWith(".prototype")) {
      // `patch(http.ServerResponse)`
      if (holder.includes(".") && index === 0) add(`${holder}.prototype`, undefined, call);
      return;
    }
    if (isDefinition) addAll(holder, args[1], call);
    else if (index !== -1 && args.length >= index + 3) {
      const name = textOf(args[index + 1]);
      if (name !== undefined) add(holder, name, call);
    }
  };
  const addKeys = (source: SyntaxNode, holder: string): void => {
    if (source.type !== "ObjectExpression") add(holder, undefined, source);
    else
      for (const property of source["properties"] as SyntaxNode[])
        add(holder, property.type === "Property" ? keyOf(property, isConstant) : undefined, property);
  };
  const textOf = (node: SyntaxNode | undefined): string | undefined => {
    const text = constantText(node, isConstant);
    return text?.complete ? text.text : undefined;
  };
  /**
   * Those that a key stands for: a text, each of a list, and what the file calls its own function with
   * (`polyfill("clone", f)`); `undefined` among them where one can't be seen.
   */
  const namesOf = (key: SyntaxNode | undefined, depth: number): readonly (string | undefined)[] => {
    if (key === undefined) return [undefined];
    const text = textOf(key);
    if (text !== undefined) return [text];
    const listed = keysOf(key, isConstant);
    if (listed.length > 0) return listed;
    const binding = key.type === "Identifier" ? lookUp(key) : undefined;
    if (binding?.kind !== "param" || depth === MOST_CALLS_DEEP) return [undefined];
    const fn = binding.scope.owner;
    const index = ((fn["params"] ?? []) as SyntaxNode[]).indexOf(binding.node);
    const named: SyntaxNode | undefined = fn.type === "FunctionDeclaration" ? fn["id"] : fn.parent?.["id"];
    if (index === -1 || named?.type !== "Identifier") return [undefined];
    const names = (references.get(named["name"]) ?? []).flatMap((reference) => {
      const call = reference.parent;
      const isCall = call?.type === "CallExpression" && call["callee"] === reference;
      return isCall && lookUp(reference)?.node === named ? namesOf(call["arguments"][index], depth + 1) : [];
    });
    return names.length === 0 ? [undefined] : names;
  };

  const holders = extensibleGlobals();
  for (const name of holders)
    for (const node of references.get(name) ?? []) if (lookUp(node) === undefined) follow(node, name);
  for (const name of ["global", "globalThis"]) {
    for (const node of references.get(name) ?? []) {
      const { parent } = node;
      if (parent?.type !== "MemberExpression" || parent["object"] !== node || lookUp(node) !== undefined) continue;
      const holder = keyOf(parent, isConstant);
      if (holder !== undefined && holders.includes(holder)) follow(parent, holder);
    }
  }
  return { found, follow };
}
