/**
 * Reads a text's tokens by the grammar, and keeps of it what `quick-rewriting.ts`
 * rewrites: scopes, the names that are declared and used in them, and where the
 * constructs stand that a strict functor must not or cannot contain as they are.
 * No tree is made, which is what makes it fast. Longer than most files because it
 * is one closed case analysis.
 *
 * It says the same of a text as `scan.ts` says of its tree; where it does not know,
 * and for all that is rare, it throws a `Doubt`, and the text goes the other way.
 * It accepts texts that are no JavaScript (two variables of one name): V8 has
 * to be asked before anybody relies on an answer.
 */
import { readExport, readImport } from "./quick-module-items.ts";
import type { SyntaxNode } from "./syntax.ts";
import * as K from "./token-kinds.ts";
import type { Tokens } from "./tokens.ts";

/** The text is read by the slower parser. */
export class Doubt extends Error {}

/** How a name is used; the lowest bits of a reference's flags. */
export const READ = 0;
export const WRITE = 1;
export const CALL = 2;
export const TYPEOF = 3;
export const USE = 3;
/** The other bits: as in `Reference` of `scan.ts`. */
export const IN_STRICT = 4;
export const SHORTHAND = 8;
export const IN_NEW_CALLEE = 16;
export const STARTS_STATEMENT = 32;

/** What an expression is, as far as anybody asks. */
const OTHER = 0;
const IDENTIFIER = 1;
const MEMBER = 2;
const CALLED = 3;
const CHAIN = 4;
/** These may all have any value as a key, as `MAY_NAME_ANYTHING` in `scan.ts` has it. */
const ANYTHING = 5;
const LITERAL = 6;

/** Rows of numbers, one after the other. */
export class NumberRows {
  values = new Int32Array(4096);
  /** Of numbers, not of rows. */
  length = 0;

  /** @returns where the numbers of a new row belong. */
  add(width: number): number {
    const at = this.length;
    this.length = at + width;
    if (this.length > this.values.length) this.grow();
    return at;
  }

  private grow(): void {
    const more = new Int32Array(this.values.length * 2);
    more.set(this.values);
    this.values = more;
  }
}

/** A reference's row: its name, scope, token and flags. */
export const REFERENCE = 4;
/** A declaration's, or a counter's: its name and scope. */
export const DECLARATION = 2;

/**
 * The lists of one reader. They are used again by the next one, since most
 * programs have many small texts: see `release`.
 */
class Lists {
  /** By scope, the one around it. */
  readonly parents = new NumberRows();
  readonly references = new NumberRows();
  readonly declarations = new NumberRows();
  readonly counters = new NumberRows();
}
let spare: Lists | undefined;
/** Numbers that may stay allocated. */
const MOST_SPARE = 1 << 16;

/** A member by the tokens that it begins and is named by: `a.b` or `a[b]`. */
export interface MemberTokens {
  /** The first token of its object, then `.` or `[`, then the name or the first of the key. */
  readonly start: number;
  readonly dot: number;
  readonly computed: boolean;
  /** The first token of the key, without parentheses around all of it. */
  readonly key: number;
  /** The last token. */
  readonly last: number;
}

/** A member that is assigned and needs a check: see `DelicateTarget` in `scan.ts`. */
export interface DelicateMember extends MemberTokens {
  readonly keyKind: "name" | "symbol" | "computed" | "variable";
  readonly strict: boolean;
  readonly replaces: boolean;
  readonly scope: number;
}

/** A sloppy function that is no arrow. */
export interface SloppyBody {
  /** The token `{`. */
  readonly body: number;
  /** The last token of the directives; `body` where there are none. */
  readonly prologue: number;
  readonly thisTokens: number[];
}

/** A sloppy statement that is an expression, and the assignments that its operands end in. */
export interface SloppyStatement {
  readonly start: number;
  readonly last: number;
  readonly parts: readonly { readonly start: number; readonly last: number; readonly targets: readonly MemberTokens[] }[];
}

/** Top-level statements after which the rest may not run: see `certain-requests.ts`. */
const MAY_END = /\b(?:return|throw|exit|exitCode|abort)\b/;
const STACK_SETTINGS: ReadonlySet<string> = new Set(["stackTraceLimit", "prepareStackTrace"]);
const NO_FUNCTION = -1;

export class QuickReader {
  readonly tokens: Tokens;
  private readonly lists: Lists;
  /** By scope, the one around it. */
  readonly parents: NumberRows;
  /** Rows of `REFERENCE` and of `DECLARATION` numbers. */
  readonly references: NumberRows;
  readonly declarations: NumberRows;
  /** Names that `++` or `--` changes. */
  readonly counters: NumberRows;
  readonly delicate: DelicateMember[] = [];
  readonly sloppyBodies: SloppyBody[] = [];
  readonly sloppyStatements: SloppyStatement[] = [];
  /** The token `delete` and the member after it, in sloppy code. */
  readonly deletes: { readonly token: number; readonly member: MemberTokens }[] = [];
  /** Functions in blocks of sloppy code: their first and last tokens, names, blocks and the functions around. */
  readonly blockFunctions: { readonly start: number; readonly last: number; readonly name: number; readonly block: number; readonly around: number }[] = [];
  readonly dynamicImports: number[] = [];
  /** The token `import` of each `import.meta`. */
  readonly importMetas: number[] = [];
  /** Imports and exports, as a parser has them. */
  readonly moduleItems: SyntaxNode[] = [];
  /** Names of functions at the top of a module, where nothing else may have one of them. */
  readonly topFunctions: number[] = [];
  hasTopLevelAwait = false;
  readonly certainRequests: string[] = [];
  /** Names that the text adds to intrinsics, and the callees `x.name` of such names: see `rewrite-extensions.ts`. */
  readonly added: ReadonlySet<string>;
  readonly addedCalls: { readonly start: number; readonly dot: number }[] = [];

  readonly isModule: boolean;
  at = 0;
  private readonly kinds: Uint8Array;
  private readonly links: Int32Array;
  private readonly breaks: Uint8Array;
  private scope = 0;
  private functionScope = 0;
  private strict = false;
  private sloppy: SloppyBody | undefined;
  private isAsync = false;
  private isGenerator = false;
  /** Whether `arguments` and `new.target` are a function's, or a class's. */
  private isOwn = false;
  /** Whether requests are not certain to be made here. */
  private uncertain = 0;
  /** Whether an assignment here is the last thing that a sloppy statement does, unless what follows says otherwise. */
  private isLast = false;
  private readonly lastTargets: MemberTokens[] = [];
  /** The member that was read last. */
  private memberStart = 0;
  private memberDot = 0;
  private memberLast = 0;
  /** Its last token, or the last of the parentheses around it; `NO_FUNCTION` where no member was read. */
  private memberEnd = NO_FUNCTION;
  private memberKey = OTHER;
  /** How many names follow an intrinsic's, all members up to the object; -1 where it begins with no intrinsic. */
  private memberIntrinsic = -1;

