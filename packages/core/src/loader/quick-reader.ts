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
import { isInheritedAsData, SETTINGS_OF_INTRINSICS } from "./delicate-names.ts";
import { exportsGlobal } from "./exports-global.ts";
import { inheritsArrays } from "./inherits-arrays.ts";
import { readExport, readImport } from "./quick-module-items.ts";
import type { SyntaxNode } from "./syntax.ts";
import * as K from "./token-kinds.ts";
import { Tokens } from "./tokens.ts";

/** The text is read by the slower parser. */
export class Doubt extends Error {}

/** How a name is used; the lowest bits of a reference's flags. */
export const READ = 0;
export const WRITE = 1;
const CALL = 2;
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
class NumberRows {
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

/** The lists of one text. They are used again for the next one, since most programs have many small texts. */
class Lists {
  /** By scope, the one around it. */
  readonly parents = new NumberRows();
  readonly references = new NumberRows();
  readonly declarations = new NumberRows();
  readonly counters = new NumberRows();
}
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
  readonly parts: readonly {
    readonly start: number;
    readonly last: number;
    readonly targets: readonly MemberTokens[];
  }[];
}

/** Top-level statements after which the rest may not run: see `certain-requests.ts`. */
const MAY_END = /\b(?:return|throw|exit|exitCode|abort)\b/;
const NO_FUNCTION = -1;

/** What was read of a text. */
export interface QuickReading {
  readonly tokens: Tokens;
  /** By scope, the one around it; scopes are numbered in the order in which they begin. */
  readonly parents: NumberRows;
  /** Rows of `REFERENCE` and of `DECLARATION` numbers. */
  readonly references: NumberRows;
  readonly declarations: NumberRows;
  /** Names that `++` or `--` changes. */
  readonly counters: NumberRows;
  readonly delicate: readonly DelicateMember[];
  readonly sloppyBodies: readonly SloppyBody[];
  readonly sloppyStatements: readonly SloppyStatement[];
  /** The token `delete` and the member after it, in sloppy code. */
  readonly deletes: readonly MemberDelete[];
  readonly blockFunctions: readonly BlockFunction[];
  readonly dynamicImports: readonly number[];
  /** Tokens of templates that no function is called with, of a text that may name its source. */
  readonly namingTemplates: readonly number[];
  /** The token `import` of each `import.meta`. */
  readonly importMetas: readonly number[];
  /** Imports and exports, as a parser has them. */
  readonly moduleItems: readonly SyntaxNode[];
  /** Names of functions at the top of a module, where nothing else may have one of them. */
  readonly topFunctions: readonly number[];
  readonly hasTopLevelAwait: boolean;
  readonly certainRequests: readonly string[];
  /** Names that the text adds to intrinsics, and the callees `x.name` of such names: see `rewrite-extensions.ts`. */
  readonly added: ReadonlySet<string>;
  readonly addedCalls: readonly AddedCall[];
}

interface MemberDelete {
  readonly token: number;
  readonly member: MemberTokens;
}

/** A function in a block of sloppy code: its first and last tokens, its name, the block and the function around. */
export interface BlockFunction {
  readonly start: number;
  readonly last: number;
  readonly name: number;
  readonly block: number;
  readonly around: number;
}

interface AddedCall {
  readonly start: number;
  readonly dot: number;
}

// What is known of the text that is being read: of one at a time. These are variables of this file and
// not properties of an object since most texts are read before V8 has optimised anything, and until then
// a property costs many times what a variable does.
let tokens: Tokens;
let kinds: Uint8Array;
let links: Int32Array;
let breaks: Uint8Array;
let isModule: boolean;
let added: ReadonlySet<string>;
let lists: Lists;
let { parents, references, declarations, counters } = (lists = new Lists());
let delicate: DelicateMember[];
let sloppyBodies: SloppyBody[];
let sloppyStatements: SloppyStatement[];
let deletes: MemberDelete[];
let blockFunctions: BlockFunction[];
let dynamicImports: number[];
let namingTemplates: number[];
let importMetas: number[];
let moduleItems: SyntaxNode[];
let topFunctions: number[];
let certainRequests: string[];
let addedCalls: AddedCall[];
let hasTopLevelAwait: boolean;
/** The next token. */
let at: number;
let scope: number;
let functionScope: number;
let strict: boolean;
/** The innermost function that is sloppy and no arrow, if no strict one is in between. */
let sloppy: SloppyBody | undefined;
let isAsync: boolean;
let isGenerator: boolean;
/** Whether `arguments` and `new.target` are a function's, or a class's. */
let isOwn: boolean;
/** Above zero where requests are not certain to be made. */
let uncertain: number;
/** Whether an assignment here is the last thing that a sloppy statement does, unless what follows says otherwise. */
let isLast: boolean;
let lastTargets: MemberTokens[];
/** Where the targets of the parentheses around begin. */
let firstTarget: number;
let arrowNoIn: boolean;
/** The member that was read last. */
let memberStart: number;
let memberDot: number;
let memberLast: number;
/** Its last token, or the last of the parentheses around it; `NO_FUNCTION` where no member was read. */
let memberEnd: number;
let memberKey: number;
/** How many names follow an intrinsic's, all members up to the object; -1 where it begins with no intrinsic. */
let memberIntrinsic: number;
let globalIsExported: boolean | undefined;
let arraysAreInherited: boolean | undefined;

/** HAZARD: whatever one text has left here would be known of the next one, also after a doubt. */
function begin(text: Tokens, asModule: boolean, addedNames: ReadonlySet<string>): void {
  tokens = text;
  ({ kinds, links, breaks } = text);
  isModule = asModule;
  added = addedNames;
  if (references.values.length > MOST_SPARE || declarations.values.length > MOST_SPARE) lists = new Lists();
  ({ parents, references, declarations, counters } = lists);
  parents.length = references.length = declarations.length = counters.length = 0;
  delicate = [];
  sloppyBodies = [];
  sloppyStatements = [];
  deletes = [];
  blockFunctions = [];
  dynamicImports = [];
  namingTemplates = [];
  importMetas = [];
  moduleItems = [];
  topFunctions = [];
  certainRequests = [];
  addedCalls = [];
  lastTargets = [];
  at = scope = functionScope = uncertain = firstTarget = memberStart = memberDot = memberLast = 0;
  strict = isAsync = isGenerator = isOwn = isLast = hasTopLevelAwait = arrowNoIn = false;
  sloppy = undefined;
  memberEnd = NO_FUNCTION;
  memberKey = OTHER;
  memberIntrinsic = -1;
  globalIsExported = undefined;
  arraysAreInherited = undefined;
}

const NO_TEXT = new Tokens("");
const NO_NAMES: ReadonlySet<string> = new Set();
NO_TEXT.release();

