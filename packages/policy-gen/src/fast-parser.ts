/**
 * acorn, with what it does at each token, word and node done in fewer steps. Most of a
 * project's texts are parsed before V8 has optimised anything, and until then each call costs.
 * What is rare is left to it. The trees are acorn's, without the texts of constants and the values
 * of regular expressions, which nobody asks for; and variables that are declared twice, exports of
 * what is not there and odd regular expressions, which it refuses and Babel takes, are taken at once.
 */
import { Parser, tokTypes as is, type Options, type TokenType } from "acorn";
import { askWordsInSets, type WordLists } from "@moat/core/model";
import type { Scope, SyntaxNode } from "./scope.ts";

/** What acorn's parser has and its types don't say. */
interface AcornState extends WordLists {
  readonly input: string;
  readonly context: readonly { readonly preserveSpace?: boolean; readonly override?: (parser: AcornState) => void }[];
  type: ContextType;
  value: unknown;
  pos: number;
  start: number;
  end: number;
  lastTokStart: number;
  lastTokEnd: number;
  containsEsc: boolean;
  exprAllowed: boolean;
  potentialArrowAt: number;
  potentialArrowInForAwait: boolean;
  parse(): SyntaxNode;
  next(ignoresEscapes?: boolean): void;
  nextToken(): void;
  skipSpace(): void;
  skipLineComment(from: number): void;
  fullCharCodeAtPos(): number;
  readToken(code: number): void;
  getTokenFromCode(code: number): void;
  readWord(): void;
  readWord1(): string;
  readString(quote: number): void;
  finishToken(type: ContextType, value?: unknown): void;
  inGeneratorContext(): boolean;
  startNode(): SyntaxNode;
  startNodeAt(start: number): SyntaxNode;
  finishNode(node: SyntaxNode, type: string): SyntaxNode;
  parseIdent(isLiberal: boolean): SyntaxNode;
  parseLiteral(value: unknown): SyntaxNode;
  parseMaybeAssign(forInit: unknown, errors: unknown, afterLeft?: unknown): SyntaxNode;
  parseSubscripts(base: SyntaxNode, start: number, place: unknown, noCalls: boolean, forInit: unknown): SyntaxNode;
  checkUnreserved(name: SyntaxNode): void;
  raise(at: number, message: string): never;
  unexpected(at?: number): never;
  readRegexp(): void;
  declareName(): void;
  checkLocalExport(): void;
  adaptDirectivePrologue(): void;
  catchStackOverflow<T>(parse: () => T): T;
}

type ContextType = TokenType & {
  readonly beforeExpr: boolean;
  readonly updateContext?: (this: AcornState, before: TokenType) => void;
};

/** A node with room for what the walk adds: a property that comes later would be another allocation for each. */
class RoomyNode {
  type = "";
  start: number;
  end = 0;
  parent: SyntaxNode | undefined = undefined;
  scope: Scope | undefined = undefined;

  constructor(start: number) {
    this.start = start;
  }
}

/** Two of three nodes are one of these: as large as they need to be, and finished as they are made. */
class NameNode extends RoomyNode {
  name: string;

  constructor(start: number, end: number, name: string) {
    super(start);
    this.type = "Identifier";
    this.end = end;
    this.name = name;
  }
}

class ConstantNode extends RoomyNode {
  value: unknown;

  constructor(start: number, end: number, value: unknown) {
    super(start);
    this.type = "Literal";
    this.end = end;
    this.value = value;
  }
}

const KEYWORDS: ReadonlyMap<string, ContextType> = new Map(
  Object.values(is).flatMap((type) =>
    type.keyword === undefined ? [] : [[type.keyword, type as ContextType] as const],
  ),
);
const NAME = is.name as ContextType;
/** Names that somewhere are none. */
const RESERVED: ReadonlySet<string> = new Set([
  ...KEYWORDS.keys(),
  "enum",
  "await",
  "yield",
  "arguments",
  "eval",
  "let",
  "static",
  "implements",
  "interface",
  "package",
  "private",
  "protected",
  "public",
]);
/** 1 for what is part of a word, 2 for what may begin one. */
const WORD = new Uint8Array(128);
for (let code = 0; code < 128; code++)
  WORD[code] = /[A-Za-z$_]/.test(String.fromCharCode(code)) ? 2 : /\d/.test(String.fromCharCode(code)) ? 1 : 0;
const LINE_END = /[\n\r\u2028\u2029]/g;
const NOT_PLAIN = /[\\\n\r]/;

const BACKSLASH = 92;

/** acorn's parser, for texts that are nested deep. */
export class PlainParser extends (Parser as unknown as new (options: Options, input: string) => AcornState) {
  /** HAZARD: acorn asks a regular expression what the error is, where it came: V8 ends the process when there is no stack to compile that. */
  override catchStackOverflow<T>(parse: () => T): T {
    return parse();
  }
}

export class FastParser extends PlainParser {
  constructor(options: Options, input: string) {
    super(options, input);
    askWordsInSets(this);
  }

  override startNode(): SyntaxNode {
    return new RoomyNode(this.start);
  }

  override startNodeAt(start: number): SyntaxNode {
    return new RoomyNode(start);
  }

  override finishNode(node: SyntaxNode, type: string): SyntaxNode {
    node.type = type;
    node.end = this.lastTokEnd;
    return node;
  }

  override next(ignoresEscapes?: boolean): void {
    if (this.containsEsc) super.next(ignoresEscapes);
    else {
      this.lastTokEnd = this.end;
      this.lastTokStart = this.start;
      this.nextToken();
    }
  }