  constructor(tokens: Tokens, isModule = false, added: ReadonlySet<string> = new Set()) {
    this.tokens = tokens;
    this.isModule = isModule;
    this.added = added;
    this.lists = spare ?? new Lists();
    spare = undefined;
    ({ parents: this.parents, references: this.references, declarations: this.declarations, counters: this.counters } = this.lists);
    for (const list of [this.parents, this.references, this.declarations, this.counters]) list.length = 0;
    this.kinds = tokens.kinds;
    this.links = tokens.links;
    this.breaks = tokens.breaks;
  }

  /** To be called when nobody reads the lists any more. */
  release(): void {
    this.tokens.release();
    if (this.references.values.length <= MOST_SPARE && this.declarations.values.length <= MOST_SPARE) spare = this.lists;
  }

  /** @throws {Doubt} */
  readProgram(): void {
    this.openScope();
    this.parents.values[0] = -1;
    if (this.isModule) {
      this.readModule();
      return;
    }
    this.strict = this.hasUseStrict(0);
    let mayEnd = false;
    this.directives();
    while (this.kinds[this.at] !== K.END) {
      const first = this.at;
      const known = this.certainRequests.length;
      this.statement(true);
      if (mayEnd) cut(this.certainRequests, known);
      else if (!this.beginsFunction(first) && MAY_END.test(this.tokens.source.slice(this.tokens.starts[first], this.tokens.ends[this.at - 1]))) {
        mayEnd = true;
        this.uncertain++;
        cut(this.certainRequests, known);
      }
    }
  }

  private readModule(): void {
    this.strict = true;
    this.isAsync = true;
    this.uncertain = 1;
    this.directives();
    for (;;) {
      const kind = this.kinds[this.at];
      if (kind === K.END) return;
      const next = this.kinds[this.at + 1];
      if (kind === K.EXPORT) this.moduleItems.push(readExport(this));
      else if (kind === K.IMPORT && next !== K.PAREN_OPEN && next !== K.DOT) this.moduleItems.push(readImport(this));
      else this.statement(true);
    }
  }

  beginsFunction(at: number): boolean {
    return this.kinds[at] === K.FUNCTION || (this.isName(at, K.ASYNC) && this.kinds[at + 1] === K.FUNCTION && this.breaks[at + 1] === 0);
  }

  doubt(): never {
    throw new Doubt(`at ${this.tokens.starts[this.at]}`);
  }

  isName(at: number, name: number): boolean {
    return this.kinds[at] === K.NAME && this.links[at] === name;
  }

  expect(kind: number): void {
    if (this.kinds[this.at] !== kind) this.doubt();
    this.at++;
  }

  endStatement(): void {
    const kind = this.kinds[this.at];
    if (kind === K.SEMICOLON) this.at++;
    else if (kind !== K.BRACE_CLOSE && kind !== K.END && this.breaks[this.at] === 0) this.doubt();
  }

  private openScope(): number {
    const scope = this.parents.add(1);
    this.parents.values[scope] = this.scope;
    return (this.scope = scope);
  }

  private declare(token: number, scope: number): void {
    if (this.kinds[token] !== K.NAME || (this.isModule && this.links[token] === K.AWAIT)) this.doubt();
    this.addDeclaration(this.links[token]!, scope);
  }

  addDeclaration(name: number, scope: number): void {
    const at = this.declarations.add(DECLARATION);
    const { values } = this.declarations;
    values[at] = name;
    values[at + 1] = scope;
  }

  private refer(token: number, use: number): void {
    const name = this.links[token]!;
    if (name === K.ARGUMENTS) {
      const isCallee = this.kinds[token + 1] === K.DOT && this.tokens.textOf(token + 2) === "callee";
      if (this.isModule && !this.isOwn) this.doubt();
      if (this.sloppy !== undefined && (isCallee || (use & USE) === WRITE)) this.doubt();
      return;
    }
    if (name === K.EVAL) {
      const next = this.kinds[token + 1];
      // HAZARD: `(eval)(text)` is a direct one too.
      if (next === K.PAREN_OPEN || next === K.OPTIONAL_DOT || next === K.PAREN_CLOSE || (use & USE) === WRITE) this.doubt();
    }
    if (name === K.AWAIT && this.isModule) this.doubt();
    const at = this.references.add(REFERENCE);
    const { values } = this.references;
    values[at] = name;
    values[at + 1] = this.scope;
    values[at + 2] = token;
    values[at + 3] = this.strict ? use | IN_STRICT : use;
  }

  /** Whether directives that begin at a token say that the code is strict. */
  private hasUseStrict(from: number): boolean {
    for (let at = from; this.isDirective(at); at += this.kinds[at + 1] === K.SEMICOLON ? 2 : 1) {
      const text = this.tokens.textOf(at);
      if (text === '"use strict"' || text === "'use strict'") return true;
    }
    return false;
  }

  private isDirective(at: number): boolean {
    if (this.kinds[at] !== K.STRING) return false;
    const next = this.kinds[at + 1]!;
    if (next === K.SEMICOLON || next === K.BRACE_CLOSE || next === K.END) return true;
    if (this.breaks[at + 1] === 0) return false;
    switch (next) {
      case K.PAREN_OPEN: case K.BRACKET_OPEN: case K.DOT: case K.OPTIONAL_DOT: case K.COMMA: case K.QUESTION: case K.TEMPLATE:
      case K.TEMPLATE_HEAD: case K.LOGICAL: case K.STAR: case K.PLUS_OR_MINUS: case K.BINARY: case K.IN: case K.INSTANCEOF:
      case K.ASSIGN: case K.ASSIGN_OTHERWISE:
        return false;
      default:
        return true;
    }
  }

  private directives(): void {
    while (this.isDirective(this.at)) this.at += this.kinds[this.at + 1] === K.SEMICOLON ? 2 : 1;
  }

  private statements(close: number): void {
    while (this.at < close) this.statement(true);
    this.expect(K.BRACE_CLOSE);
  }

