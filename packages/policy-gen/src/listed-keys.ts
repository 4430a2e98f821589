import { constantText, keyOf } from "./constant.ts";
import type { IsConstant } from "./constant.ts";
import { lookUp } from "./scope.ts";
import type { SyntaxNode } from "./scope.ts";

const MOST_KEYS = 64;
const DEEPEST = 4;
/** Methods of lists that call a function with an element first. */
const EACH: ReadonlySet<string | undefined> = new Set([
  "every",
  "filter",
  "find",
  "findLast",
  "flatMap",
  "forEach",
  "map",
  "some",
]);

/**
 * What a key can be that goes through a list of constants: `for (const key of ["A", "B"]) env[key]`,
 * `KEYS.map((key) => env[key])`, `env[KEYS[i]]`; or is one of two, `env[isWindows ? "A" : "B"]`. Nothing where that can't be seen.
 */
export function keysOf(key: SyntaxNode, isConstant: IsConstant): readonly string[] {
  const list = listBehind(key);
  const found = (list ? textsIn(list, isConstant, 0) : choicesIn(key, isConstant, 0)) ?? [];
  return found.length <= MOST_KEYS ? found : [];
}

function choicesIn(key: SyntaxNode, isConstant: IsConstant, depth: number): string[] | undefined {
  if (depth > DEEPEST) return undefined;
  switch (key.type) {
    case "ParenthesizedExpression":
      return choicesIn(key["expression"], isConstant, depth + 1);
    case "ConditionalExpression": {
      const [one, other] = [key["consequent"], key["alternate"]].map((branch) => {
        const text = constantText(branch, isConstant);
        return text?.complete ? [text.text] : choicesIn(branch, isConstant, depth + 1);
      });
      return one && other && [...one, ...other];
    }
    case "Identifier": {
      const binding = lookUp(key);
      return binding?.init !== undefined && isConstant(binding)
        ? choicesIn(binding.init, isConstant, depth + 1)
        : undefined;
    }
    default:
      return undefined;
  }
}

function listBehind(key: SyntaxNode): SyntaxNode | undefined {
  if (key.type === "MemberExpression") return key["computed"] ? key["object"] : undefined;
  const binding = key.type === "Identifier" ? lookUp(key) : undefined;
  const { parent } = binding?.node ?? {};
  if (binding?.kind === "param") {
    const call = parent?.parent;
    const callee: SyntaxNode | undefined = call?.["callee"];
    const isEach =
      parent?.["params"]?.[0] === binding.node &&
      call?.["arguments"]?.[0] === parent &&
      callee?.type === "MemberExpression";
    return isEach && EACH.has(keyOf(callee!, () => false)) ? callee!["object"] : undefined;
  }
  const loop = parent?.type === "VariableDeclarator" ? parent.parent?.parent : undefined;
  return loop?.type === "ForOfStatement" && loop["left"] === parent!.parent ? loop["right"] : undefined;
}

function textsIn(list: SyntaxNode, isConstant: IsConstant, depth: number): string[] | undefined {
  if (depth > DEEPEST) return undefined;
  switch (list.type) {
    case "ArrayExpression": {
      const found: string[] = [];
      for (const element of list["elements"] as (SyntaxNode | null)[]) {
        const text = constantText(element, isConstant);
        const texts =
          element?.type === "SpreadElement"
            ? textsIn(element["argument"], isConstant, depth + 1)
            : text?.complete
              ? [text.text]
              : undefined;
        if (texts === undefined) return undefined;
        found.push(...texts);
      }
      return found;
    }
    case "ConditionalExpression": {
      const [one, other] = [list["consequent"], list["alternate"]].map((branch) =>
        textsIn(branch, isConstant, depth + 1),
      );
      return one && other && [...one, ...other];
    }
    case "CallExpression":
    case "NewExpression": {
      // `Object.freeze([…])`, `new Set([…])`.
      const isKept =
        list["callee"].type === "Identifier"
          ? list["callee"].name === "Set"
          : keyOf(list["callee"], isConstant) === "freeze";
      return isKept && list["arguments"].length === 1
        ? textsIn(list["arguments"][0], isConstant, depth + 1)
        : undefined;
    }
    case "Identifier": {
      const binding = lookUp(list);
      return binding?.init !== undefined && isConstant(binding)
        ? textsIn(binding.init, isConstant, depth + 1)
        : undefined;
    }
    default:
      return undefined;
  }
}