  override nextToken(): void {
    const { input, context } = this;
    const around = context[context.length - 1]!;
    if (around.override !== undefined || around.preserveSpace === true) {
      super.nextToken();
      return;
    }
    let at = this.pos;
    let code = input.charCodeAt(at);
    while (code === 32 || code === 10 || code === 9) code = input.charCodeAt(++at);
    this.pos = at;
    // Comments, and white space that is rare.
    if (code === 47 || code === 13 || code >= 128 || code < 32) {
      this.skipSpace();
      code = input.charCodeAt(this.pos);
    }
    this.start = this.pos;
    if (this.pos >= input.length) this.finishToken(is.eof as ContextType);
    else if (code >= 128 || code === BACKSLASH) this.readToken(this.fullCharCodeAtPos());
    else if (WORD[code] === 2) this.readWord();
    else this.getTokenFromCode(code);
  }

  override skipLineComment(from: number): void {
    LINE_END.lastIndex = this.pos + from;
    this.pos = LINE_END.test(this.input) ? LINE_END.lastIndex - 1 : this.input.length;
  }

  override finishToken(type: ContextType, value?: unknown): void {
    this.end = this.pos;
    const before = this.type;
    this.type = type;
    this.value = value;
    if (type === NAME) {
      this.exprAllowed =
        before !== is.dot &&
        ((value === "of" && !this.exprAllowed) || (value === "yield" && this.inGeneratorContext()));
    } else if (type.keyword !== undefined && before === is.dot) this.exprAllowed = false;
    else if (type.updateContext) type.updateContext.call(this, before);
    else this.exprAllowed = type.beforeExpr;
  }

  override readWord(): void {
    const word = this.readWord1();
    this.finishToken(KEYWORDS.get(word) ?? NAME, word);
  }

  override readWord1(): string {
    const { input, pos } = this;
    let at = pos;
    let code = input.charCodeAt(at);
    while (code < 128 && WORD[code] !== 0) code = input.charCodeAt(++at);
    if (code >= 128 || code === BACKSLASH) return super.readWord1();
    this.containsEsc = false;
    this.pos = at;
    return input.slice(pos, at);
  }

  override readString(quote: number): void {
    const { input, pos } = this;
    const end = input.indexOf(quote === 34 ? '"' : "'", pos + 1);
    const text = input.slice(pos + 1, end);
    if (end === -1 || NOT_PLAIN.test(text)) super.readString(quote);
    else {
      this.pos = end + 1;
      this.finishToken(is.string as ContextType, text);
    }
  }

  /** A name or a constant that is all of an expression goes no way through all operators. */
  override parseMaybeAssign(forInit: unknown, errors: unknown, afterLeft?: unknown): SyntaxNode {
    const { type } = this;
    if ((type === is.name || type === is.string || type === is.num) && afterLeft === undefined) {
      const next = this.input.charCodeAt(this.pos);
      if (next === 44 || next === 41 || next === 59) {
        if (type !== is.name) return this.parseLiteral(this.value);
        if (!RESERVED.has(this.value as string) && this.value !== "async") {
          this.potentialArrowAt = this.start;
          this.potentialArrowInForAwait = forInit === "await";
          return this.parseIdent(false);
        }
      }
    }
    return super.parseMaybeAssign(forInit, errors, afterLeft);
  }

  override parseSubscripts(
    base: SyntaxNode,
    start: number,
    place: unknown,
    noCalls: boolean,
    forInit: unknown,
  ): SyntaxNode {
    const { type } = this;
    if (
      type !== is.dot &&
      type !== is.parenL &&
      type !== is.bracketL &&
      type !== is.questionDot &&
      type !== is.backQuote
    )
      return base;
    return super.parseSubscripts(base, start, place, noCalls, forInit);
  }

  override parseIdent(isLiberal: boolean): SyntaxNode {
    if (this.type !== NAME || RESERVED.has(this.value as string)) return super.parseIdent(isLiberal);
    const name = new NameNode(this.start, this.end, this.value as string);
    this.next(isLiberal);
    return name;
  }

  override parseLiteral(value: unknown): SyntaxNode {
    // Other numbers than `1n`.
    if (typeof value !== "string" && (typeof value !== "number" || this.input.charCodeAt(this.end - 1) === 110))
      return super.parseLiteral(value);
    const constant = new ConstantNode(this.start, this.end, value);
    this.next();
    return constant;
  }

  override readRegexp(): void {
    const { input, pos: start } = this;
    let inClass = false;
    let at = start;
    for (; at < input.length; at++) {
      const code = input.charCodeAt(at);
      if (code === BACKSLASH) at++;
      else if (code === 91) inClass = true;
      else if (code === 93) inClass = false;
      else if (code === 47 && !inClass) break;
    }
    const pattern = input.slice(start, at);
    // Escaped or not.
    if (at >= input.length || pattern.search(LINE_END) >= 0) this.raise(start, "Unterminated regular expression");
    this.pos = at + 1;
    const flags = this.readWord1();
    if (this.containsEsc) this.unexpected(at + 1);
    this.finishToken(is.regexp as ContextType, { pattern, flags, value: null });
  }

  override declareName(): void {}

  override checkLocalExport(): void {}

  override adaptDirectivePrologue(): void {}

  override checkUnreserved(name: SyntaxNode): void {
    if (RESERVED.has(name["name"])) super.checkUnreserved(name);
  }
}