  /** @param inList whether it stands in a list of statements, where what precedes may lack its semicolon. */
  statement(inList: boolean): void {
    const { kinds, at: start } = this;
    switch (kinds[start]) {
      case K.BRACE_OPEN: {
        const around = this.scope;
        this.openScope();
        this.at++;
        this.statements(this.links[start]!);
        this.scope = around;
        return;
      }
      case K.SEMICOLON:
        this.at++;
        return;
      case K.VAR:
      case K.CONST:
        this.declaration(kinds[start] === K.VAR ? this.functionScope : this.scope, false);
        this.endStatement();
        return;
      case K.FUNCTION:
        if (!inList) this.doubt();
        this.functionStatement(start);
        return;
      case K.CLASS:
        this.classRest(this.scope);
        return;
      case K.IF:
        this.uncertain++;
        this.at++;
        this.parenthesised();
        this.statement(false);
        if (kinds[this.at] === K.ELSE) {
          this.at++;
          this.statement(false);
        }
        this.uncertain--;
        return;
      case K.FOR:
        this.uncertain++;
        this.forStatement();
        this.uncertain--;
        return;
      case K.WHILE:
        this.uncertain++;
        this.at++;
        this.parenthesised();
        this.statement(false);
        this.uncertain--;
        return;
      case K.DO:
        this.uncertain++;
        this.at++;
        this.statement(false);
        this.expect(K.WHILE);
        this.parenthesised();
        if (kinds[this.at] === K.SEMICOLON) this.at++;
        this.uncertain--;
        return;
      case K.RETURN:
      case K.THROW:
        // V8 gets modules as functions, where it may stand.
        if (this.isModule && this.functionScope === 0 && kinds[start] === K.RETURN) this.doubt();
        this.at++;
        if (kinds[this.at] !== K.SEMICOLON && kinds[this.at] !== K.BRACE_CLOSE && kinds[this.at] !== K.END && this.breaks[this.at] === 0) {
          this.expression(false);
        }
        this.endStatement();
        return;
      case K.BREAK:
      case K.CONTINUE:
        this.at++;
        if (kinds[this.at] === K.NAME && this.breaks[this.at] === 0) this.at++;
        this.endStatement();
        return;
      case K.TRY:
        this.tryStatement();
        return;
      case K.SWITCH:
        this.switchStatement();
        return;
      case K.DEBUGGER:
        this.at++;
        this.endStatement();
        return;
      case K.NAME:
        switch (this.links[start]) {
          case K.LET: {
            const next = kinds[start + 1];
            if (next !== K.NAME && next !== K.BRACKET_OPEN && next !== K.BRACE_OPEN) this.doubt();
            this.declaration(this.scope, false);
            this.endStatement();
            return;
          }
          case K.ASYNC:
            if (kinds[start + 1] === K.FUNCTION && this.breaks[start + 1] === 0) {
              if (!inList) this.doubt();
              this.functionStatement(start);
              return;
            }
        }
        if (kinds[start + 1] === K.COLON) {
          if (kinds[start + 2] === K.FUNCTION) this.doubt();
          this.uncertain++;
          this.at = start + 2;
          this.statement(false);
          this.uncertain--;
          return;
        }
        break;
      case K.WITH:
      case K.EXPORT:
        this.doubt();
    }
    this.expressionStatement(inList);
  }

  private expressionStatement(inList: boolean): void {
    const { kinds, at: start, lastTargets } = this;
    const asked = !this.strict;
    const { isLast } = this;
    const known = lastTargets.length;
    this.isLast = asked;
    const from = this.references.length;
    const parts: { start: number; last: number; targets: MemberTokens[] }[] = [];
    for (let first = start; ; first = ++this.at) {
      this.assignment(false);
      if (asked) parts.push({ start: first, last: this.at - 1, targets: lastTargets.splice(known) });
      if (kinds[this.at] !== K.COMMA) break;
    }
    this.isLast = isLast;
    this.endStatement();
    if (inList) this.flagReference(from, start, STARTS_STATEMENT);
    if (asked && parts.some(({ targets }) => targets.length > 0)) this.sloppyStatements.push({ start, last: this.at - 1, parts });
  }

  /** Flags the reference at a place of the list if it is that of a token. */
  private flagReference(at: number, token: number, flag: number): void {
    const { length, values } = this.references;
    if (at >= 0 && length > at && values[at + 2] === token) values[at + 3]! |= flag;
  }

  private parenthesised(): void {
    this.expect(K.PAREN_OPEN);
    this.inside();
    this.expect(K.PAREN_CLOSE);
  }

  /** An expression between brackets, of which no assignment is the last thing that a statement does. */
  private inside(): number {
    const { isLast } = this;
    this.isLast = false;
    const kind = this.expression(false);
    this.isLast = isLast;
    return kind;
  }

  /** `var`, `let` or `const` and what follows, up to the semicolon. */
  private declaration(scope: number, noIn: boolean): void {
    const { kinds } = this;
    this.at++;
    for (;;) {
      this.binding(scope);
      if (kinds[this.at] === K.ASSIGN) {
        this.at++;
        this.value(noIn);
      }
      if (kinds[this.at] !== K.COMMA) return;
      this.at++;
    }
  }

  /** An assignment expression whose own assignments are not the last thing that a statement does. */
  private value(noIn: boolean): number {
    const { isLast } = this;
    this.isLast = false;
    const kind = this.assignment(noIn);
    this.isLast = isLast;
    return kind;
  }

  /** A name or pattern that declares. Returns whether it was only a name. */
  private binding(scope: number): boolean {
    const { kinds, at: start } = this;
    switch (kinds[start]) {
      case K.NAME:
        this.declare(start, scope);
        this.at++;
        return true;
      case K.BRACKET_OPEN:
        this.at++;
        while (this.at < this.links[start]!) {
          if (kinds[this.at] === K.COMMA) {
            this.at++;
            continue;
          }
          if (kinds[this.at] === K.ELLIPSIS) this.at++;
          this.bindingWithDefault(scope);
        }
        this.expect(K.BRACKET_CLOSE);
        return false;
      case K.BRACE_OPEN:
        this.at++;
        while (this.at < this.links[start]!) {
          if (kinds[this.at] === K.ELLIPSIS) {
            this.at++;
            this.binding(scope);
          } else if (kinds[this.at] === K.NAME && kinds[this.at + 1] !== K.COLON) this.bindingWithDefault(scope);
          else {
            this.propertyKey();
            this.expect(K.COLON);
            this.bindingWithDefault(scope);
          }
          if (kinds[this.at] === K.COMMA) this.at++;
        }
        this.expect(K.BRACE_CLOSE);
        return false;
      default:
        return this.doubt();
    }
  }

  private bindingWithDefault(scope: number): boolean {
    const simple = this.binding(scope);
    if (this.kinds[this.at] !== K.ASSIGN) return simple;
    this.defaultValue();
    return false;
  }

  private defaultValue(): void {
    this.at++;
    this.uncertain++;
    this.value(false);
    this.uncertain--;
  }

  /** The key of a property or of a class's member, computed or not. */
  private propertyKey(): void {
    const kind = this.kinds[this.at]!;
    if (kind === K.BRACKET_OPEN) {
      this.at++;
      this.value(false);
      this.expect(K.BRACKET_CLOSE);
    } else if (kind === K.NAME || kind >= K.FIRST_WORD || kind === K.STRING || kind === K.NUMBER || kind === K.PRIVATE_NAME) this.at++;
    else this.doubt();
  }

  /** What a pattern without a declaration assigns to. */
  private target(): void {
    const { kinds, at: start } = this;
    const kind = kinds[start];
    if (kind === K.NAME && this.endsTarget(start + 1)) {
      this.refer(start, WRITE);
      this.at++;
    } else if ((kind === K.BRACKET_OPEN || kind === K.BRACE_OPEN) && this.endsTarget(this.links[start]! + 1)) this.targetPattern();
    else {
      this.memberEnd = NO_FUNCTION;
      this.operand(true);
      if (this.memberEnd !== this.at - 1) this.doubt();
    }
  }

  private endsTarget(at: number): boolean {
    const kind = this.kinds[at];
    return (
      kind === K.COMMA || kind === K.BRACKET_CLOSE || kind === K.BRACE_CLOSE || kind === K.ASSIGN || kind === K.PAREN_CLOSE || kind === K.IN ||
      this.isName(at, K.OF)
    );
  }

