/**
 * A module's imports and exports, read from tokens into what a parser makes of
 * them: they are few, and what is made of them is the same either way.
 *
 * @see https://tc39.es/ecma262/#sec-modules
 */
import { DECLARATION, type QuickReader } from "./quick-reader.ts";
import { namesItsSource } from "./names-its-source.ts";
import type { SyntaxNode } from "./syntax.ts";
import * as K from "./token-kinds.ts";

export function readImport(reader: QuickReader): SyntaxNode {
  const { tokens } = reader;
  const { kinds } = tokens;
  const first = reader.at++;
  const specifiers: SyntaxNode[] = [];
  if (kinds[reader.at] !== K.STRING) {
    if (kinds[reader.at] === K.NAME) {
      specifiers.push({
        ...place(reader, reader.at, reader.at),
        type: "ImportDefaultSpecifier",
        local: localName(reader),
      });
      if (kinds[reader.at] === K.COMMA) reader.at++;
      else if (!reader.isName(reader.at, K.FROM)) reader.doubt();
    }
    if (kinds[reader.at] === K.STAR) {
      reader.at++;
      expectName(reader, K.AS);
      specifiers.push({
        ...place(reader, reader.at, reader.at),
        type: "ImportNamespaceSpecifier",
        local: localName(reader),
      });
    } else if (kinds[reader.at] === K.BRACE_OPEN) {
      eachName(reader, (imported) => {
        const hasOther = reader.isName(reader.at, K.AS);
        if (hasOther) reader.at++;
        else if (imported.type !== "Identifier" || kinds[reader.at - 1] !== K.NAME) reader.doubt();
        specifiers.push({
          ...imported,
          type: "ImportSpecifier",
          imported,
          local: hasOther ? localName(reader) : imported,
        });
      });
    }
    expectName(reader, K.FROM);
  }
  const from = readSource(reader);
  reader.endStatement();
  return { ...place(reader, first, reader.at - 1), type: "ImportDeclaration", specifiers, ...from };
}

export function readExport(reader: QuickReader): SyntaxNode {
  const { tokens } = reader;
  const { kinds } = tokens;
  const first = reader.at++;
  switch (kinds[reader.at]) {
    case K.DEFAULT:
      reader.at++;
      return readDefault(reader, first);
    case K.STAR: {
      reader.at++;
      let exported: SyntaxNode | null = null;
      if (reader.isName(reader.at, K.AS)) {
        reader.at++;
        exported = anyName(reader);
      }
      expectName(reader, K.FROM);
      const from = readSource(reader);
      reader.endStatement();
      return { ...place(reader, first, reader.at - 1), type: "ExportAllDeclaration", exported, ...from };
    }
    case K.BRACE_OPEN: {
      const specifiers: SyntaxNode[] = [];
      eachName(reader, (local) => {
        let exported = local;
        if (reader.isName(reader.at, K.AS)) {
          reader.at++;
          exported = anyName(reader);
        }
        specifiers.push({ ...local, type: "ExportSpecifier", local, exported });
      });
      const hasSource = reader.isName(reader.at, K.FROM);
      if (hasSource) reader.at++;
      const from = hasSource ? readSource(reader) : { source: null, attributes: [] };
      reader.endStatement();
      return {
        ...place(reader, first, reader.at - 1),
        type: "ExportNamedDeclaration",
        declaration: null,
        specifiers,
        ...from,
      };
    }
    default:
      return readDeclaration(reader, first);
  }
}

/** `export` before a declaration. */
function readDeclaration(reader: QuickReader, first: number): SyntaxNode {
  const { kinds } = reader.tokens;
  const start = reader.at;
  const isFunction = reader.beginsFunction(start);
  const isClass = kinds[start] === K.CLASS;
  if (!isFunction && !isClass && kinds[start] !== K.VAR && kinds[start] !== K.CONST && !reader.isName(start, K.LET))
    reader.doubt();
  const known = reader.declarations.length;
  reader.statement(true);
  const ids: SyntaxNode[] = [];
  const { length, values } = reader.declarations;
  for (let at = known; at < length; at += DECLARATION) {
    if (values[at + 1] === 0)
      ids.push({ ...place(reader, start, start), type: "Identifier", name: reader.tokens.nameOf(values[at]!) });
  }
  const whole = place(reader, start, reader.at - 1);
  const declaration: SyntaxNode =
    isFunction || isClass
      ? { ...whole, type: isFunction ? "FunctionDeclaration" : "ClassDeclaration", id: ids[0] }
      : { ...whole, type: "VariableDeclaration", declarations: ids.map((id) => ({ id })) };
  return {
    ...place(reader, first, reader.at - 1),
    type: "ExportNamedDeclaration",
    declaration,
    specifiers: [],
    source: null,
    attributes: [],
  };
}

