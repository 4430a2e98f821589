/**
 * The second, independent look at exactly the text that V8 will get. It knows
 * nothing of how the text was made: it parses the whole, demands the wrapper's
 * shape to the character, and refuses anything that could reach beyond the
 * parameters.
 */
import type { FunctorShape } from "./functor.ts";
import { parseGuest } from "./parse.ts";
import { scanProgram } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";

/** The guest's text broke out of its wrapper, or keeps syntax that moat does not evaluate. */
function refuse(reason: string): never {
  throw new SyntaxError(`moat can't evaluate this text: ${reason}`);
}

/**
 * @param parameters names of all parameters of the outer function.
 * @param realGlobalNames names that the real global object has: all must be among them.
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

  const scan = scanProgram(program, { strict: false, allowReserved: true, withoutReferences: true });
  if (scan.dynamicImports.length > 0) refuse("import() is left");
  if (scan.importMetas.length > 0) refuse("import.meta is left");
  if (scan.withStatements.length > 0) refuse("with is left");
  if (scan.directEvals.length > 0) refuse("a direct eval is left");
  if (scan.moduleItems.length > 0) refuse("import or export is left");
  if (scan.sloppyFunctionCount() !== 0) refuse("a sloppy function is left");
  // Whatever the scopes: every such name is a parameter of the outermost function.
  const bound = new Set(parameters);
  for (const name of realGlobalNames) if (!bound.has(name)) refuse(`${name} is free`);
}

function wrappedFunction(program: SyntaxNode, text: string): { outer: SyntaxNode; node: SyntaxNode } | undefined {
  const [statement] = program["body"] as SyntaxNode[];
  const outer: SyntaxNode | undefined = statement?.["expression"];
  if (program["body"].length !== 1 || outer?.type !== "FunctionExpression") return undefined;
  if (text[0] !== "(" || outer.start !== 1 || outer.end !== text.length - 1) return undefined;
  const [directive, labeled, ...others] = outer["body"].body as SyntaxNode[];
  if (directive?.["directive"] !== "use strict" || labeled?.type !== "LabeledStatement" || others.length > 0) return undefined;
  const [only, leave, ...rest] = labeled["body"].body as SyntaxNode[];
  const node: SyntaxNode | undefined = only?.["argument"];
  if (only?.type !== "ReturnStatement" || node?.type !== "FunctionExpression") return undefined;
  if (leave?.type !== "BreakStatement" || rest.length > 0) return undefined;
  const label: string = labeled["label"].name;
  const tail = `;break ${label}}})`;
  return leave["label"].name === label && node.end === text.length - tail.length && text.endsWith(tail) ? { outer, node } : undefined;
}

function parameterNames(node: SyntaxNode): string[] {
  return (node["params"] as SyntaxNode[]).map((parameter) => parameter["name"] as string);
}