  private targetWithDefault(): void {
    this.target();
    if (this.kinds[this.at] === K.ASSIGN) this.defaultValue();
  }

  private targetPattern(): void {
    const { kinds, at: start } = this;
    const { isLast } = this;
    this.isLast = false;
    const close = this.links[start]!;
    this.at++;
    while (this.at < close) {
      if (kinds[this.at] === K.COMMA) {
        this.at++;
        continue;
      }
      if (kinds[this.at] === K.ELLIPSIS) {
        this.at++;
        this.target();
      } else if (kinds[start] === K.BRACKET_OPEN) this.targetWithDefault();
      else if (kinds[this.at] === K.NAME && kinds[this.at + 1] !== K.COLON) {
        this.refer(this.at++, WRITE | SHORTHAND);
        if (kinds[this.at] === K.ASSIGN) this.defaultValue();
      } else {
        this.propertyKey();
        this.expect(K.COLON);
        this.targetWithDefault();
      }
    }
    this.at++;
    this.isLast = isLast;
  }

  /** @param mayLackName whether it is a module's default export. */
  functionStatement(start: number, mayLackName = false): void {
    const isAsync = this.kinds[start] === K.NAME;
    this.at = isAsync ? start + 2 : start + 1;
    const isGenerator = this.kinds[this.at] === K.STAR;
    if (isGenerator) this.at++;
    if (mayLackName && this.kinds[this.at] === K.PAREN_OPEN) {
      this.functionRest(isAsync, isGenerator, -1);
      return;
    }
    const name = this.at++;
    if (this.isModule && this.scope === 0) this.topFunctions.push(this.links[name]!);
    this.declare(name, this.scope);
    this.functionRest(isAsync, isGenerator, -1);
    if (!this.strict && this.scope !== this.functionScope) {
      this.blockFunctions.push({ start, last: this.at - 1, name: this.links[name]!, block: this.scope, around: this.functionScope });
    }
  }

  /** Parameters and body. @param ownName the token that names a function expression. */
  private functionRest(isAsync: boolean, isGenerator: boolean, ownName: number): void {
    if (this.kinds[this.at] !== K.PAREN_OPEN) this.doubt();
    const body = this.links[this.at]! + 1;
    if (this.kinds[body] !== K.BRACE_OPEN) this.doubt();
    const { sloppy, strict, isOwn } = this;
    this.strict = strict || this.hasUseStrict(body + 1);
    this.isOwn = true;
    this.sloppy = undefined;
    if (!this.strict) {
      let prologue = body;
      while (this.isDirective(prologue + 1)) prologue += this.kinds[prologue + 2] === K.SEMICOLON ? 2 : 1;
      this.sloppyBodies.push((this.sloppy = { body, prologue, thisTokens: [] }));
    }
    this.functionBody(isAsync, isGenerator, ownName, body);
    this.isOwn = isOwn;
    this.sloppy = sloppy;
    this.strict = strict;
  }

  /** At the parameters of any function, arrows included, with a block for its body. */
  private functionBody(isAsync: boolean, isGenerator: boolean, ownName: number, body: number): void {
    const { scope, functionScope, isAsync: wasAsync, isGenerator: wasGenerator, isLast } = this;
    this.functionScope = this.openScope();
    this.isAsync = isAsync;
    this.isGenerator = isGenerator;
    this.isLast = false;
    this.uncertain++;
    if (ownName !== -1) this.declare(ownName, this.scope);
    const simple = this.parameters();
    if (!simple) this.functionScope = this.openScope();
    this.at = body + 1;
    this.directives();
    this.statements(this.links[body]!);
    this.uncertain--;
    this.scope = scope;
    this.functionScope = functionScope;
    this.isAsync = wasAsync;
    this.isGenerator = wasGenerator;
    this.isLast = isLast;
  }

  /** Returns whether all are plain names. */
  private parameters(): boolean {
    const { kinds } = this;
    if (kinds[this.at] === K.NAME) {
      this.declare(this.at++, this.scope);
      return true;
    }
    const close = this.links[this.at]!;
    let simple = true;
    this.at++;
    while (this.at < close) {
      if (kinds[this.at] === K.ELLIPSIS) {
        this.at++;
        simple = false;
      }
      if (!this.bindingWithDefault(this.scope)) simple = false;
      if (kinds[this.at] === K.COMMA) this.at++;
    }
    return simple;
  }

  /** At the parameters of an arrow function. */
  private arrow(isAsync: boolean): number {
    const parameters = this.at;
    const arrowAt = this.kinds[parameters] === K.NAME ? parameters + 1 : this.links[parameters]! + 1;
    const body = arrowAt + 1;
    if (this.breaks[arrowAt] === 1) this.doubt();
    const { strict } = this;
    if (this.kinds[body] === K.BRACE_OPEN) {
      if (this.hasUseStrict(body + 1)) this.strict = true;
      this.functionBody(isAsync, false, -1, body);
      this.strict = strict;
      return OTHER;
    }
    const { scope, functionScope, isAsync: wasAsync, isGenerator } = this;
    this.functionScope = this.openScope();
    this.isAsync = isAsync;
    this.isGenerator = false;
    this.uncertain++;
    const { isLast } = this;
    this.isLast = false;
    this.parameters();
    this.at = body;
    this.assignment(this.arrowNoIn);
    this.isLast = isLast;
    this.uncertain--;
    this.scope = scope;
    this.functionScope = functionScope;
    this.isAsync = wasAsync;
    this.isGenerator = isGenerator;
    return OTHER;
  }
  private arrowNoIn = false;

  /** At the token `class`. @param declaring where a declaration's name belongs; -1 for an expression's. */
  classRest(declaring: number, mayLackName = false): void {
    const { kinds } = this;
    const { strict, scope, isLast } = this;
    this.strict = true;
    this.isLast = false;
    this.uncertain++;
    this.at++;
    const inner = this.openScope();
    if (kinds[this.at] === K.NAME) {
      if (declaring !== -1) this.declare(this.at, declaring);
      this.declare(this.at++, inner);
    } else if (declaring !== -1 && !mayLackName) this.doubt();
    if (kinds[this.at] === K.EXTENDS) {
      this.at++;
      this.operand(true);
    }
    const close = this.links[this.at]!;
    this.expect(K.BRACE_OPEN);
    while (this.at < close) this.classMember();
    this.at++;
    this.uncertain--;
    this.scope = scope;
    this.strict = strict;
    this.isLast = isLast;
  }

  private classMember(): void {
    const { kinds } = this;
    if (kinds[this.at] === K.SEMICOLON) {
      this.at++;
      return;
    }
    if (this.isName(this.at, K.STATIC) && !this.endsMemberName(this.at + 1)) {
      this.at++;
      if (kinds[this.at] === K.BRACE_OPEN) {
        this.ownFunction(() => {
          const close = this.links[this.at++]!;
          this.statements(close);
        });
        return;
      }
    }
    if (this.method()) return;
    this.propertyKey();
    if (kinds[this.at] === K.ASSIGN) {
      this.ownFunction(() => {
        this.at++;
        this.assignment(false);
      });
    }
    this.endStatement();
  }

