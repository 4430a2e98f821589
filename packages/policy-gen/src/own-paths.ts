import { constantText, lastNameOf } from "./constant.ts";
import type { IsConstant } from "./constant.ts";
import { lookUp } from "./scope.ts";
import type { SyntaxNode } from "./scope.ts";
import { SYSTEM_PATHS } from "./tables/system-paths.ts";

/** The path relative to the file's own folder, where an expression spells one. */
export function ownPath(node: SyntaxNode, isConstant: IsConstant, depth = 0): string | undefined {
  if (depth > 4) return undefined;
  if (node.type === "CallExpression" || node.type === "NewExpression") {
    const parts = node["arguments"] as SyntaxNode[];
    const [first, ...rest] = parts;
    if (first === undefined) return undefined;
    // `new URL("x.js", import.meta.url)` needs no `./`.
    const text =
      lastNameOf(node["callee"]) === "URL" && isOwnFile(rest[0]) ? constantText(first, isConstant) : undefined;
    if (text?.complete && /^[^/.:]+(?:[/.][^:]*)?$/.test(text.text)) return `./${text.text}`;
    const start = rest.length === 0 ? undefined : folderText(first, isConstant, depth + 1);
    if (start !== undefined) {
      const texts = rest.map((part) => constantText(part, isConstant));
      return texts.every((text) => text?.complete) ? [start, ...texts.map((text) => text!.text)].join("/") : undefined;
    }
    return ownPath(first, isConstant, depth + 1);
  }
  if (node.type === "BinaryExpression" || node.type === "TemplateLiteral") {
    const [head, tail] =
      node.type === "BinaryExpression"
        ? [node["left"], constantText(node["right"], isConstant)?.text]
        : [node["expressions"][0], node["quasis"][1]?.value.cooked];
    const start = head && folderText(head, isConstant, depth + 1);
    return start !== undefined && typeof tail === "string" ? `${start}${tail}` : undefined;
  }
  const text = constantText(node, isConstant);
  return text?.complete && /^\.\.?\//.test(text.text) ? text.text : undefined;
}

/** What `__dirname + "/a"`, `import.meta.url + "/../a"` and variables that hold such begin a path with. */
function folderText(node: SyntaxNode, isConstant: IsConstant, depth: number): string | undefined {
  if (depth > 6) return undefined;
  switch (node.type) {
    case "BinaryExpression":
      return ownPath(node, isConstant, depth);
    case "MemberExpression":
      if (node["object"].type !== "MetaProperty") return undefined;
      if (node["property"].name === "dirname") return ".";
      return isOwnFile(node) ? "./_" : undefined;
    case "CallExpression":
      return lastNameOf(node["callee"]) === "dirname" && isOwnFile(node["arguments"][0]) ? "." : undefined;
    case "Identifier": {
      if (node["name"] === "__dirname") return ".";
      const binding = lookUp(node);
      if (binding?.init === undefined || binding.kind === "function" || !isConstant(binding)) return undefined;
      return folderText(binding.init, isConstant, depth + 1);
    }
    default:
      return undefined;
  }
}

/** `__filename`, `import.meta.url`, `fileURLToPath(import.meta.url)`. */
function isOwnFile(node: SyntaxNode | undefined): boolean {
  if (node?.type === "Identifier") return node["name"] === "__filename";
  if (node?.type === "MemberExpression")
    return node["object"].type === "MetaProperty" && /^(?:url|filename)$/.test(node["property"].name);
  return (
    node?.type === "CallExpression" && lastNameOf(node["callee"]) === "fileURLToPath" && isOwnFile(node["arguments"][0])
  );
}

/**
 * The path of a file or folder of the package's own, relative to the file's folder, as far as
 * it is spelled: `../views/` of `path.join(__dirname, "../views", name)`. Undefined where it may
 * be another: a path that begins elsewhere, or whose unknown part could lead up or be absolute.
 */
export function ownPlace(node: SyntaxNode, isConstant: IsConstant, depth = 0): string | undefined {
  if (depth > 4) return undefined;
  switch (node.type) {
    case "Identifier": {
      if (node["name"] === "__dirname") return ".";
      if (node["name"] === "__filename") return "./_";
      const binding = lookUp(node);
      if (binding?.init === undefined || binding.kind === "function" || !isConstant(binding)) return undefined;
      return ownPlace(binding.init, isConstant, depth + 1);
    }
    case "MemberExpression":
      return folderText(node, isConstant, depth);
    case "TemplateLiteral":
    case "BinaryExpression":
      return spelledPlace(node, isConstant, depth);
    case "CallExpression":
    case "NewExpression":
      return calledPlace(node, isConstant, depth);
    default:
      return undefined;
  }
}