function readDefault(reader: QuickReader, first: number): SyntaxNode {
  const { kinds } = reader.tokens;
  const start = reader.at;
  let type = "Expression";
  let id: SyntaxNode | null = null;
  const known = reader.declarations.length;
  if (reader.beginsFunction(start)) {
    type = "FunctionDeclaration";
    reader.functionStatement(start, true);
  } else if (kinds[start] === K.CLASS) {
    type = "ClassDeclaration";
    reader.classRest(0, true);
  } else reader.assignment(false);
  const { length, values } = reader.declarations;
  if (type !== "Expression" && length > known && values[known + 1] === 0) {
    id = { ...place(reader, start, start), type: "Identifier", name: reader.tokens.nameOf(values[known]!) };
  }
  const declaration = { ...place(reader, start, reader.at - 1), type, id };
  if (type === "Expression") reader.endStatement();
  return { ...place(reader, first, reader.at - 1), type: "ExportDefaultDeclaration", declaration };
}

function place(
  { tokens: { starts, ends } }: QuickReader,
  first: number,
  last: number,
): { type: string; start: number; end: number } {
  return { type: "", start: starts[first]!, end: ends[last]! };
}

function expectName(reader: QuickReader, name: number): void {
  if (!reader.isName(reader.at, name)) reader.doubt();
  reader.at++;
}

function localName(reader: QuickReader): SyntaxNode {
  if (reader.tokens.kinds[reader.at] !== K.NAME) reader.doubt();
  return anyName(reader);
}

/** A name in an import or export list: any word, or a text. `number` is the name's among the tokens. */
function anyName(reader: QuickReader): SyntaxNode {
  const { tokens, at } = reader;
  const kind = tokens.kinds[at]!;
  reader.at++;
  if (kind === K.STRING) return { ...place(reader, at, at), type: "Literal", value: plainText(reader, at) };
  if (kind !== K.NAME && kind < K.FIRST_WORD) reader.doubt();
  return { ...place(reader, at, at), type: "Identifier", name: tokens.textOf(at), number: tokens.links[at]! };
}

function eachName(reader: QuickReader, read: (name: SyntaxNode) => void): void {
  const { kinds, links } = reader.tokens;
  const close = links[reader.at]!;
  reader.at++;
  while (reader.at < close) {
    read(anyName(reader));
    if (kinds[reader.at] === K.COMMA) reader.at++;
    else if (reader.at !== close) reader.doubt();
  }
  reader.at++;
}

/** What a text stands for that is written without escapes. */
function plainText(reader: QuickReader, at: number): string {
  const text = reader.tokens.textOf(at);
  // What names a source would be rewritten in strings, and these are taken out.
  if (text.includes("\\") || namesItsSource(text)) reader.doubt();
  return text.slice(1, -1);
}

/** The specifier, and `with { type: "json" }` behind it. */
function readSource(reader: QuickReader): { source: SyntaxNode; attributes: SyntaxNode[] } {
  const { kinds } = reader.tokens;
  if (kinds[reader.at] !== K.STRING) reader.doubt();
  const source = anyName(reader);
  const attributes: SyntaxNode[] = [];
  if (kinds[reader.at] === K.WITH) {
    reader.at++;
    if (kinds[reader.at] !== K.BRACE_OPEN) reader.doubt();
    eachName(reader, (key) => {
      reader.expect(K.COLON);
      if (kinds[reader.at] !== K.STRING) reader.doubt();
      attributes.push({ ...key, type: "ImportAttribute", key, value: anyName(reader) });
    });
  }
  return { source, attributes };
}