  private endsMemberName(at: number): boolean {
    const kind = this.kinds[at];
    return kind === K.PAREN_OPEN || kind === K.ASSIGN || kind === K.SEMICOLON || kind === K.BRACE_CLOSE || this.breaks[at] === 1;
  }

  /** A field's value, or a static block: a function of its own as far as names go. */
  private ownFunction(read: () => void): void {
    const { scope, functionScope, sloppy, isAsync, isGenerator, isOwn } = this;
    this.functionScope = this.openScope();
    this.isOwn = true;
    this.sloppy = undefined;
    this.isAsync = false;
    this.isGenerator = false;
    read();
    this.isOwn = isOwn;
    this.scope = scope;
    this.functionScope = functionScope;
    this.sloppy = sloppy;
    this.isAsync = isAsync;
    this.isGenerator = isGenerator;
  }

  /** A method, getter or setter of a literal or class, if one begins here. */
  private method(): boolean {
    const { kinds, links, at: start } = this;
    let isAsync = false;
    let isGenerator = false;
    let at = start;
    if (kinds[at] === K.NAME && this.beginsKey(at + 1)) {
      const name = links[at]!;
      if (name === K.ASYNC && this.breaks[at + 1] === 0) {
        isAsync = true;
        at++;
      } else if (name === K.GET || name === K.SET) at++;
    }
    if (kinds[at] === K.STAR) {
      isGenerator = true;
      at++;
    }
    const after = kinds[at] === K.BRACKET_OPEN ? links[at]! + 1 : at + 1;
    if (kinds[after] !== K.PAREN_OPEN) {
      // `get` in a class on a line of its own, `async` before a field: rare.
      if (at !== start) this.doubt();
      return false;
    }
    this.at = at;
    this.propertyKey();
    this.functionRest(isAsync, isGenerator, -1);
    return true;
  }

  private beginsKey(at: number): boolean {
    const kind = this.kinds[at]!;
    return kind === K.NAME || kind >= K.FIRST_WORD || kind === K.STRING || kind === K.NUMBER || kind === K.PRIVATE_NAME || kind === K.BRACKET_OPEN || kind === K.STAR;
  }

  private forStatement(): void {
    const { kinds, links } = this;
    const around = this.scope;
    this.openScope();
    this.at++;
    if (this.isName(this.at, K.AWAIT)) {
      if (this.functionScope === 0) this.hasTopLevelAwait = true;
      this.at++;
    }
    const open = this.at;
    this.expect(K.PAREN_OPEN);
    const first = this.at;
    const kind = kinds[first];
    const isLet = kind === K.NAME && links[first] === K.LET;
    if (kind === K.VAR || kind === K.CONST || (isLet && kinds[first + 1] !== K.SEMICOLON && kinds[first + 1] !== K.ASSIGN && !this.isIteration(first + 1))) {
      this.declaration(kind === K.VAR ? this.functionScope : this.scope, true);
    } else if (kind !== K.SEMICOLON) {
      if ((kind === K.NAME && this.isIteration(first + 1)) || ((kind === K.BRACKET_OPEN || kind === K.BRACE_OPEN) && this.isIteration(links[first]! + 1))) this.target();
      else this.expression(true);
    }
    if (this.isIteration(this.at)) {
      this.at++;
      this.expression(false);
    } else {
      this.expect(K.SEMICOLON);
      if (kinds[this.at] !== K.SEMICOLON) this.inside();
      this.expect(K.SEMICOLON);
      if (this.at < links[open]!) this.inside();
    }
    this.expect(K.PAREN_CLOSE);
    this.statement(false);
    this.scope = around;
  }

  private isIteration(at: number): boolean {
    return this.kinds[at] === K.IN || this.isName(at, K.OF);
  }

  private tryStatement(): void {
    const { kinds } = this;
    this.uncertain++;
    this.at++;
    this.block();
    if (kinds[this.at] === K.CATCH) {
      const around = this.scope;
      this.at++;
      this.openScope();
      if (kinds[this.at] === K.PAREN_OPEN) {
        this.at++;
        this.binding(this.scope);
        this.expect(K.PAREN_CLOSE);
      }
      this.block();
      this.scope = around;
    }
    if (kinds[this.at] === K.FINALLY) {
      this.at++;
      this.block();
    }
    this.uncertain--;
  }

  private block(): void {
    if (this.kinds[this.at] !== K.BRACE_OPEN) this.doubt();
    this.statement(false);
  }

  private switchStatement(): void {
    const { kinds } = this;
    this.uncertain++;
    this.at++;
    this.parenthesised();
    const around = this.scope;
    this.openScope();
    const close = this.links[this.at]!;
    this.expect(K.BRACE_OPEN);
    while (this.at < close) {
      if (kinds[this.at] === K.CASE) {
        this.at++;
        this.inside();
      } else this.expect(K.DEFAULT);
      this.expect(K.COLON);
      while (this.at < close && kinds[this.at] !== K.CASE && kinds[this.at] !== K.DEFAULT) this.statement(true);
    }
    this.at++;
    this.scope = around;
    this.uncertain--;
  }

  private expression(noIn: boolean): number {
    const kind = this.assignment(noIn);
    if (this.kinds[this.at] !== K.COMMA) return kind;
    let known = 0;
    while (this.kinds[this.at] === K.COMMA) {
      this.at++;
      known = this.lastTargets.length;
      this.assignment(noIn);
    }
    // Of the last operand alone.
    if (this.isLast) this.lastTargets.splice(this.firstTarget, known - this.firstTarget);
    return ANYTHING;
  }
  /** Where the targets of the parentheses around begin. */
  private firstTarget = 0;

  assignment(noIn: boolean): number {
    const { kinds, at: start } = this;
    const kind = kinds[start]!;
    if (kind === K.NAME) {
      const next = kinds[start + 1]!;
      if (ENDS_EXPRESSION[next] === 1 && (this.links[start] !== K.YIELD || !this.isGenerator) && !this.isOperatorName(start)) {
        this.refer(start, READ);
        this.at = start + 1;
        return IDENTIFIER;
      }
      if (next === K.ASSIGN || next === K.ASSIGN_OTHERWISE) {
        this.refer(start, WRITE);
        this.at = start + 2;
        this.value(noIn);
        return ANYTHING;
      }
      if (next === K.ARROW) return this.arrowIn(noIn, false);
      const name = this.links[start]!;
      if (name === K.ASYNC && this.breaks[start + 1] === 0) {
        if ((next === K.NAME && kinds[start + 2] === K.ARROW) || (next === K.PAREN_OPEN && kinds[this.links[start + 1]! + 1] === K.ARROW)) {
          this.at++;
          return this.arrowIn(noIn, true);
        }
      } else if (name === K.YIELD && this.isGenerator) return this.yieldExpression(noIn);
    } else if (kind === K.STRING || kind === K.NUMBER) {
      if (ENDS_EXPRESSION[kinds[start + 1]!] === 1) {
        this.at = start + 1;
        return LITERAL;
      }
    } else if (kind === K.PAREN_OPEN) {
      const next = kinds[this.links[start]! + 1];
      if (next === K.ARROW) return this.arrowIn(noIn, false);
      if (next === K.ASSIGN || next === K.ASSIGN_OTHERWISE) {
        const name = this.nameInParentheses(start);
        if (name !== -1) {
          this.refer(name, WRITE);
          this.at = this.links[start]! + 2;
          this.value(noIn);
          return ANYTHING;
        }
      }
    } else if ((kind === K.BRACKET_OPEN || kind === K.BRACE_OPEN) && kinds[this.links[start]! + 1] === K.ASSIGN) {
      this.targetPattern();
      this.at++;
      this.value(noIn);
      return ANYTHING;
    }
    const requests = this.certainRequests.length;
    const targets = this.lastTargets.length;
    const found = this.binary(noIn);
    const next = kinds[this.at];
    if (next === K.QUESTION) {
      cut(this.lastTargets, targets);
      this.at++;
      this.assignment(false);
      this.expect(K.COLON);
      this.assignment(noIn);
      cut(this.certainRequests, requests);
      return ANYTHING;
    }
    if (next !== K.ASSIGN && next !== K.ASSIGN_OTHERWISE) return found;
    if (found !== MEMBER || this.memberEnd !== this.at - 1) this.doubt();
    const member = this.noteTarget();
    this.at++;
    this.value(noIn);
    if (this.isLast) this.lastTargets.push(member ?? this.doubt());
    return ANYTHING;
  }