/**
 * @param addedNames names that the text adds to intrinsics.
 * @param use gets what was read; its lists are used again for the next text.
 * @throws {Doubt}
 */
export function readQuickly<T>(
  text: Tokens,
  asModule: boolean,
  addedNames: ReadonlySet<string>,
  use: (reading: QuickReading) => T,
): T {
  begin(text, asModule, addedNames);
  try {
    readProgram();
    return use({
      tokens,
      parents,
      references,
      declarations,
      counters,
      delicate,
      sloppyBodies,
      sloppyStatements,
      deletes,
      blockFunctions,
      dynamicImports,
      namingTemplates,
      importMetas,
      moduleItems,
      topFunctions,
      hasTopLevelAwait,
      certainRequests,
      added,
      addedCalls,
    });
  } finally {
    text.release();
    // Keeps no text alive.
    begin(NO_TEXT, false, NO_NAMES);
  }
}

/** What reads a module's imports and exports sees of this. */
const cursor = {
  get at() {
    return at;
  },
  set at(place: number) {
    at = place;
  },
  get tokens() {
    return tokens;
  },
  get declarations() {
    return declarations;
  },
  assignment,
  beginsFunction,
  classRest,
  doubt: doubt as () => never,
  endStatement,
  expect,
  functionStatement,
  isName,
  statement,
};
export type QuickReader = typeof cursor;

function readProgram(): void {
  openScope();
  parents.values[0] = -1;
  if (isModule) {
    readModule();
    return;
  }
  strict = hasUseStrict(0);
  let mayEnd = false;
  directives();
  while (kinds[at] !== K.END) {
    const first = at;
    const known = certainRequests.length;
    statement(true);
    if (mayEnd) cut(certainRequests, known);
    else if (!beginsFunction(first) && MAY_END.test(tokens.source.slice(tokens.starts[first], tokens.ends[at - 1]))) {
      mayEnd = true;
      uncertain++;
      cut(certainRequests, known);
    }
  }
}

function readModule(): void {
  strict = true;
  isAsync = true;
  uncertain = 1;
  directives();
  for (;;) {
    const kind = kinds[at];
    if (kind === K.END) return;
    const next = kinds[at + 1];
    if (kind === K.EXPORT) moduleItems.push(readExport(cursor));
    else if (kind === K.IMPORT && next !== K.PAREN_OPEN && next !== K.DOT) moduleItems.push(readImport(cursor));
    else statement(true);
  }
}

function beginsFunction(place: number): boolean {
  return (
    kinds[place] === K.FUNCTION ||
    (isName(place, K.ASYNC) && kinds[place + 1] === K.FUNCTION && breaks[place + 1] === 0)
  );
}

function doubt(): never {
  throw new Doubt(`at ${tokens.starts[at]}`);
}

function isName(place: number, name: number): boolean {
  return kinds[place] === K.NAME && links[place] === name;
}

function expect(kind: number): void {
  if (kinds[at] !== kind) doubt();
  at++;
}

function endStatement(): void {
  const kind = kinds[at];
  if (kind === K.SEMICOLON) at++;
  else if (kind !== K.BRACE_CLOSE && kind !== K.END && breaks[at] === 0) doubt();
}

function openScope(): number {
  const into = parents.add(1);
  parents.values[into] = scope;
  return (scope = into);
}

function declare(token: number, into: number): void {
  if (kinds[token] !== K.NAME || (isModule && links[token] === K.AWAIT)) doubt();
  addDeclaration(links[token]!, into);
}

/** Another name for `use` in `readQuickly`. */
export function addDeclaration(name: number, into: number): void {
  const place = declarations.add(DECLARATION);
  const { values } = declarations;
  values[place] = name;
  values[place + 1] = into;
}

function refer(token: number, use: number): void {
  const name = links[token]!;
  if (name === K.ARGUMENTS) {
    const isCallee = kinds[token + 1] === K.DOT && tokens.textOf(token + 2) === "callee";
    if (isModule && !isOwn) doubt();
    if (sloppy !== undefined && (isCallee || (use & USE) === WRITE)) doubt();
    return;
  }
  if (name === K.EVAL) {
    const next = kinds[token + 1];
    // HAZARD: `(eval)(text)` is a direct one too; `(0, eval)(text)` is none.
    const mayBeCalled = next === K.PAREN_CLOSE && kinds[token - 1] !== K.COMMA;
    if (next === K.PAREN_OPEN || next === K.OPTIONAL_DOT || mayBeCalled || (use & USE) === WRITE) doubt();
  }
  if (name === K.AWAIT && isModule) doubt();
  const place = references.add(REFERENCE);
  const { values } = references;
  values[place] = name;
  values[place + 1] = scope;
  values[place + 2] = token;
  values[place + 3] = strict ? use | IN_STRICT : use;
}

/** Whether directives that begin at a token say that the code is strict. */
function hasUseStrict(from: number): boolean {
  for (let place = from; isDirective(place); place += kinds[place + 1] === K.SEMICOLON ? 2 : 1) {
    const text = tokens.textOf(place);
    if (text === '"use strict"' || text === "'use strict'") return true;
  }
  return false;
}

function isDirective(place: number): boolean {
  if (kinds[place] !== K.STRING) return false;
  const next = kinds[place + 1]!;
  if (next === K.SEMICOLON || next === K.BRACE_CLOSE || next === K.END) return true;
  if (breaks[place + 1] === 0) return false;
  switch (next) {
    case K.PAREN_OPEN:
    case K.BRACKET_OPEN:
    case K.DOT:
    case K.OPTIONAL_DOT:
    case K.COMMA:
    case K.QUESTION:
    case K.TEMPLATE:
    case K.TEMPLATE_HEAD:
    case K.LOGICAL:
    case K.STAR:
    case K.PLUS_OR_MINUS:
    case K.BINARY:
    case K.IN:
    case K.INSTANCEOF:
    case K.ASSIGN:
    case K.ASSIGN_OTHERWISE:
      return false;
    default:
      return true;
  }
}

function directives(): void {
  while (isDirective(at)) at += kinds[at + 1] === K.SEMICOLON ? 2 : 1;
}

function statements(close: number): void {
  while (at < close) statement(true);
  expect(K.BRACE_CLOSE);
}

