/** What a module's text loses of its imports and exports. */
import type { SyntaxNode } from "./syntax.ts";

/** `export default`, with whatever comments stand between the words. */
const DEFAULT_HEAD = /^export(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/.*[\n\r\u2028\u2029])*default/;

/** Where that ends which is taken out: all of the item, or what is before its declaration. */
export function endOfTakenOut(item: SyntaxNode, source: string): number {
  const declaration: SyntaxNode | null | undefined = item["declaration"];
  if (!declaration) return item.end;
  const { type, id } = declaration as SyntaxNode & { id?: unknown };
  const isNamed = type === "FunctionDeclaration" || (type === "ClassDeclaration" && Boolean(id));
  if (item.type === "ExportNamedDeclaration" || isNamed) return declaration.start;
  return item.start + DEFAULT_HEAD.exec(source.slice(item.start, declaration.start))![0].length;
}

/** Of places in comments, those that stay. */
export function placesThatStay(
  places: readonly number[],
  items: readonly SyntaxNode[],
  source: string,
): readonly number[] {
  if (places.length === 0 || items.length === 0) return places;
  const ends = items.map((item) => endOfTakenOut(item, source));
  return places.filter((at) => !items.some(({ start }, index) => start <= at && at < ends[index]!));
}