  private arrowIn(noIn: boolean, isAsync: boolean): number {
    const { arrowNoIn } = this;
    this.arrowNoIn = noIn;
    const kind = this.arrow(isAsync);
    this.arrowNoIn = arrowNoIn;
    return kind;
  }

  private yieldExpression(noIn: boolean): number {
    this.at++;
    const kind = this.kinds[this.at]!;
    if (this.breaks[this.at] === 1) return ANYTHING;
    switch (kind) {
      case K.PAREN_CLOSE: case K.BRACKET_CLOSE: case K.BRACE_CLOSE: case K.SEMICOLON: case K.COMMA: case K.COLON: case K.END:
      case K.TEMPLATE_MIDDLE: case K.TEMPLATE_TAIL: case K.IN:
        return ANYTHING;
      case K.STAR:
        this.at++;
    }
    this.value(noIn);
    return ANYTHING;
  }

  private binary(noIn: boolean): number {
    const { kinds } = this;
    const requests = this.certainRequests.length;
    const targets = this.lastTargets.length;
    const kind = this.unary();
    let operator = kinds[this.at]!;
    if (!isOperator(operator) || (operator === K.IN && noIn)) return kind;
    let isLogical = false;
    let last = operator;
    do {
      last = operator;
      if (operator === K.LOGICAL) isLogical = true;
      cut(this.lastTargets, targets);
      this.at++;
      this.unary();
      operator = kinds[this.at]!;
    } while (isOperator(operator) && !(operator === K.IN && noIn));
    if (last !== K.LOGICAL) cut(this.lastTargets, targets);
    if (!isLogical) return OTHER;
    cut(this.certainRequests, requests);
    return ANYTHING;
  }

  private unary(): number {
    const { kinds, at: start } = this;
    const first = kinds[start]!;
    if (first === K.NAME ? kinds[start + 1] !== K.UPDATE && !this.isOperatorName(start) : IS_PREFIX[first] === 0) return this.updated(this.operand(true));
    switch (first) {
      case K.NOT:
        // `~` ends what could be silent, `!` does not.
        return this.unaryOperand(this.tokens.characters[this.tokens.starts[start]!] === 33);
      case K.VOID:
        return this.unaryOperand(true);
      case K.PLUS_OR_MINUS:
        return this.unaryOperand(false);
      case K.TYPEOF: {
        let name = start + 1;
        while (kinds[name] === K.PAREN_OPEN && kinds[this.links[name]! - 1] === K.NAME && this.links[name]! === name + 2) name++;
        if (kinds[name] !== K.NAME || this.continues(name + 1 + (name - start - 1)) || this.isOperatorName(name)) return this.unaryOperand(false);
        this.refer(name, TYPEOF);
        this.at = name + 1 + (name - start - 1);
        return OTHER;
      }
      case K.DELETE: {
        this.memberEnd = NO_FUNCTION;
        const { length } = this.lastTargets;
        this.at++;
        const kind = this.unary();
        cut(this.lastTargets, length);
        if (kind === IDENTIFIER) this.doubt();
        if (this.strict || kind === CHAIN) return OTHER;
        if (kind !== MEMBER || this.memberEnd !== this.at - 1 || this.memberStart !== start + 1) this.doubt();
        const member = this.memberTokens();
        this.deletes.push({ token: start, member });
        if (this.isLast) this.lastTargets.push(member);
        return OTHER;
      }
      case K.UPDATE: {
        const name = start + 1;
        if (kinds[name] === K.NAME && !this.continues(name + 1)) {
          this.noteCounter(name);
          this.at = name + 1;
          return OTHER;
        }
        this.memberEnd = NO_FUNCTION;
        this.at++;
        const { length } = this.lastTargets;
        const kind = this.operand(true);
        cut(this.lastTargets, length);
        if (kind !== MEMBER || this.memberEnd !== this.at - 1) this.doubt();
        const member = this.noteTarget();
        if (this.isLast) this.lastTargets.push(member ?? this.doubt());
        return OTHER;
      }
      case K.NAME:
        if (this.isOperatorName(start)) {
          if (this.functionScope === 0) this.hasTopLevelAwait = true;
          const requests = this.certainRequests.length;
          this.unaryOperand(false);
          cut(this.certainRequests, requests);
          return ANYTHING;
        }
        if (kinds[start + 1] === K.UPDATE && this.breaks[start + 1] === 0) {
          this.noteCounter(start);
          this.at = start + 2;
          return OTHER;
        }
    }
    return this.updated(this.operand(true));
  }

  /** An operand, and the `++` or `--` behind it. */
  private updated(kind: number): number {
    if (this.kinds[this.at] !== K.UPDATE || this.breaks[this.at] === 1) return kind;
    if (kind !== MEMBER || this.memberEnd !== this.at - 1) this.doubt();
    const member = this.noteTarget();
    if (this.isLast) this.lastTargets.push(member ?? this.doubt());
    this.at++;
    return OTHER;
  }

  /** `await` where it is an operator. */
  private isOperatorName(at: number): boolean {
    return this.isAsync && this.links[at] === K.AWAIT;
  }

  private unaryOperand(isSilent: boolean): number {
    const { length } = this.lastTargets;
    this.at++;
    this.unary();
    if (!isSilent) cut(this.lastTargets, length);
    return OTHER;
  }

  /** Whether an expression goes on with a member, a call or a template. */
  private continues(at: number): boolean {
    switch (this.kinds[at]) {
      case K.DOT: case K.OPTIONAL_DOT: case K.BRACKET_OPEN: case K.PAREN_OPEN: case K.TEMPLATE: case K.TEMPLATE_HEAD:
        return true;
      default:
        return false;
    }
  }

  private noteCounter(name: number): void {
    this.refer(name, WRITE);
    const at = this.counters.add(DECLARATION);
    this.counters.values[at] = this.links[name]!;
    this.counters.values[at + 1] = this.scope;
  }