/** @param inList whether it stands in a list of statements, where what precedes may lack its semicolon. */
function statement(inList: boolean): void {
  const start = at;
  switch (kinds[start]) {
    case K.BRACE_OPEN: {
      const around = scope;
      openScope();
      at++;
      statements(links[start]!);
      scope = around;
      return;
    }
    case K.SEMICOLON:
      at++;
      return;
    case K.VAR:
    case K.CONST:
      declaration(kinds[start] === K.VAR ? functionScope : scope, false);
      endStatement();
      return;
    case K.FUNCTION:
      if (!inList) doubt();
      functionStatement(start);
      return;
    case K.CLASS:
      classRest(scope);
      return;
    case K.IF:
      uncertain++;
      at++;
      parenthesised();
      statement(false);
      if (kinds[at] === K.ELSE) {
        at++;
        statement(false);
      }
      uncertain--;
      return;
    case K.FOR:
      uncertain++;
      forStatement();
      uncertain--;
      return;
    case K.WHILE:
      uncertain++;
      at++;
      parenthesised();
      statement(false);
      uncertain--;
      return;
    case K.DO:
      uncertain++;
      at++;
      statement(false);
      expect(K.WHILE);
      parenthesised();
      if (kinds[at] === K.SEMICOLON) at++;
      uncertain--;
      return;
    case K.RETURN:
    case K.THROW:
      // V8 gets modules as functions, where it may stand.
      if (isModule && functionScope === 0 && kinds[start] === K.RETURN) doubt();
      at++;
      if (kinds[at] !== K.SEMICOLON && kinds[at] !== K.BRACE_CLOSE && kinds[at] !== K.END && breaks[at] === 0) {
        expression(false);
      }
      endStatement();
      return;
    case K.BREAK:
    case K.CONTINUE:
      at++;
      if (kinds[at] === K.NAME && breaks[at] === 0) at++;
      endStatement();
      return;
    case K.TRY:
      tryStatement();
      return;
    case K.SWITCH:
      switchStatement();
      return;
    case K.DEBUGGER:
      at++;
      endStatement();
      return;
    case K.NAME:
      switch (links[start]) {
        case K.LET: {
          const next = kinds[start + 1];
          if (next !== K.NAME && next !== K.BRACKET_OPEN && next !== K.BRACE_OPEN) doubt();
          declaration(scope, false);
          endStatement();
          return;
        }
        case K.ASYNC:
          if (kinds[start + 1] === K.FUNCTION && breaks[start + 1] === 0) {
            if (!inList) doubt();
            functionStatement(start);
            return;
          }
      }
      if (kinds[start + 1] === K.COLON) {
        if (kinds[start + 2] === K.FUNCTION) doubt();
        uncertain++;
        at = start + 2;
        statement(false);
        uncertain--;
        return;
      }
      break;
    case K.WITH:
    case K.EXPORT:
      doubt();
  }
  expressionStatement(inList);
}

function expressionStatement(inList: boolean): void {
  const start = at;
  const asked = !strict;
  const outerIsLast = isLast;
  const known = lastTargets.length;
  isLast = asked;
  const from = references.length;
  const parts: { start: number; last: number; targets: MemberTokens[] }[] = [];
  for (let first = start; ; first = ++at) {
    assignment(false);
    if (asked) parts.push({ start: first, last: at - 1, targets: lastTargets.splice(known) });
    if (kinds[at] !== K.COMMA) break;
  }
  isLast = outerIsLast;
  endStatement();
  if (inList) flagReference(from, start, STARTS_STATEMENT);
  if (asked && parts.some(({ targets }) => targets.length > 0)) sloppyStatements.push({ start, last: at - 1, parts });
}

/** Flags the reference at a place of the list if it is that of a token. */
function flagReference(place: number, token: number, flag: number): void {
  const { length, values } = references;
  if (place >= 0 && length > place && values[place + 2] === token) values[place + 3]! |= flag;
}

function parenthesised(): void {
  expect(K.PAREN_OPEN);
  inside();
  expect(K.PAREN_CLOSE);
}

/** An expression between brackets, of which no assignment is the last thing that a statement does. */
function inside(): number {
  const outerIsLast = isLast;
  isLast = false;
  const kind = expression(false);
  isLast = outerIsLast;
  return kind;
}

/** `var`, `let` or `const` and what follows, up to the semicolon. */
function declaration(into: number, noIn: boolean): void {
  at++;
  for (;;) {
    binding(into);
    if (kinds[at] === K.ASSIGN) {
      at++;
      value(noIn);
    }
    if (kinds[at] !== K.COMMA) return;
    at++;
  }
}

/** An assignment expression whose own assignments are not the last thing that a statement does. */
function value(noIn: boolean): number {
  const outerIsLast = isLast;
  isLast = false;
  const kind = assignment(noIn);
  isLast = outerIsLast;
  return kind;
}

/** A name or pattern that declares. Returns whether it was only a name. */
function binding(into: number): boolean {
  const start = at;
  switch (kinds[start]) {
    case K.NAME:
      declare(start, into);
      at++;
      return true;
    case K.BRACKET_OPEN:
      at++;
      while (at < links[start]!) {
        if (kinds[at] === K.COMMA) {
          at++;
          continue;
        }
        if (kinds[at] === K.ELLIPSIS) at++;
        bindingWithDefault(into);
      }
      expect(K.BRACKET_CLOSE);
      return false;
    case K.BRACE_OPEN:
      at++;
      while (at < links[start]!) {
        if (kinds[at] === K.ELLIPSIS) {
          at++;
          binding(into);
        } else if (kinds[at] === K.NAME && kinds[at + 1] !== K.COLON) bindingWithDefault(into);
        else {
          propertyKey();
          expect(K.COLON);
          bindingWithDefault(into);
        }
        if (kinds[at] === K.COMMA) at++;
      }
      expect(K.BRACE_CLOSE);
      return false;
    default:
      return doubt();
  }
}

function bindingWithDefault(into: number): boolean {
  const simple = binding(into);
  if (kinds[at] !== K.ASSIGN) return simple;
  defaultValue();
  return false;
}

function defaultValue(): void {
  at++;
  uncertain++;
  value(false);
  uncertain--;
}

/** The key of a property or of a class's member, computed or not. */
function propertyKey(): void {
  const kind = kinds[at]!;
  if (kind === K.BRACKET_OPEN) {
    at++;
    value(false);
    expect(K.BRACKET_CLOSE);
  } else if (
    kind === K.NAME ||
    kind >= K.FIRST_WORD ||
    kind === K.STRING ||
    kind === K.NUMBER ||
    kind === K.PRIVATE_NAME
  )
    at++;
  else doubt();
}

/** What a pattern without a declaration assigns to. */
function target(): void {
  const start = at;
  const kind = kinds[start];
  if (kind === K.NAME && endsTarget(start + 1)) {
    refer(start, WRITE);
    at++;
  } else if ((kind === K.BRACKET_OPEN || kind === K.BRACE_OPEN) && endsTarget(links[start]! + 1)) targetPattern();
  else {
    memberEnd = NO_FUNCTION;
    operand(true);
    if (memberEnd !== at - 1) doubt();
  }
}

