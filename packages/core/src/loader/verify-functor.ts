/**
 * The second, independent look at exactly the text that V8 will get. It knows
 * nothing of how the text was made: it parses the whole, demands the wrapper's
 * shape to the character, and refuses anything that could reach beyond the
 * parameters.
 */
import type { FunctorShape } from "./functor.ts";
import { parseGuest } from "./parse.ts";
import { resolveName, scanProgram } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";

/** The guest's text broke out of its wrapper, or keeps syntax that moat does not evaluate. */
function refuse(reason: string): never {
  throw new SyntaxError(`moat can't evaluate this text: ${reason}`);
}

/**
 * @param realGlobalNames names that the real global object has: none may be free.
 * @throws {SyntaxError} when the text is not a sound functor.
 */
export function verifyFunctor(
  text: string,
  parameters: readonly string[],
  shape: FunctorShape,
  realGlobalNames: ReadonlySet<string>,
): void {
  const { program, magicComments } = parseGuest(text, "script");
  const inner = wrappedFunction(program, text);
  if (inner === undefined) refuse("it does not stay inside its wrapper");
  if (parameterNames(inner.outer).join() !== parameters.join()) refuse("the wrapper's parameters differ");
  if (parameterNames(inner.node).join() !== shape.inner.join()) refuse("the module's parameters differ");
  if (inner.node["body"].body[0]?.directive !== "use strict") refuse("it is not strict");
  if (magicComments.length > 0) refuse("it names its own source");

  const scan = scanProgram(program, { strict: false, allowReserved: true });
  if (scan.dynamicImports.length > 0) refuse("import() is left");
  if (scan.importMetas.length > 0) refuse("import.meta is left");
  if (scan.withStatements.length > 0) refuse("with is left");
  if (scan.directEvals.length > 0) refuse("a direct eval is left");
  if (scan.moduleItems.length > 0) refuse("import or export is left");
  // The outer wrapper alone is sloppy: it holds nothing but the return statement.
  if (scan.sloppyFunctionCount() !== 1) refuse("a sloppy function is left");
  for (const { name, scope } of scan.references) {
    if (realGlobalNames.has(name) && resolveName(name, scope) === undefined) refuse(`${name} is free`);
  }
}

function wrappedFunction(program: SyntaxNode, text: string): { outer: SyntaxNode; node: SyntaxNode } | undefined {
  const [statement] = program["body"] as SyntaxNode[];
  const outer: SyntaxNode | undefined = statement?.["expression"];
  if (program["body"].length !== 1 || outer?.type !== "FunctionExpression") return undefined;
  if (text[0] !== "(" || outer.start !== 1 || outer.end !== text.length - 1) return undefined;
  const [only, ...others] = outer["body"].body as SyntaxNode[];
  const node: SyntaxNode | undefined = only?.["argument"];
  if (others.length > 0 || only?.type !== "ReturnStatement" || node?.type !== "FunctionExpression") return undefined;
  return node.end === text.length - 2 ? { outer, node } : undefined;
}

function parameterNames(node: SyntaxNode): string[] {
  return (node["params"] as SyntaxNode[]).map((parameter) => parameter["name"] as string);
}