  /** A primary expression and the members, calls and templates that follow. */
  private operand(withCalls: boolean): number {
    const { kinds, links, at: start } = this;
    const requests = this.certainRequests.length;
    const targets = this.lastTargets.length;
    const primary = this.primary(withCalls);
    if (!this.continues(this.at)) return primary;
    // HAZARD: `(a)(b)` is a call of `a` too: what stands for it must not become `this`.
    if (primary === IDENTIFIER && kinds[start] === K.PAREN_OPEN && this.isCalled(this.at, withCalls)) {
      this.flagReference(this.references.length - REFERENCE, this.nameInParentheses(start), CALL);
    }
    cut(this.lastTargets, targets);
    let isChain = false;
    let kind = primary;
    let dot = -1;
    let key = OTHER;
    let last = -1;
    let intrinsic = this.isIntrinsic(start) ? 0 : -1;
    let objectIntrinsic = -1;
    for (;;) {
      const at = this.at;
      switch (kinds[at]) {
        case K.DOT:
          objectIntrinsic = intrinsic;
          if (intrinsic !== -1) intrinsic++;
          dot = at;
          key = IDENTIFIER;
          this.at = at + 2;
          last = at + 1;
          kind = MEMBER;
          if (kinds[last] !== K.NAME && kinds[last] !== K.PRIVATE_NAME) this.doubt();
          continue;
        case K.OPTIONAL_DOT:
          isChain = true;
          this.at = at + 1;
          if (kinds[at + 1] === K.NAME || kinds[at + 1] === K.PRIVATE_NAME) this.at = at + 2;
          else if (kinds[at + 1] !== K.BRACKET_OPEN && kinds[at + 1] !== K.PAREN_OPEN) this.doubt();
          kind = CHAIN;
          continue;
        case K.BRACKET_OPEN:
          objectIntrinsic = intrinsic;
          intrinsic = -1;
          dot = at;
          this.at = at + 1;
          key = this.inside();
          last = this.at;
          this.expect(K.BRACKET_CLOSE);
          kind = MEMBER;
          continue;
        case K.PAREN_OPEN:
          if (!withCalls) break;
          if (this.added.size > 0 && kind === MEMBER && !isChain) this.noteAddedCall(start, dot);
          this.arguments(at);
          intrinsic = -1;
          kind = CALLED;
          continue;
        case K.TEMPLATE:
        case K.TEMPLATE_HEAD:
          this.template();
          intrinsic = -1;
          kind = OTHER;
          continue;
      }
      break;
    }
    this.memberStart = start;
    this.memberDot = dot;
    this.memberKey = key;
    this.memberLast = last;
    this.memberEnd = kind === MEMBER ? last : NO_FUNCTION;
    // `(Object.prototype).x`: who writes that?
    this.memberIntrinsic = kinds[start] === K.PAREN_OPEN && this.isIntrinsic(this.tokens.inside(start, links[start]!)) ? UNKNOWN : objectIntrinsic;
    if (!isChain) return kind;
    cut(this.certainRequests, requests);
    return CHAIN;
  }

  /** A call of `x.name` at the parenthesis. */
  private noteAddedCall(start: number, dot: number): void {
    const { kinds, tokens } = this;
    if (kinds[dot] !== K.DOT || kinds[dot + 1] !== K.NAME || (kinds[start] === K.SUPER && dot === start + 1)) return;
    if (this.added.has(tokens.textOf(dot + 1))) this.addedCalls.push({ start, dot });
  }

  private isIntrinsic(at: number): boolean {
    return this.kinds[at] === K.NAME && this.links[at]! >= K.FIRST_INTRINSIC && this.links[at]! <= K.LAST_INTRINSIC;
  }

  /** Whether what is before a token is called, or the tag of a template. */
  private isCalled(at: number, mayBeCalled: boolean): boolean {
    const kind = this.kinds[at];
    if (kind === K.TEMPLATE || kind === K.TEMPLATE_HEAD) return true;
    return mayBeCalled && (kind === K.PAREN_OPEN || (kind === K.OPTIONAL_DOT && this.kinds[at + 1] === K.PAREN_OPEN));
  }

  private arguments(open: number): void {
    const { kinds } = this;
    const close = this.links[open]!;
    const { isLast } = this;
    this.isLast = false;
    if (this.uncertain === 0 && this.isName(open - 1, K.REQUIRE) && kinds[open + 1] === K.STRING && (kinds[open + 2] === K.COMMA || open + 2 === close)) {
      this.noteRequest(open);
    }
    this.at = open + 1;
    while (this.at < close) {
      if (kinds[this.at] === K.ELLIPSIS) this.at++;
      this.assignment(false);
      if (kinds[this.at] === K.COMMA) this.at++;
    }
    this.expect(K.PAREN_CLOSE);
    this.isLast = isLast;
  }

  private noteRequest(open: number): void {
    const text = this.tokens.textOf(open + 1);
    if (text.includes("\\")) this.doubt();
    if (this.kinds[open - 2] !== K.NEW) this.certainRequests.push(text.slice(1, -1));
  }

  private template(): void {
    const { kinds } = this;
    while (kinds[this.at] === K.TEMPLATE_HEAD || kinds[this.at] === K.TEMPLATE_MIDDLE) {
      this.at++;
      this.inside();
    }
    if (kinds[this.at] !== K.TEMPLATE && kinds[this.at] !== K.TEMPLATE_TAIL) this.doubt();
    this.at++;
  }

  private primary(mayBeCalled: boolean): number {
    const { kinds, at: start } = this;
    switch (kinds[start]) {
      case K.NAME: {
        const next = kinds[start + 1];
        if (this.links[start] === K.ASYNC && next === K.FUNCTION && this.breaks[start + 1] === 0) {
          this.at++;
          return this.functionExpression(true);
        }
        this.refer(start, this.isCalled(start + 1, mayBeCalled) ? CALL : READ);
        this.at++;
        return IDENTIFIER;
      }
      case K.THIS:
        this.sloppy?.thisTokens.push(start);
        this.at++;
        return OTHER;
      case K.NUMBER: case K.STRING: case K.REGEXP: case K.NULL: case K.TRUE: case K.FALSE:
        this.at++;
        return LITERAL;
      case K.TEMPLATE:
      case K.TEMPLATE_HEAD:
        this.template();
        return OTHER;
      case K.PAREN_OPEN:
        return this.inParentheses();
      case K.BRACKET_OPEN:
        this.arrayLiteral();
        return OTHER;
      case K.BRACE_OPEN:
        this.objectLiteral();
        return OTHER;
      case K.FUNCTION:
        return this.functionExpression(false);
      case K.CLASS:
        this.classRest(-1);
        return OTHER;
      case K.NEW:
        return this.newExpression();
      case K.SUPER:
        this.at++;
        if (!this.continues(this.at) || (kinds[this.at] !== K.PAREN_OPEN && kinds[this.at] !== K.DOT && kinds[this.at] !== K.BRACKET_OPEN)) this.doubt();
        return OTHER;
      case K.IMPORT:
        if (kinds[start + 1] === K.DOT) {
          if (!this.isModule || this.tokens.source.slice(this.tokens.starts[start], this.tokens.ends[start + 2]) !== "import.meta") this.doubt();
          this.importMetas.push(start);
          this.at += 3;
          return OTHER;
        }
        if (kinds[start + 1] !== K.PAREN_OPEN) this.doubt();
        this.dynamicImports.push(start);
        this.at++;
        return OTHER;
      case K.PRIVATE_NAME:
        if (kinds[start + 1] !== K.IN) this.doubt();
        this.at++;
        return OTHER;
      default:
        return this.doubt();
    }
  }