function endsTarget(place: number): boolean {
  const kind = kinds[place];
  return (
    kind === K.COMMA ||
    kind === K.BRACKET_CLOSE ||
    kind === K.BRACE_CLOSE ||
    kind === K.ASSIGN ||
    kind === K.PAREN_CLOSE ||
    kind === K.IN ||
    isName(place, K.OF)
  );
}

function targetWithDefault(): void {
  target();
  if (kinds[at] === K.ASSIGN) defaultValue();
}

function targetPattern(): void {
  const start = at;
  const outerIsLast = isLast;
  isLast = false;
  const close = links[start]!;
  at++;
  while (at < close) {
    if (kinds[at] === K.COMMA) {
      at++;
      continue;
    }
    if (kinds[at] === K.ELLIPSIS) {
      at++;
      target();
    } else if (kinds[start] === K.BRACKET_OPEN) targetWithDefault();
    else if (kinds[at] === K.NAME && kinds[at + 1] !== K.COLON) {
      refer(at++, WRITE | SHORTHAND);
      if (kinds[at] === K.ASSIGN) defaultValue();
    } else {
      propertyKey();
      expect(K.COLON);
      targetWithDefault();
    }
  }
  at++;
  isLast = outerIsLast;
}

/** @param mayLackName whether it is a module's default export. */
function functionStatement(start: number, mayLackName = false): void {
  const awaits = kinds[start] === K.NAME;
  at = awaits ? start + 2 : start + 1;
  const yields = kinds[at] === K.STAR;
  if (yields) at++;
  if (mayLackName && kinds[at] === K.PAREN_OPEN) {
    functionRest(awaits, yields, -1);
    return;
  }
  const name = at++;
  if (isModule && scope === 0) topFunctions.push(links[name]!);
  declare(name, scope);
  functionRest(awaits, yields, -1);
  if (!strict && scope !== functionScope) {
    blockFunctions.push({ start, last: at - 1, name: links[name]!, block: scope, around: functionScope });
  }
}

/** Parameters and body. @param ownName the token that names a function expression. */
function functionRest(awaits: boolean, yields: boolean, ownName: number): void {
  if (kinds[at] !== K.PAREN_OPEN) doubt();
  const body = links[at]! + 1;
  if (kinds[body] !== K.BRACE_OPEN) doubt();
  const outerSloppy = sloppy;
  const outerStrict = strict;
  const outerIsOwn = isOwn;
  strict = outerStrict || hasUseStrict(body + 1);
  isOwn = true;
  sloppy = undefined;
  if (!strict) {
    let prologue = body;
    while (isDirective(prologue + 1)) prologue += kinds[prologue + 2] === K.SEMICOLON ? 2 : 1;
    sloppyBodies.push((sloppy = { body, prologue, thisTokens: [] }));
  }
  functionBody(awaits, yields, ownName, body);
  isOwn = outerIsOwn;
  sloppy = outerSloppy;
  strict = outerStrict;
}

/** At the parameters of any function, arrows included, with a block for its body. */
function functionBody(awaits: boolean, yields: boolean, ownName: number, body: number): void {
  const outerScope = scope;
  const outerFunctionScope = functionScope;
  const wasAsync = isAsync;
  const wasGenerator = isGenerator;
  const outerIsLast = isLast;
  functionScope = openScope();
  isAsync = awaits;
  isGenerator = yields;
  isLast = false;
  uncertain++;
  if (ownName !== -1) declare(ownName, scope);
  const simple = parameters();
  if (!simple) functionScope = openScope();
  at = body + 1;
  directives();
  statements(links[body]!);
  uncertain--;
  scope = outerScope;
  functionScope = outerFunctionScope;
  isAsync = wasAsync;
  isGenerator = wasGenerator;
  isLast = outerIsLast;
}

/** Returns whether all are plain names. */
function parameters(): boolean {
  if (kinds[at] === K.NAME) {
    declare(at++, scope);
    return true;
  }
  const close = links[at]!;
  let simple = true;
  at++;
  while (at < close) {
    if (kinds[at] === K.ELLIPSIS) {
      at++;
      simple = false;
    }
    if (!bindingWithDefault(scope)) simple = false;
    if (kinds[at] === K.COMMA) at++;
  }
  return simple;
}

/** At the parameters of an arrow function. */
function arrow(awaits: boolean): number {
  const first = at;
  const arrowAt = kinds[first] === K.NAME ? first + 1 : links[first]! + 1;
  const body = arrowAt + 1;
  if (breaks[arrowAt] === 1) doubt();
  const outerStrict = strict;
  if (kinds[body] === K.BRACE_OPEN) {
    if (hasUseStrict(body + 1)) strict = true;
    functionBody(awaits, false, -1, body);
    strict = outerStrict;
    return OTHER;
  }
  const outerScope = scope;
  const outerFunctionScope = functionScope;
  const wasAsync = isAsync;
  const outerIsGenerator = isGenerator;
  functionScope = openScope();
  isAsync = awaits;
  isGenerator = false;
  uncertain++;
  const outerIsLast = isLast;
  isLast = false;
  parameters();
  at = body;
  assignment(arrowNoIn);
  isLast = outerIsLast;
  uncertain--;
  scope = outerScope;
  functionScope = outerFunctionScope;
  isAsync = wasAsync;
  isGenerator = outerIsGenerator;
  return OTHER;
}

/** At the token `class`. @param declaring where a declaration's name belongs; -1 for an expression's. */
function classRest(declaring: number, mayLackName = false): void {
  const outerStrict = strict;
  const outerScope = scope;
  const outerIsLast = isLast;
  strict = true;
  isLast = false;
  uncertain++;
  at++;
  const inner = openScope();
  if (kinds[at] === K.NAME) {
    if (declaring !== -1) declare(at, declaring);
    declare(at++, inner);
  } else if (declaring !== -1 && !mayLackName) doubt();
  if (kinds[at] === K.EXTENDS) {
    at++;
    operand(true);
  }
  const close = links[at]!;
  expect(K.BRACE_OPEN);
  while (at < close) classMember();
  at++;
  uncertain--;
  scope = outerScope;
  strict = outerStrict;
  isLast = outerIsLast;
}

function classMember(): void {
  if (kinds[at] === K.SEMICOLON) {
    at++;
    return;
  }
  if (isName(at, K.STATIC) && !endsMemberName(at + 1)) {
    at++;
    if (kinds[at] === K.BRACE_OPEN) {
      ownFunction(() => {
        const close = links[at++]!;
        statements(close);
      });
      return;
    }
  }
  if (method()) return;
  propertyKey();
  if (kinds[at] === K.ASSIGN) {
    ownFunction(() => {
      at++;
      assignment(false);
    });
  }
  endStatement();
}

function endsMemberName(place: number): boolean {
  const kind = kinds[place];
  return (
    kind === K.PAREN_OPEN || kind === K.ASSIGN || kind === K.SEMICOLON || kind === K.BRACE_CLOSE || breaks[place] === 1
  );
}

