/** A text that is read without a tree: what it needs to be rewritten in, if that can be said so. */
import { DECLARATION, Doubt, readQuickly, type QuickReading } from "./quick-reader.ts";
import { rewriteQuickly } from "./quick-rewriting.ts";
import { addedNames } from "./rewrite-extensions.ts";
import { makesFunctions } from "./rewrite-function-makers.ts";
import type { RewriteOptions, Rewriting } from "./rewrite-references.ts";
import { RESERVED, RESERVED_PREFIX } from "./reserved-names.ts";
import type { SyntaxNode } from "./syntax.ts";
import * as K from "./token-kinds.ts";
import { Tokens } from "./tokens.ts";

export interface QuickLook {
  readonly rewriting: Rewriting;
  readonly certainRequests: readonly string[];
}

/** An escape of one of the first letters of reserved names. */
const ESCAPED_LETTER = /\\u(?:\{0*(?:6[dDfF1]|74|24)\}|00(?:6[dDfF1]|74|24))/;

/**
 * Whether a text holds what begins a reserved name, or a part of that which is
 * escaped. HAZARD: this is asked of the text alone, before anything reads it:
 * the label that holds the wrapper is among these names.
 */
function mayHoldReserved(source: string): boolean {
  return source.includes(RESERVED_PREFIX) || (source.includes("\\u") && ESCAPED_LETTER.test(source));
}

/** @returns undefined where the text has to be parsed. */
export function lookQuickly(source: string, options: RewriteOptions): QuickLook | undefined {
  return withoutDoubt(source, false, addedNames(source), (reading) => ({
    rewriting: rewriteQuickly(reading, options),
    certainRequests: reading.certainRequests,
  }));
}

/** The same for a text that is one function in parentheses, and nothing else. */
export function lookAtFunction(source: string, options: RewriteOptions): QuickLook | undefined {
  return withoutDoubt(source, false, new Set(), (reading) => {
    if (!isOneFunction(reading.tokens)) throw new Doubt("more than a function");
    return { rewriting: rewriteQuickly(reading, options), certainRequests: [] };
  });
}

/** `( async function * name ( … ) { … } )`, of which `async` and `*` may be missing. */
function isOneFunction({ source, kinds, links, ends, count }: Tokens): boolean {
  let at = 1;
  if (kinds[at] === K.NAME && links[at] === K.ASYNC) at++;
  if (kinds[at++] !== K.FUNCTION) return false;
  if (kinds[at] === K.STAR) at++;
  if (kinds[at++] !== K.NAME || kinds[at] !== K.PAREN_OPEN) return false;
  const body = links[at]! + 1;
  const last = count - 3;
  return (
    kinds[0] === K.PAREN_OPEN &&
    links[0] === last + 1 &&
    kinds[body] === K.BRACE_OPEN &&
    links[body] === last &&
    ends[last] === source.length - 1
  );
}

export interface ModuleLook {
  readonly rewriting: Rewriting;
  /** Imports and exports, which the rewriting leaves as they are. */
  readonly moduleItems: readonly SyntaxNode[];
  readonly hasTopLevelAwait: boolean;
}

/** @param optionsFor what follows from a module's imports and exports. */
export function lookAtModule(
  source: string,
  optionsFor: (items: readonly SyntaxNode[]) => RewriteOptions,
): ModuleLook | undefined {
  return withoutDoubt(source, true, addedNames(source), (reading) => {
    const { moduleItems, hasTopLevelAwait, importMetas, tokens } = reading;
    const options = optionsFor(moduleItems);
    assertNamesOfModule(reading, options.imports ?? new Map());
    const rewriting = rewriteQuickly(reading, options);
    for (const token of importMetas) {
      rewriting.edits.push({ start: tokens.starts[token]!, end: tokens.ends[token + 2]!, text: RESERVED.meta });
    }
    return { rewriting, moduleItems, hasTopLevelAwait };
  });
}

/** @param added names that the text adds to intrinsics. */
function withoutDoubt<T>(
  source: string,
  isModule: boolean,
  added: ReadonlySet<string>,
  look: (reading: QuickReading) => T,
): T | undefined {
  if (mayHoldReserved(source) || makesFunctions(source)) return undefined;
  const tokens = new Tokens(source);
  if (tokens.doubt !== undefined) {
    tokens.release();
    return undefined;
  }
  try {
    return readQuickly(tokens, isModule, added, look);
  } catch (error) {
    // HAZARD: text nested too deep to be read ends in a RangeError.
    if (error instanceof Doubt || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * What a module's names may not do and a function's may: two declarations of one
 * name, two exports, and exports of what is not there.
 * @throws {Doubt}
 */
function assertNamesOfModule(
  { tokens, declarations: { length, values }, topFunctions, moduleItems }: QuickReading,
  imports: ReadonlyMap<string, string>,
): void {
  const known = new Set<string>(imports.keys());
  const single = new Set<string>(imports.keys());
  for (const name of topFunctions) single.add(tokens.nameOf(name));
  for (let at = 0; at < length; at += DECLARATION) {
    if (values[at + 1] !== 0) continue;
    const name = tokens.nameOf(values[at]!);
    if (known.has(name) && single.has(name)) throw new Doubt(name);
    known.add(name);
  }
  let imported = 0;
  const exported: string[] = [];
  for (const item of moduleItems) {
    if (item.type === "ImportDeclaration") imported += item["specifiers"].length;
    else {
      exported.push(...namesExportedBy(item));
      if (item.type === "ExportNamedDeclaration" && item["source"] === null) {
        for (const { local } of item["specifiers"] as SyntaxNode[])
          if (local.type !== "Identifier" || !known.has(local.name)) throw new Doubt("export");
      }
    }
  }
  if (imported !== imports.size || exported.length !== new Set(exported).size) throw new Doubt("names");
}

function namesExportedBy(item: SyntaxNode): string[] {
  if (item.type === "ExportDefaultDeclaration") return ["default"];
  if (item.type === "ExportAllDeclaration") return item["exported"] === null ? [] : [exportedName(item["exported"])];
  const { declaration, specifiers } = item;
  if (declaration === null) return (specifiers as SyntaxNode[]).map(({ exported }) => exportedName(exported));
  return declaration.type === "VariableDeclaration"
    ? (declaration.declarations as SyntaxNode[]).map(({ id }) => id.name as string)
    : [declaration.id.name];
}

function exportedName(name: SyntaxNode): string {
  return (name["name"] ?? name["value"]) as string;
}