  private inParentheses(): number {
    const { firstTarget } = this;
    this.firstTarget = this.lastTargets.length;
    this.at++;
    const kind = this.expression(false);
    // Checked types make people write `(a.b) = c`, with a comment before.
    if (this.memberEnd === this.at - 1) this.memberEnd++;
    this.expect(K.PAREN_CLOSE);
    this.firstTarget = firstTarget;
    return kind;
  }

  /** The name that is all there is between parentheses; -1 where there is more. */
  private nameInParentheses(open: number): number {
    const name = this.tokens.inside(open, this.links[open]!);
    return this.kinds[name] === K.NAME && this.links[open]! === name + (name - open) ? name : -1;
  }

  private functionExpression(isAsync: boolean): number {
    this.at++;
    const isGenerator = this.kinds[this.at] === K.STAR;
    if (isGenerator) this.at++;
    const name = this.kinds[this.at] === K.NAME ? this.at++ : -1;
    this.functionRest(isAsync, isGenerator, name);
    return OTHER;
  }

  private newExpression(): number {
    const { kinds } = this;
    this.at++;
    if (kinds[this.at] === K.DOT) {
      if (this.isModule && !this.isOwn) this.doubt();
      this.at += 2;
      return OTHER;
    }
    const callee = this.at;
    const from = this.references.length;
    const { isLast } = this;
    this.isLast = false;
    if (kinds[callee] === K.IMPORT) this.doubt();
    this.operand(false);
    this.flagReference(from, this.tokens.inside(callee, this.at - 1), IN_NEW_CALLEE);
    if (kinds[this.at] === K.PAREN_OPEN) this.arguments(this.at);
    else if (kinds[this.at] === K.OPTIONAL_DOT) this.doubt();
    this.isLast = isLast;
    return OTHER;
  }

  private arrayLiteral(): void {
    const { kinds } = this;
    const close = this.links[this.at]!;
    const { isLast } = this;
    this.isLast = false;
    this.at++;
    while (this.at < close) {
      if (kinds[this.at] === K.COMMA) {
        this.at++;
        continue;
      }
      if (kinds[this.at] === K.ELLIPSIS) this.at++;
      this.assignment(false);
      if (kinds[this.at] !== K.COMMA && this.at !== close) this.doubt();
    }
    this.at++;
    this.isLast = isLast;
  }

  private objectLiteral(): void {
    const { kinds } = this;
    const close = this.links[this.at]!;
    const { isLast } = this;
    this.isLast = false;
    this.at++;
    while (this.at < close) {
      if (kinds[this.at] === K.ELLIPSIS) {
        this.at++;
        this.assignment(false);
      } else if (kinds[this.at] === K.NAME && (kinds[this.at + 1] === K.COMMA || this.at + 1 === close)) this.refer(this.at++, READ | SHORTHAND);
      else if (!this.method()) {
        this.propertyKey();
        this.expect(K.COLON);
        this.assignment(false);
      }
      if (kinds[this.at] === K.COMMA) this.at++;
      else if (this.at !== close) this.doubt();
    }
    this.at++;
    this.isLast = isLast;
  }

  private memberTokens(): MemberTokens {
    const dot = this.memberDot;
    const computed = this.kinds[dot] === K.BRACKET_OPEN;
    return { start: this.memberStart, dot, computed, key: computed ? this.tokens.inside(dot + 1, this.memberLast - 1) : dot + 1, last: this.memberLast };
  }

  /** The member that was read last is assigned. Returns it where a sloppy statement may end in that. */
  private noteTarget(): MemberTokens | undefined {
    const { kinds, strict } = this;
    if (kinds[this.memberStart] === K.SUPER && this.memberDot === this.memberStart + 1) {
      return this.isLast ? this.doubt() : undefined;
    }
    const member = this.memberTokens();
    const { computed, key } = member;
    const asked = this.isLast ? member : undefined;
    if (kinds[key] === K.PRIVATE_NAME) return asked;
    if (computed && this.memberKey !== LITERAL) {
      const length = member.last - member.dot - 1 - 2 * (key - member.dot - 1);
      let keyKind: DelicateMember["keyKind"] = "computed";
      if (this.memberKey === MEMBER && this.isName(key, K.SYMBOL) && kinds[key + 1] === K.DOT && length === 3) keyKind = "symbol";
      else if (this.memberKey === IDENTIFIER) keyKind = "variable";
      else if (this.memberKey === OTHER) return asked;
      this.delicate.push({ ...member, keyKind, strict, replaces: false, scope: this.scope });
      return asked;
    }
    if (computed && kinds[key] !== K.STRING) return asked;
    const name = this.keyName(member);
    const intrinsic = this.memberIntrinsic;
    if (intrinsic === UNKNOWN) this.doubt();
    const isMethod = intrinsic > 0 && this.tokens.textOf(this.memberDot - 1) !== "prototype";
    const isDelicate = name === "constructor" || (!strict && (name === "name" || name === "length" || intrinsic !== -1));
    const replaces = !isDelicate && !isMethod && strict && (intrinsic !== -1 || STACK_SETTINGS.has(name));
    if (isDelicate || isMethod || replaces) {
      this.delicate.push({ ...member, keyKind: "name", strict: strict && (isDelicate || replaces), replaces, scope: this.scope });
    }
    return asked;
  }

  private keyName({ computed, key }: MemberTokens): string {
    const text = this.tokens.textOf(key);
    if (computed && text.includes("\\")) this.doubt();
    return computed ? text.slice(1, -1) : text;
  }
}

/** HAZARD for speed: V8 assigns a length in its runtime, also where it is the same, and this is asked for each expression. */
function cut(list: unknown[], length: number): void {
  if (list.length !== length) list.length = length;
}

const UNKNOWN = -2;

const IS_PREFIX = new Uint8Array(128);
for (const kind of [K.NOT, K.VOID, K.PLUS_OR_MINUS, K.TYPEOF, K.DELETE, K.UPDATE]) IS_PREFIX[kind] = 1;

/** Kinds before which an expression of one token is all there is. */
const ENDS_EXPRESSION = new Uint8Array(128);
for (const kind of [K.COMMA, K.PAREN_CLOSE, K.BRACKET_CLOSE, K.BRACE_CLOSE, K.SEMICOLON, K.TEMPLATE_MIDDLE, K.TEMPLATE_TAIL]) ENDS_EXPRESSION[kind] = 1;

function isOperator(kind: number): boolean {
  return kind >= K.LOGICAL && (kind <= K.PLUS_OR_MINUS || kind === K.BINARY || kind === K.IN || kind === K.INSTANCEOF);
}