/** A field's value, or a static block: a function of its own as far as names go. */
function ownFunction(read: () => void): void {
  const outerScope = scope;
  const outerFunctionScope = functionScope;
  const outerSloppy = sloppy;
  const outerIsAsync = isAsync;
  const outerIsGenerator = isGenerator;
  const outerIsOwn = isOwn;
  functionScope = openScope();
  isOwn = true;
  sloppy = undefined;
  isAsync = false;
  isGenerator = false;
  read();
  isOwn = outerIsOwn;
  scope = outerScope;
  functionScope = outerFunctionScope;
  sloppy = outerSloppy;
  isAsync = outerIsAsync;
  isGenerator = outerIsGenerator;
}

/** A method, getter or setter of a literal or class, if one begins here. */
function method(): boolean {
  const start = at;
  let awaits = false;
  let yields = false;
  let place = start;
  if (kinds[place] === K.NAME && beginsKey(place + 1)) {
    const name = links[place]!;
    if (name === K.ASYNC && breaks[place + 1] === 0) {
      awaits = true;
      place++;
    } else if (name === K.GET || name === K.SET) place++;
  }
  if (kinds[place] === K.STAR) {
    yields = true;
    place++;
  }
  const after = kinds[place] === K.BRACKET_OPEN ? links[place]! + 1 : place + 1;
  if (kinds[after] !== K.PAREN_OPEN) {
    // `get` in a class on a line of its own, `async` before a field: rare.
    if (place !== start) doubt();
    return false;
  }
  at = place;
  propertyKey();
  functionRest(awaits, yields, -1);
  return true;
}

function beginsKey(place: number): boolean {
  const kind = kinds[place]!;
  return (
    kind === K.NAME ||
    kind >= K.FIRST_WORD ||
    kind === K.STRING ||
    kind === K.NUMBER ||
    kind === K.PRIVATE_NAME ||
    kind === K.BRACKET_OPEN ||
    kind === K.STAR
  );
}

function forStatement(): void {
  const around = scope;
  openScope();
  at++;
  if (isName(at, K.AWAIT)) {
    if (functionScope === 0) hasTopLevelAwait = true;
    at++;
  }
  const open = at;
  expect(K.PAREN_OPEN);
  const first = at;
  const kind = kinds[first];
  const isLet = kind === K.NAME && links[first] === K.LET;
  if (
    kind === K.VAR ||
    kind === K.CONST ||
    (isLet && kinds[first + 1] !== K.SEMICOLON && kinds[first + 1] !== K.ASSIGN && !isIteration(first + 1))
  ) {
    declaration(kind === K.VAR ? functionScope : scope, true);
  } else if (kind !== K.SEMICOLON) {
    if (
      (kind === K.NAME && isIteration(first + 1)) ||
      ((kind === K.BRACKET_OPEN || kind === K.BRACE_OPEN) && isIteration(links[first]! + 1))
    )
      target();
    else expression(true);
  }
  if (isIteration(at)) {
    at++;
    expression(false);
  } else {
    expect(K.SEMICOLON);
    if (kinds[at] !== K.SEMICOLON) inside();
    expect(K.SEMICOLON);
    if (at < links[open]!) inside();
  }
  expect(K.PAREN_CLOSE);
  statement(false);
  scope = around;
}

function isIteration(place: number): boolean {
  return kinds[place] === K.IN || isName(place, K.OF);
}

function tryStatement(): void {
  uncertain++;
  at++;
  block();
  if (kinds[at] === K.CATCH) {
    const around = scope;
    at++;
    openScope();
    if (kinds[at] === K.PAREN_OPEN) {
      at++;
      binding(scope);
      expect(K.PAREN_CLOSE);
    }
    block();
    scope = around;
  }
  if (kinds[at] === K.FINALLY) {
    at++;
    block();
  }
  uncertain--;
}

function block(): void {
  if (kinds[at] !== K.BRACE_OPEN) doubt();
  statement(false);
}

function switchStatement(): void {
  uncertain++;
  at++;
  parenthesised();
  const around = scope;
  openScope();
  const close = links[at]!;
  expect(K.BRACE_OPEN);
  while (at < close) {
    if (kinds[at] === K.CASE) {
      at++;
      inside();
    } else expect(K.DEFAULT);
    expect(K.COLON);
    while (at < close && kinds[at] !== K.CASE && kinds[at] !== K.DEFAULT) statement(true);
  }
  at++;
  scope = around;
  uncertain--;
}

function expression(noIn: boolean): number {
  const kind = assignment(noIn);
  if (kinds[at] !== K.COMMA) return kind;
  let known = 0;
  while (kinds[at] === K.COMMA) {
    at++;
    known = lastTargets.length;
    assignment(noIn);
  }
  // Of the last operand alone.
  if (isLast) lastTargets.splice(firstTarget, known - firstTarget);
  return ANYTHING;
}

function assignment(noIn: boolean): number {
  const start = at;
  const kind = kinds[start]!;
  if (kind === K.NAME) {
    const next = kinds[start + 1]!;
    if (ENDS_EXPRESSION[next] === 1 && (links[start] !== K.YIELD || !isGenerator) && !isOperatorName(start)) {
      refer(start, READ);
      at = start + 1;
      return IDENTIFIER;
    }
    if (next === K.ASSIGN || next === K.ASSIGN_OTHERWISE) {
      refer(start, WRITE);
      at = start + 2;
      value(noIn);
      return ANYTHING;
    }
    if (next === K.ARROW) return arrowIn(noIn, false);
    const name = links[start]!;
    if (name === K.ASYNC && breaks[start + 1] === 0) {
      if (
        (next === K.NAME && kinds[start + 2] === K.ARROW) ||
        (next === K.PAREN_OPEN && kinds[links[start + 1]! + 1] === K.ARROW)
      ) {
        at++;
        return arrowIn(noIn, true);
      }
    } else if (name === K.YIELD && isGenerator) return yieldExpression(noIn);
  } else if (kind === K.STRING || kind === K.NUMBER) {
    if (ENDS_EXPRESSION[kinds[start + 1]!] === 1) {
      at = start + 1;
      return LITERAL;
    }
  } else if (kind === K.PAREN_OPEN) {
    const next = kinds[links[start]! + 1];
    if (next === K.ARROW) return arrowIn(noIn, false);
    if (next === K.ASSIGN || next === K.ASSIGN_OTHERWISE) {
      const name = nameInParentheses(start);
      if (name !== -1) {
        refer(name, WRITE);
        at = links[start]! + 2;
        value(noIn);
        return ANYTHING;
      }
    }
  } else if ((kind === K.BRACKET_OPEN || kind === K.BRACE_OPEN) && kinds[links[start]! + 1] === K.ASSIGN) {
    targetPattern();
    at++;
    value(noIn);
    return ANYTHING;
  }
  const requests = certainRequests.length;
  const targets = lastTargets.length;
  const found = binary(noIn);
  const next = kinds[at];
  if (next === K.QUESTION) {
    cut(lastTargets, targets);
    at++;
    assignment(false);
    expect(K.COLON);
    assignment(noIn);
    cut(certainRequests, requests);
    return ANYTHING;
  }
  if (next !== K.ASSIGN && next !== K.ASSIGN_OTHERWISE) return found;
  if (found !== MEMBER || memberEnd !== at - 1) doubt();
  const member = noteTarget();
  at++;
  value(noIn);
  if (isLast) lastTargets.push(member ?? doubt());
  return ANYTHING;
}

