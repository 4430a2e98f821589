/**
 * Rewrites what sloppy code needs so that it means the same in strict code,
 * where it can be held: `this` as the global object, assignable `arguments`,
 * legacy octals, functions in blocks, reserved words as names.
 */
import type { Edit } from "./edits.ts";
import { RESERVED, RESERVED_PREFIX } from "./reserved-names.ts";
import type { Rewriting } from "./rewrite-references.ts";
import type { Scan, SloppyFunction } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";

export function rewriteSloppy(scan: Scan, source: string, rewriting: Rewriting): void {
  const { edits } = rewriting;
  for (const sloppy of scan.sloppyFunctions) rewritePrologue(sloppy, rewriting);
  for (const sloppy of scan.sloppyFunctions) rewriteFunction(sloppy, rewriting);
  for (const literal of scan.legacyOctals) edits.push(modernLiteral(literal));
  const rewritten = placesOf(scan.sloppyDeletes.length > 0 ? edits : []);
  for (const node of scan.sloppyDeletes) {
    // Of a declared variable: never deletable. Free names were rewritten to properties.
    if (!rewritten.has(node["argument"].start)) {
      edits.push({ start: node.start, end: node.end, text: "false" });
    }
  }
  for (const [index, parameter] of scan.duplicateParameters.entries()) {
    edits.push({ start: parameter.start, end: parameter.end, text: `${RESERVED_PREFIX}d${index}` });
  }
  const known = placesOf(scan.reservedWordNodes.length > 0 ? edits : []);
  for (const { node, shorthand } of scan.reservedWordNodes) {
    const ends = known.get(node.start);
    if (ends?.has(node.end) === true) continue;
    if (ends === undefined) known.set(node.start, new Set([node.end]));
    else ends.add(node.end);
    const renamed = `${RESERVED_PREFIX}n${String(node["name"])}`;
    edits.push({ start: node.start, end: node.end, text: shorthand ? `${String(node["name"])}:${renamed}` : renamed });
  }
  for (const each of scan.blockFunctions) rewriteBlockFunction(each, edits);
  for (const node of scan.replacedFunctions) makeStatement(node, "void ", edits);
}

/** The ends of edits by their starts. */
function placesOf(edits: readonly Edit[]): Map<number, Set<number>> {
  const places = new Map<number, Set<number>>();
  for (const { start, end } of edits) {
    const ends = places.get(start);
    if (ends === undefined) places.set(start, new Set([end]));
    else ends.add(end);
  }
  return places;
}

/** `this` as sloppy code has it. */
export const THIS_VALUE = `this==null?${RESERVED.global}:this`;
const LOCAL_ARGUMENTS = `${RESERVED_PREFIX}a`;

function rewriteFunction(sloppy: SloppyFunction, { edits, machinery }: Rewriting): void {
  const { node } = sloppy;
  const body: SyntaxNode = node["body"];
  if (sloppy.thisNodes.length > 0) machinery.add(RESERVED.global);
  for (const { start, end } of sloppy.thisNodes) {
    edits.push({ start, end, text: start < body.start ? `(${THIS_VALUE})` : RESERVED.this });
  }
  if (sloppy.calleeNodes.length > 0) {
    const name = node["id"]?.name ?? RESERVED.callee;
    if (!node["id"]) edits.push(nameInsertion(node));
    for (const { start, end } of sloppy.calleeNodes) edits.push({ start, end, text: name });
  }
  if (sloppy.assignsArguments) {
    for (const { start, end } of sloppy.argumentsNodes) edits.push({ start, end, text: LOCAL_ARGUMENTS });
  }
}

/** What a sloppy function's body must begin with. */
function rewritePrologue(sloppy: SloppyFunction, { edits }: Rewriting): void {
  const body: SyntaxNode = sloppy.node["body"];
  let prologue = "";
  if (sloppy.thisNodes.some((node) => node.start > body.start)) prologue += `const ${RESERVED.this}=${THIS_VALUE};`;
  if (sloppy.assignsArguments) prologue += `let ${LOCAL_ARGUMENTS}=arguments;`;
  if (prologue === "") return;
  let at = body.start + 1;
  for (const statement of body["body"] as SyntaxNode[]) {
    if (statement["directive"] === undefined) break;
    at = statement.end;
  }
  edits.push({ start: at, end: at, text: at > body.start + 1 ? `;${prologue}` : prologue, rank: "prologue" });
}

/** Where an anonymous function expression gets its name: after `function` and, in a generator, `*`. */
function nameInsertion(node: SyntaxNode): Edit {
  const keyword = (node["async"] ? "async function" : "function").length + (node["generator"] ? 1 : 0);
  const at = node.start + keyword;
  return { start: at, end: at, text: ` ${RESERVED.callee}` };
}

function modernLiteral(literal: SyntaxNode): Edit {
  const { start, end } = literal;
  if (typeof literal["value"] === "number") return { start, end, text: `${literal["value"]} ` };
  const text = JSON.stringify(literal["value"]).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  return { start, end, text };
}

/** A function that is seen outside of its block becomes a variable: see `hoistedFunctions`. */
function rewriteBlockFunction({ node }: Scan["blockFunctions"][number], edits: Edit[]): void {
  makeStatement(node, `var ${String(node["id"].name)}=`, edits);
}

/** A function declaration becomes an expression, and ends where it did. */
function makeStatement(node: SyntaxNode, before: string, edits: Edit[]): void {
  edits.push(
    { start: node.start, end: node.start, text: before },
    { start: node.end, end: node.end, text: ";", rank: "closing" },
  );
}
