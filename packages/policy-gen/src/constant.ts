import { symbolShare } from "@moat/core/model";
import { lookUp } from "./scope.ts";
import type { Binding, SyntaxNode } from "./scope.ts";

/** A text that is known in full, or only where it begins. */
export interface ConstantText {
  readonly text: string;
  readonly complete: boolean;
  /** What follows the unknown part, where that is known: `.js` of `./locale/${x}.js`. */
  readonly suffix?: string;
}

export type IsConstant = (binding: Binding) => boolean;

/** The constant text that an expression evaluates to, as far as can be seen. */
export function constantText(
  node: SyntaxNode | undefined | null,
  isConstant: IsConstant,
  depth = 0,
): ConstantText | undefined {
  if (node === undefined || node === null || depth > 20) return undefined;
  switch (node.type) {
    case "Literal":
      return typeof node["value"] === "string" || typeof node["value"] === "number"
        ? { text: String(node["value"]), complete: true }
        : undefined;
    case "TemplateLiteral": {
      const parts: (ConstantText | undefined)[] = [];
      (node["quasis"] as SyntaxNode[]).forEach((quasi, index) => {
        parts.push({ text: quasi["value"].cooked ?? "", complete: true });
        const expression = node["expressions"][index];
        if (expression) parts.push(constantText(expression, isConstant, depth + 1));
      });
      return join(parts);
    }
    case "TaggedTemplateExpression": {
      // `require(String.raw`util`)`, as wasm-bindgen writes it.
      const { tag, quasi } = node as unknown as Record<"tag" | "quasi", SyntaxNode>;
      const isRaw =
        tag.type === "MemberExpression" && tag["object"].name === "String" && tag["property"].name === "raw";
      const [only, ...others] = quasi["quasis"] as SyntaxNode[];
      return isRaw && others.length === 0 ? { text: String(only!["value"].raw), complete: true } : undefined;
    }
    case "BinaryExpression":
      if (node["operator"] !== "+") return undefined;
      return join([
        constantText(node["left"], isConstant, depth + 1),
        constantText(node["right"], isConstant, depth + 1),
      ]);
    case "Identifier": {
      const binding = lookUp(node);
      if (binding?.init === undefined || binding.kind === "function" || !isConstant(binding)) return undefined;
      return constantText(binding.init, isConstant, depth + 1);
    }
    case "CallExpression": {
      // ["fs"].join(""), "x".concat("y"), String("fs")
      const callee: SyntaxNode = node["callee"];
      if (callee.type !== "MemberExpression" || callee["computed"]) return undefined;
      const args = node["arguments"] as SyntaxNode[];
      if (callee["property"].name === "concat") {
        const base = constantText(callee["object"], isConstant, depth + 1);
        return base && join([base, ...args.map((arg) => constantText(arg, isConstant, depth + 1))]);
      }
      if (callee["property"].name === "join" && callee["object"].type === "ArrayExpression") {
        const separator = args.length === 0 ? "," : constantText(args[0], isConstant, depth + 1)?.text;
        const elements = (callee["object"].elements as SyntaxNode[]).map((one) =>
          constantText(one, isConstant, depth + 1),
        );
        if (separator === undefined || elements.some((one) => !one?.complete)) return undefined;
        return { text: elements.map((one) => one!.text).join(separator), complete: true };
      }
      return undefined;
    }
    case "SequenceExpression":
      return constantText(node["expressions"].at(-1), isConstant, depth + 1);
    case "ParenthesizedExpression":
    case "ChainExpression":
      return constantText(node["expression"], isConstant, depth + 1);
    default:
      return undefined;
  }
}

function join(parts: readonly (ConstantText | undefined)[]): ConstantText | undefined {
  let text = "";
  let suffix = "";
  let complete = true;
  for (const part of parts) {
    if (complete && part !== undefined) text += part.text;
    else if (!complete && part?.complete) suffix += part.text;
    if (!part?.complete) {
      complete = false;
      suffix = part?.suffix ?? "";
    }
  }
  if (complete) return { text, complete };
  return text === "" && suffix === "" ? undefined : { text, complete, suffix };
}

/** The share that names the registered symbol which an expression evaluates to: `Symbol.for(x)`. */
export function registeredSymbol(
  node: SyntaxNode | undefined | null,
  isConstant: IsConstant,
  depth = 0,
): string | undefined {
  if (node === undefined || node === null || depth > 20) return undefined;
  if (node.type === "Identifier") {
    const binding = lookUp(node);
    if (binding?.init === undefined || binding.kind === "function" || !isConstant(binding)) return undefined;
    return registeredSymbol(binding.init, isConstant, depth + 1);
  }
  if (node.type === "ParenthesizedExpression") return registeredSymbol(node["expression"], isConstant, depth + 1);
  const callee: SyntaxNode | undefined = node.type === "CallExpression" ? node["callee"] : undefined;
  if (callee?.type !== "MemberExpression" || callee["computed"] || callee["property"].name !== "for") return undefined;
  const { object } = callee as { object?: SyntaxNode };
  if (object?.type !== "Identifier" || object["name"] !== "Symbol" || lookUp(object) !== undefined) return undefined;
  const key = constantText(node["arguments"][0], isConstant, depth + 1);
  return key?.complete ? symbolShare(key.text) : undefined;
}

/** The key of a member expression, property or pattern property; undefined where it is computed. */
export function keyOf(node: SyntaxNode, isConstant: IsConstant): string | undefined {
  const key: SyntaxNode = node.type === "MemberExpression" ? node["property"] : node["key"];
  if (!node["computed"]) {
    if (key.type === "Identifier") return key["name"];
    if (key.type === "Literal") return String(key["value"]);
    return undefined;
  }
  const text = constantText(key, isConstant);
  return text?.complete ? text.text : undefined;
}

/** The last name of an expression: `b` of `a.b`, `(0, a.b)`; empty where it is computed. */
export function lastNameOf(node: SyntaxNode): string {
  if (node.type === "Identifier") return node["name"];
  if (node.type === "MemberExpression") return node["computed"] ? "" : (node["property"].name ?? "");
  if (node.type === "SequenceExpression") return lastNameOf(node["expressions"].at(-1));
  if (node.type === "ParenthesizedExpression") return lastNameOf(node["expression"]);
  return "";
}