function arrowIn(noIn: boolean, awaits: boolean): number {
  const outerArrowNoIn = arrowNoIn;
  arrowNoIn = noIn;
  const kind = arrow(awaits);
  arrowNoIn = outerArrowNoIn;
  return kind;
}

function yieldExpression(noIn: boolean): number {
  at++;
  const kind = kinds[at]!;
  if (breaks[at] === 1) return ANYTHING;
  switch (kind) {
    case K.PAREN_CLOSE:
    case K.BRACKET_CLOSE:
    case K.BRACE_CLOSE:
    case K.SEMICOLON:
    case K.COMMA:
    case K.COLON:
    case K.END:
    case K.TEMPLATE_MIDDLE:
    case K.TEMPLATE_TAIL:
    case K.IN:
      return ANYTHING;
    case K.STAR:
      at++;
  }
  value(noIn);
  return ANYTHING;
}

function binary(noIn: boolean): number {
  const requests = certainRequests.length;
  const targets = lastTargets.length;
  const kind = unary();
  let operator = kinds[at]!;
  if (!isOperator(operator) || (operator === K.IN && noIn)) return kind;
  let isLogical = false;
  let last = operator;
  do {
    last = operator;
    if (operator === K.LOGICAL) isLogical = true;
    cut(lastTargets, targets);
    at++;
    unary();
    operator = kinds[at]!;
  } while (isOperator(operator) && !(operator === K.IN && noIn));
  if (last !== K.LOGICAL) cut(lastTargets, targets);
  if (!isLogical) return OTHER;
  cut(certainRequests, requests);
  return ANYTHING;
}

function unary(): number {
  const start = at;
  const first = kinds[start]!;
  if (first === K.NAME ? kinds[start + 1] !== K.UPDATE && !isOperatorName(start) : IS_PREFIX[first] === 0)
    return updated(operand(true));
  switch (first) {
    case K.NOT:
      // `~` ends what could be silent, `!` does not.
      return unaryOperand(tokens.characters[tokens.starts[start]!] === 33);
    case K.VOID:
      return unaryOperand(true);
    case K.PLUS_OR_MINUS:
      return unaryOperand(false);
    case K.TYPEOF: {
      let name = start + 1;
      while (kinds[name] === K.PAREN_OPEN && kinds[links[name]! - 1] === K.NAME && links[name]! === name + 2) name++;
      if (kinds[name] !== K.NAME || continues(name + 1 + (name - start - 1)) || isOperatorName(name))
        return unaryOperand(false);
      refer(name, TYPEOF);
      at = name + 1 + (name - start - 1);
      return OTHER;
    }
    case K.DELETE: {
      memberEnd = NO_FUNCTION;
      const { length } = lastTargets;
      at++;
      const kind = unary();
      cut(lastTargets, length);
      if (kind === IDENTIFIER) doubt();
      if (strict || kind === CHAIN) return OTHER;
      if (kind !== MEMBER || memberEnd !== at - 1 || memberStart !== start + 1) doubt();
      const member = memberTokens();
      deletes.push({ token: start, member });
      if (isLast) lastTargets.push(member);
      return OTHER;
    }
    case K.UPDATE: {
      const name = start + 1;
      if (kinds[name] === K.NAME && !continues(name + 1)) {
        noteCounter(name);
        at = name + 1;
        return OTHER;
      }
      memberEnd = NO_FUNCTION;
      at++;
      const { length } = lastTargets;
      const kind = operand(true);
      cut(lastTargets, length);
      if (kind !== MEMBER || memberEnd !== at - 1) doubt();
      const member = noteTarget();
      if (isLast) lastTargets.push(member ?? doubt());
      return OTHER;
    }
    case K.NAME:
      if (isOperatorName(start)) {
        if (functionScope === 0) hasTopLevelAwait = true;
        const requests = certainRequests.length;
        unaryOperand(false);
        cut(certainRequests, requests);
        return ANYTHING;
      }
      if (kinds[start + 1] === K.UPDATE && breaks[start + 1] === 0) {
        noteCounter(start);
        at = start + 2;
        return OTHER;
      }
  }
  return updated(operand(true));
}

/** An operand, and the `++` or `--` behind it. */
function updated(kind: number): number {
  if (kinds[at] !== K.UPDATE || breaks[at] === 1) return kind;
  if (kind !== MEMBER || memberEnd !== at - 1) doubt();
  const member = noteTarget();
  if (isLast) lastTargets.push(member ?? doubt());
  at++;
  return OTHER;
}

/** `await` where it is an operator. */
function isOperatorName(place: number): boolean {
  return isAsync && links[place] === K.AWAIT;
}

function unaryOperand(isSilent: boolean): number {
  const { length } = lastTargets;
  at++;
  unary();
  if (!isSilent) cut(lastTargets, length);
  return OTHER;
}

/** Whether an expression goes on with a member, a call or a template. */
function continues(place: number): boolean {
  switch (kinds[place]) {
    case K.DOT:
    case K.OPTIONAL_DOT:
    case K.BRACKET_OPEN:
    case K.PAREN_OPEN:
    case K.TEMPLATE:
    case K.TEMPLATE_HEAD:
      return true;
    default:
      return false;
  }
}

function noteCounter(name: number): void {
  refer(name, WRITE);
  const place = counters.add(DECLARATION);
  counters.values[place] = links[name]!;
  counters.values[place + 1] = scope;
}