/** `__dirname + "/a/" + name`, `${__dirname}/a`. */
function spelledPlace(node: SyntaxNode, isConstant: IsConstant, depth: number): string | undefined {
  if (node.type === "BinaryExpression") {
    if (node["operator"] !== "+") return undefined;
    const start = ownPlace(node["left"], isConstant, depth + 1);
    return start === undefined ? undefined : continued(start, [node["right"]], "", isConstant);
  }
  const [first, ...rest] = node["expressions"] as SyntaxNode[];
  const [before, ...between] = node["quasis"] as SyntaxNode[];
  const start =
    before!["value"].cooked === "" && first !== undefined ? ownPlace(first, isConstant, depth + 1) : undefined;
  if (start === undefined) return undefined;
  const parts = between.flatMap((quasi, index) => [quasi, ...rest.slice(index, index + 1)]);
  return continued(start, parts, "", isConstant);
}

function calledPlace(node: SyntaxNode, isConstant: IsConstant, depth: number): string | undefined {
  const name = lastNameOf(node["callee"]);
  const [first, ...rest] = node["arguments"] as SyntaxNode[];
  if (first === undefined) return undefined;
  switch (name) {
    case "dirname":
      if (rest.length > 0) return undefined;
      if (isOwnFile(first)) return ".";
      return continuedUp(ownPlace(first, isConstant, depth + 1));
    case "normalize":
    case "fileURLToPath":
      if (rest.length > 0) return undefined;
      return name === "fileURLToPath" && isOwnFile(node) ? "./_" : ownPlace(first, isConstant, depth + 1);
    case "URL": {
      const text = rest.length === 1 && isOwnFile(rest[0]) ? constantText(first, isConstant) : undefined;
      // A text with a scheme, or from the root, is another place.
      if (text === undefined || /^[/\\]|^[^/.]*:/.test(text.text)) return undefined;
      return text.complete || leadsDown(text.text) ? text.text : undefined;
    }
    case "join":
    case "resolve": {
      const start = ownPlace(first, isConstant, depth + 1);
      if (start === undefined) return undefined;
      // What follows may be absolute, which `resolve` begins anew with.
      const isKnown = (part: SyntaxNode): boolean => {
        const text = constantText(part, isConstant);
        return text?.complete === true && !/^(?:[/\\]|[A-Za-z]:)/.test(text.text);
      };
      return name === "join" || rest.every(isKnown) ? continued(start, rest, "/", isConstant) : undefined;
    }
    default:
      return undefined;
  }
}

const continuedUp = (path: string | undefined): string | undefined => (path === undefined ? undefined : `${path}/..`);

/** A path that goes on: known parts are added up to the first that is not, before which it has to have gone down. */
function continued(
  start: string,
  parts: readonly SyntaxNode[],
  separator: string,
  isConstant: IsConstant,
): string | undefined {
  let path = start;
  for (const part of parts) {
    const text: { text: string; complete: boolean } | undefined =
      part.type === "TemplateElement"
        ? { text: String(part["value"].cooked ?? ""), complete: true }
        : constantText(part, isConstant);
    path += separator + (text?.text ?? "");
    if (text?.complete !== true) return leadsDown(path) ? path : undefined;
  }
  return path;
}

/** Whether the folder that it ends in is a named one: what is not known is looked for in there. */
function leadsDown(path: string): boolean {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const segments = folder.split("/").filter((segment) => segment !== "" && segment !== ".");
  return segments.length > 0 && segments.at(-1) !== "..";
}

/** How many folders above the file's own one a path leads on its way. */
export function levelsAbove(path: string): number {
  let level = 0;
  let highest = 0;
  for (const segment of path.split(/[/\\]/)) {
    if (segment === "..") highest = Math.max(highest, (level += 1));
    else if (segment !== "" && segment !== ".") level -= 1;
  }
  return highest;
}

/** A place of the system's, spelled: `/proc/version`. */
export function isSystemPath(node: SyntaxNode, isConstant: IsConstant): boolean {
  const text = constantText(node, isConstant);
  return text !== undefined && !/(?:^|\/)\.\.(?:\/|$)/.test(text.text) && SYSTEM_PATHS.test(text.text);
}
