/**
 * The second, independent look at exactly the text that V8 will get. It knows
 * nothing of how the text was made: it demands the wrapper's shape to the
 * character, and refuses anything that could reach beyond the parameters. What
 * was read as a tree is looked at as tokens, by another program; where tokens
 * don't tell, it is parsed once more.
 */
import type { FunctorShape } from "./functor.ts";
import { parseGuest } from "./parser/late.ts";
import { scanProgram } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";
import * as K from "./token-kinds.ts";
import { Tokens } from "./tokens.ts";

/** The guest's text broke out of its wrapper, or keeps syntax that moat does not evaluate. */
function refuse(reason: string): never {
  throw new SyntaxError(`moat can't evaluate this text: ${reason}`);
}

export function headOf(parameters: readonly string[], { kind, inner }: FunctorShape, label: string): string {
  return `(function(${parameters.join()}){"use strict";${label}:{return (${kind}(${inner.join()}){"use strict";`;
}

export function tailOf(label: string): string {
  return `});break ${label}}})`;
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
  const label = /break (moat\$e\d+)\}\}\)$/.exec(text.slice(-40))?.[1] ?? refuse("it does not stay inside its wrapper");
  if (!text.startsWith(headOf(parameters, shape, label)) || !text.endsWith(tailOf(label)))
    refuse("the wrapper differs");
  // Whatever the scopes: every such name is a parameter of the outermost function.
  const bound = new Set(parameters);
  for (const name of realGlobalNames) if (!bound.has(name)) refuse(`${name} is free`);
  const tokens = new Tokens(text);
  const isRead = tokens.doubt === undefined && isHarmless(tokens);
  const isInside = isRead && staysInside(tokens);
  tokens.release();
  if (!isRead) verifyTree(text);
  else if (!isInside) refuse("it does not stay inside its wrapper");
}

/** Whether no token can be part of `import`, `export`, `with` or a direct `eval`, or of a comment that names the source. */
function isHarmless({ kinds, links, count, magicComments }: Tokens): boolean {
  if (magicComments.length > 0) return false;
  for (let at = 0; at < count; at++) {
    const kind = kinds[at]!;
    if (kind === K.IMPORT || kind === K.EXPORT || kind === K.WITH) return false;
    if (kind !== K.NAME || links[at] !== K.EVAL) continue;
    const next = kinds[at + 1];
    if (next === K.PAREN_OPEN || next === K.OPTIONAL_DOT || next === K.PAREN_CLOSE) return false;
  }
  return true;
}

/** Whether the wrapper's functions end at the very tokens where moat put their ends. */
function staysInside({ kinds, links, count }: Tokens): boolean {
  // `( function ( … ) { "use strict" ; label : { return ( function`, and `} ) ; break label } } )` before the end.
  const body = kinds[0] === K.PAREN_OPEN ? links[2]! + 1 : -1;
  const block = body + 5;
  const inner = block + 2;
  const last = count - 2;
  if (kinds[body] !== K.BRACE_OPEN || kinds[block] !== K.BRACE_OPEN || kinds[inner] !== K.PAREN_OPEN) return false;
  let parameters = inner + 1;
  while (kinds[parameters] !== K.PAREN_OPEN) parameters++;
  const innerBody = links[parameters]! + 1;
  return (
    links[0] === last &&
    links[body] === last - 1 &&
    links[block] === last - 2 &&
    links[inner] === last - 6 &&
    links[innerBody] === last - 7
  );
}

/** The same by a tree. */
function verifyTree(text: string): void {
  const { program, magicComments } = parseGuest(text, "script");
  if (!isWrapped(program, text)) refuse("it does not stay inside its wrapper");
  if (magicComments.length > 0) refuse("it names its own source");
  const scan = scanProgram(program, { strict: false, allowReserved: true, withoutReferences: true });
  if (scan.dynamicImports.length > 0) refuse("import() is left");
  if (scan.importMetas.length > 0) refuse("import.meta is left");
  if (scan.withStatements.length > 0) refuse("with is left");
  if (scan.directEvals.length > 0) refuse("a direct eval is left");
  if (scan.moduleItems.length > 0) refuse("import or export is left");
  if (scan.sloppyFunctionCount() !== 0) refuse("a sloppy function is left");
}

function isWrapped(program: SyntaxNode, text: string): boolean {
  const [statement] = program["body"] as SyntaxNode[];
  const outer: SyntaxNode | undefined = statement?.["expression"];
  if (program["body"].length !== 1 || outer?.type !== "FunctionExpression") return false;
  if (outer.start !== 1 || outer.end !== text.length - 1) return false;
  const [directive, labeled, ...others] = outer["body"].body as SyntaxNode[];
  if (directive?.["directive"] !== "use strict" || labeled?.type !== "LabeledStatement" || others.length > 0)
    return false;
  const [only, leave, ...rest] = labeled["body"].body as SyntaxNode[];
  const node: SyntaxNode | undefined = only?.["argument"];
  if (only?.type !== "ReturnStatement" || node?.type !== "FunctionExpression") return false;
  if (leave?.type !== "BreakStatement" || rest.length > 0) return false;
  const label: string = labeled["label"].name;
  return leave["label"].name === label && node.end === text.length - tailOf(label).length + 1;
}