/** A primary expression and the members, calls and templates that follow. */
function operand(withCalls: boolean): number {
  const start = at;
  const requests = certainRequests.length;
  const targets = lastTargets.length;
  const began = primary(withCalls);
  if (!continues(at)) return began;
  // HAZARD: `(a)(b)` is a call of `a` too: what stands for it must not become `this`.
  if (began === IDENTIFIER && kinds[start] === K.PAREN_OPEN && isCalled(at, withCalls)) {
    flagReference(references.length - REFERENCE, nameInParentheses(start), CALL);
  }
  // `(x.then)(…)` calls the method as `x.then(…)` does.
  if (added.size > 0 && began === MEMBER && kinds[start] === K.PAREN_OPEN && isCalled(at, withCalls)) doubt();
  cut(lastTargets, targets);
  let isChain = false;
  let kind = began;
  let dot = -1;
  let key = OTHER;
  let last = -1;
  let intrinsic = isIntrinsic(start) ? 0 : -1;
  let objectIntrinsic = -1;
  for (;;) {
    const place = at;
    switch (kinds[place]) {
      case K.DOT:
        objectIntrinsic = intrinsic;
        if (intrinsic !== -1) intrinsic++;
        dot = place;
        key = IDENTIFIER;
        at = place + 2;
        last = place + 1;
        kind = MEMBER;
        if (kinds[last] !== K.NAME && kinds[last] !== K.PRIVATE_NAME) doubt();
        continue;
      case K.OPTIONAL_DOT:
        isChain = true;
        at = place + 1;
        if (kinds[place + 1] === K.NAME || kinds[place + 1] === K.PRIVATE_NAME) at = place + 2;
        else if (kinds[place + 1] !== K.BRACKET_OPEN && kinds[place + 1] !== K.PAREN_OPEN) doubt();
        kind = CHAIN;
        continue;
      case K.BRACKET_OPEN:
        objectIntrinsic = intrinsic;
        intrinsic = -1;
        dot = place;
        at = place + 1;
        key = inside();
        last = at;
        expect(K.BRACKET_CLOSE);
        kind = MEMBER;
        continue;
      case K.PAREN_OPEN:
        if (!withCalls) break;
        if (added.size > 0 && kind === MEMBER && !isChain) noteAddedCall(start, dot);
        callArguments(place);
        intrinsic = -1;
        kind = CALLED;
        continue;
      case K.TEMPLATE:
      case K.TEMPLATE_HEAD:
        template();
        intrinsic = -1;
        kind = OTHER;
        continue;
    }
    break;
  }
  memberStart = start;
  memberDot = dot;
  memberKey = key;
  memberLast = last;
  memberEnd = kind === MEMBER ? last : NO_FUNCTION;
  // `(Object.prototype).x`: who writes that?
  memberIntrinsic =
    kinds[start] === K.PAREN_OPEN && isIntrinsic(tokens.inside(start, links[start]!)) ? UNKNOWN : objectIntrinsic;
  if (!isChain) return kind;
  cut(certainRequests, requests);
  return CHAIN;
}

/** A call of `x.name` at the parenthesis. */
function noteAddedCall(start: number, dot: number): void {
  if (kinds[dot] !== K.DOT || kinds[dot + 1] !== K.NAME || (kinds[start] === K.SUPER && dot === start + 1)) return;
  if (added.has(tokens.textOf(dot + 1))) addedCalls.push({ start, dot });
}

function isIntrinsic(place: number): boolean {
  return kinds[place] === K.NAME && links[place]! >= K.FIRST_INTRINSIC && links[place]! <= K.LAST_INTRINSIC;
}

/** Whether what is before a token is called, or the tag of a template. */
function isCalled(place: number, mayBeCalled: boolean): boolean {
  const kind = kinds[place];
  if (kind === K.TEMPLATE || kind === K.TEMPLATE_HEAD) return true;
  return mayBeCalled && (kind === K.PAREN_OPEN || (kind === K.OPTIONAL_DOT && kinds[place + 1] === K.PAREN_OPEN));
}

function callArguments(open: number): void {
  const close = links[open]!;
  const outerIsLast = isLast;
  isLast = false;
  if (
    uncertain === 0 &&
    isName(open - 1, K.REQUIRE) &&
    kinds[open + 1] === K.STRING &&
    (kinds[open + 2] === K.COMMA || open + 2 === close)
  ) {
    noteRequest(open);
  }
  at = open + 1;
  while (at < close) {
    if (kinds[at] === K.ELLIPSIS) at++;
    assignment(false);
    if (kinds[at] === K.COMMA) at++;
    // HAZARD: V8 can't tell: two operands side by side are a call once an edit has put parentheses around the second.
    else if (at !== close) doubt();
  }
  expect(K.PAREN_CLOSE);
  isLast = outerIsLast;
}

function noteRequest(open: number): void {
  const text = tokens.textOf(open + 1);
  if (text.includes("\\")) doubt();
  if (kinds[open - 2] !== K.NEW) certainRequests.push(text.slice(1, -1));
}

/** @param parts where its tokens are noted */
function template(parts?: number[]): void {
  while (kinds[at] === K.TEMPLATE_HEAD || kinds[at] === K.TEMPLATE_MIDDLE) {
    parts?.push(at);
    at++;
    inside();
  }
  if (kinds[at] !== K.TEMPLATE && kinds[at] !== K.TEMPLATE_TAIL) doubt();
  parts?.push(at);
  at++;
}

function primary(mayBeCalled: boolean): number {
  const start = at;
  switch (kinds[start]) {
    case K.NAME: {
      const next = kinds[start + 1];
      if (links[start] === K.ASYNC && next === K.FUNCTION && breaks[start + 1] === 0) {
        at++;
        return functionExpression(true);
      }
      refer(start, isCalled(start + 1, mayBeCalled) ? CALL : READ);
      at++;
      return IDENTIFIER;
    }
    case K.THIS:
      sloppy?.thisTokens.push(start);
      at++;
      return OTHER;
    case K.NUMBER:
    case K.STRING:
    case K.REGEXP:
    case K.NULL:
    case K.TRUE:
    case K.FALSE:
      at++;
      return LITERAL;
    case K.TEMPLATE:
    case K.TEMPLATE_HEAD:
      template(tokens.mayBeMagic ? namingTemplates : undefined);
      return OTHER;
    case K.PAREN_OPEN:
      return inParentheses();
    case K.BRACKET_OPEN:
      arrayLiteral();
      return OTHER;
    case K.BRACE_OPEN:
      objectLiteral();
      return OTHER;
    case K.FUNCTION:
      return functionExpression(false);
    case K.CLASS:
      classRest(-1);
      return OTHER;
    case K.NEW:
      return newExpression();
    case K.SUPER:
      at++;
      if (!continues(at) || (kinds[at] !== K.PAREN_OPEN && kinds[at] !== K.DOT && kinds[at] !== K.BRACKET_OPEN))
        doubt();
      return OTHER;
    case K.IMPORT:
      if (kinds[start + 1] === K.DOT) {
        if (!isModule || tokens.source.slice(tokens.starts[start], tokens.ends[start + 2]) !== "import.meta") doubt();
        importMetas.push(start);
        at += 3;
        return OTHER;
      }
      if (kinds[start + 1] !== K.PAREN_OPEN) doubt();
      dynamicImports.push(start);
      at++;
      return OTHER;
    case K.PRIVATE_NAME:
      if (kinds[start + 1] !== K.IN) doubt();
      at++;
      return OTHER;
    default:
      return doubt();
  }
}

function inParentheses(): number {
  const outerFirstTarget = firstTarget;
  firstTarget = lastTargets.length;
  at++;
  const kind = expression(false);
  // Checked types make people write `(a.b) = c`, with a comment before.
  if (memberEnd === at - 1) memberEnd++;
  expect(K.PAREN_CLOSE);
  firstTarget = outerFirstTarget;
  return kind;
}

/** The name that is all there is between parentheses; -1 where there is more. */
function nameInParentheses(open: number): number {
  const name = tokens.inside(open, links[open]!);
  return kinds[name] === K.NAME && links[open]! === name + (name - open) ? name : -1;
}

function functionExpression(awaits: boolean): number {
  at++;
  const yields = kinds[at] === K.STAR;
  if (yields) at++;
  const name = kinds[at] === K.NAME ? at++ : -1;
  functionRest(awaits, yields, name);
  return OTHER;
}

function newExpression(): number {
  at++;
  if (kinds[at] === K.DOT) {
    if (isModule && !isOwn) doubt();
    at += 2;
    return OTHER;
  }
  const callee = at;
  const from = references.length;
  const outerIsLast = isLast;
  isLast = false;
  if (kinds[callee] === K.IMPORT) doubt();
  operand(false);
  flagReference(from, tokens.inside(callee, at - 1), IN_NEW_CALLEE);
  if (kinds[at] === K.PAREN_OPEN) callArguments(at);
  else if (kinds[at] === K.OPTIONAL_DOT) doubt();
  isLast = outerIsLast;
  return OTHER;
}

function arrayLiteral(): void {
  const close = links[at]!;
  const outerIsLast = isLast;
  isLast = false;
  at++;
  while (at < close) {
    if (kinds[at] === K.COMMA) {
      at++;
      continue;
    }
    if (kinds[at] === K.ELLIPSIS) at++;
    assignment(false);
    if (kinds[at] !== K.COMMA && at !== close) doubt();
  }
  at++;
  isLast = outerIsLast;
}

function objectLiteral(): void {
  const close = links[at]!;
  const outerIsLast = isLast;
  isLast = false;
  at++;
  while (at < close) {
    if (kinds[at] === K.ELLIPSIS) {
      at++;
      assignment(false);
    } else if (kinds[at] === K.NAME && (kinds[at + 1] === K.COMMA || at + 1 === close)) refer(at++, READ | SHORTHAND);
    else if (!method()) {
      propertyKey();
      expect(K.COLON);
      assignment(false);
    }
    if (kinds[at] === K.COMMA) at++;
    else if (at !== close) doubt();
  }
  at++;
  isLast = outerIsLast;
}

function memberTokens(): MemberTokens {
  const dot = memberDot;
  const computed = kinds[dot] === K.BRACKET_OPEN;
  return {
    start: memberStart,
    dot,
    computed,
    key: computed ? tokens.inside(dot + 1, memberLast - 1) : dot + 1,
    last: memberLast,
  };
}

/** The member that was read last is assigned. Returns it where a sloppy statement may end in that. */
function noteTarget(): MemberTokens | undefined {
  if (kinds[memberStart] === K.SUPER && memberDot === memberStart + 1) {
    return isLast ? doubt() : undefined;
  }
  const member = memberTokens();
  const { computed, key } = member;
  const asked = isLast ? member : undefined;
  if (kinds[key] === K.PRIVATE_NAME) return asked;
  if (computed && memberKey !== LITERAL) {
    const length = member.last - member.dot - 1 - 2 * (key - member.dot - 1);
    let keyKind: DelicateMember["keyKind"] = "computed";
    if (memberKey === MEMBER && isName(key, K.SYMBOL) && kinds[key + 1] === K.DOT && length === 3) keyKind = "symbol";
    else if (memberKey === IDENTIFIER) keyKind = "variable";
    else if (memberKey === OTHER && kinds[key] !== K.STRING && kinds[key + length - 1] !== K.STRING) return asked;
    delicate.push({ ...member, keyKind, strict, replaces: false, scope });
    return asked;
  }
  if (computed && kinds[key] !== K.STRING) return asked;
  const name = keyName(member);
  const intrinsic = memberIntrinsic;
  if (intrinsic === UNKNOWN) doubt();
  const isMethod = intrinsic > 0 && tokens.textOf(memberDot - 1) !== "prototype";
  const isDelicate =
    isInheritedAsData(name) ||
    (strict && name === "length" && hasHeirsOfArrays()) ||
    (!strict && (name === "name" || name === "length" || intrinsic !== -1));
  const replaces = !isDelicate && !isMethod && strict && (intrinsic !== -1 || SETTINGS_OF_INTRINSICS.has(name));
  if (strict && isOfExportedGlobal()) doubt();
  if (isDelicate || isMethod || replaces) {
    delicate.push({ ...member, keyKind: "name", strict: strict && (isDelicate || replaces), replaces, scope });
  }
  return asked;
}

function hasHeirsOfArrays(): boolean {
  return (arraysAreInherited ??= inheritsArrays(tokens.source));
}

/** `module.exports.Map = …` of strict code, where `module.exports` is what is everybody's. */
function isOfExportedGlobal(): boolean {
  if (isModule || memberDot !== memberStart + 3 || kinds[memberStart + 1] !== K.DOT) return false;
  if (tokens.textOf(memberStart) !== "module" || tokens.textOf(memberStart + 2) !== "exports") return false;
  return (globalIsExported ??= exportsGlobal(tokens.source));
}

/** An escape that may stand for a character of a name; the others stand for punctuation and controls. */
const ESCAPED_IN_NAME = /\\(?:[^bfnrtv\W]|[\n\r\u2028\u2029])/;

/** A key as it is written, which is its name where it is an identifier's. */
function keyName({ computed, key }: MemberTokens): string {
  const text = tokens.textOf(key);
  if (computed && text.includes("\\") && ESCAPED_IN_NAME.test(text)) doubt();
  return computed ? text.slice(1, -1) : text;
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
for (const kind of [
  K.COMMA,
  K.PAREN_CLOSE,
  K.BRACKET_CLOSE,
  K.BRACE_CLOSE,
  K.SEMICOLON,
  K.TEMPLATE_MIDDLE,
  K.TEMPLATE_TAIL,
])
  ENDS_EXPRESSION[kind] = 1;

function isOperator(kind: number): boolean {
  return kind >= K.LOGICAL && (kind <= K.PLUS_OR_MINUS || kind === K.BINARY || kind === K.IN || kind === K.INSTANCEOF);
}
