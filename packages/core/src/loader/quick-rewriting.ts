/**
 * The edits that a text needs which was read without a tree: the same ones, to
 * the character, that `rewrite-*.ts` make of its tree.
 */
import { isIdentifier } from "../identifier.ts";
import { placesThatStay } from "./module-items.ts";
import { callAt, lineBreaksOf, type Edit } from "./edits.ts";
import {
  DECLARATION,
  Doubt,
  IN_NEW_CALLEE,
  IN_STRICT,
  REFERENCE,
  SHORTHAND,
  STARTS_STATEMENT,
  TYPEOF,
  USE,
  WRITE,
  type MemberTokens,
  addDeclaration,
  type BlockFunction,
  type QuickReading,
} from "./quick-reader.ts";
import { readsMatchAfter, readsMatches } from "./names-of-matches.ts";
import { RESERVED } from "./reserved-names.ts";
import {
  dynamicText,
  importedText,
  LANGUAGE_CONSTANTS,
  type RewriteOptions,
  type Rewriting,
} from "./rewrite-references.ts";
import { replacesExports } from "./rewrite-silent-failures.ts";
import { THIS_VALUE } from "./rewrite-sloppy.ts";
import { STRICT_RESERVED, type ReferenceUse } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";
import { escapedSourceNames } from "./names-its-source.ts";
import * as K from "./token-kinds.ts";

const USES: readonly ReferenceUse[] = ["read", "write", "call", "typeof"];

/** Which names are declared in which scopes, and where one that is seen from a scope is. */
class Declarations {
  private readonly reading: QuickReading;
  /** Open addressing: name and scope as one key, so that a lookup makes nothing. */
  private readonly slots: Float64Array;
  private readonly mask: number;
  private readonly isDeclared: Uint8Array;

  constructor(reading: QuickReading) {
    this.reading = reading;
    const { length, values } = reading.declarations;
    let size = 64;
    while (size < length) size *= 2;
    this.mask = size - 1;
    this.slots = new Float64Array(size);
    this.isDeclared = new Uint8Array(reading.tokens.nameCount);
    for (let at = 0; at < length; at += DECLARATION) this.add(values[at]!, values[at + 1]!);
  }

  private add(name: number, scope: number): void {
    this.isDeclared[name] = 1;
    this.slots[this.find(name, scope)] = this.keyOf(name, scope);
  }

  has(name: number, scope: number): boolean {
    return this.slots[this.find(name, scope)] !== 0;
  }

  /** The slot that holds it, or would. */
  private find(name: number, scope: number): number {
    const key = this.keyOf(name, scope);
    let slot = this.slotOf(name, scope);
    while (this.slots[slot] !== 0 && this.slots[slot] !== key) slot = (slot + 1) & this.mask;
    return slot;
  }

  private keyOf(name: number, scope: number): number {
    return (name + 1) * 0x2000000 + scope;
  }

  private slotOf(name: number, scope: number): number {
    const hash = Math.imul(name, 0x9e3779b1) ^ Math.imul(scope, 0x85ebca6b);
    return (hash ^ (hash >>> 15)) & this.mask;
  }

  /** The scope where a name is declared as seen from another one; -1 where it is free. */
  holderOf(name: number, from: number): number {
    if (this.isDeclared[name] === 0) return -1;
    const parents = this.reading.parents.values;
    for (let scope = from; scope !== -1; scope = parents[scope]!) if (this.has(name, scope)) return scope;
    return -1;
  }
}

/** What names stand for in one scope after the other: where they follow each other as in the text, nothing is searched. */
class SeenNames {
  private readonly parents: Int32Array;
  /** By name, the scope where it is declared as seen from the present one; -1 where it is free. */
  readonly holders: Int32Array;
  /** Names by the scope that declares them, what each stood for outside of that, and where each scope's begin. */
  private readonly names: Int32Array;
  private readonly outer: Int32Array;
  private readonly begins: Int32Array;
  private readonly isOpen: Uint8Array;
  private readonly way: number[] = [];
  private scope = 0;

  constructor({ parents, declarations: { length, values }, tokens }: QuickReading) {
    this.parents = parents.values;
    this.holders = new Int32Array(tokens.nameCount).fill(-1);
    this.names = new Int32Array(length / DECLARATION);
    this.outer = new Int32Array(length / DECLARATION);
    this.isOpen = new Uint8Array(parents.length);
    const begins = (this.begins = new Int32Array(parents.length + 2));
    for (let at = 1; at < length; at += DECLARATION) begins[values[at]! + 2]!++;
    for (let scope = 2; scope < begins.length; scope++) begins[scope]! += begins[scope - 1]!;
    for (let at = 0; at < length; at += DECLARATION) this.names[begins[values[at + 1]! + 1]!++] = values[at]!;
    this.enter(0);
  }

  goTo(scope: number): void {
    const { way, isOpen, parents } = this;
    let around = scope;
    for (; isOpen[around] === 0; around = parents[around]!) way.push(around);
    for (; this.scope !== around; this.scope = parents[this.scope]!) this.leave(this.scope);
    while (way.length > 0) this.enter(way.pop()!);
  }

  private enter(scope: number): void {
    const { holders, names, outer, begins } = this;
    for (let at = begins[scope]!; at < begins[scope + 1]!; at++) {
      const name = names[at]!;
      outer[at] = holders[name]!;
      holders[name] = scope;
    }
    this.isOpen[scope] = 1;
    this.scope = scope;
  }

  private leave(scope: number): void {
    const { holders, names, outer, begins } = this;
    for (let at = begins[scope + 1]! - 1; at >= begins[scope]!; at--) holders[names[at]!] = outer[at]!;
    this.isOpen[scope] = 0;
  }
}

/** @throws {Doubt} */
export function rewriteQuickly(reading: QuickReading, options: RewriteOptions): Rewriting {
  const { tokens } = reading;
  if (reading.parents.length > 0x1ffffff) throw new Doubt("scopes");
  const imports = importsOf(reading, options.imports);
  // Variables of the module's, read from elsewhere.
  for (const name of imports.keys()) addDeclaration(name, 0);
  const rewriting: Rewriting = { edits: [], parameters: new Set(), machinery: new Set() };
  const { edits, machinery } = rewriting;
  const hoisting: Rewriting = { ...rewriting, edits: [] };
  hoistFunctions(reading, hoisting);
  if (tokens.source.startsWith("#!")) edits.push({ start: 0, end: 2, text: "//" });
  for (const at of placesThatStay(tokens.magicComments, reading.moduleItems, tokens.source))
    edits.push({ start: at, end: at + 1, text: "_" });
  if (tokens.mayBeMagic) rewriteStrings(reading, rewriting);
  rewriteNames(reading, options, imports, rewriting);
  for (const token of reading.dynamicImports) {
    machinery.add(RESERVED.import);
    edits.push({ start: tokens.starts[token]!, end: tokens.ends[token]!, text: RESERVED.import });
  }
  rewriteDelicate(reading, imports, rewriting);
  for (const { start, dot } of reading.addedCalls) {
    machinery.add(RESERVED.extended);
    const [from, at] = [tokens.starts[start]!, tokens.starts[dot]!];
    edits.push(
      { start: from, end: from, text: callAt(tokens.source, from, RESERVED.extended) },
      { start: at, end: at, text: `,"${tokens.textOf(dot + 1)}")`, rank: "closing" },
    );
  }
  for (const { body, prologue, thisTokens } of reading.sloppyBodies)
    rewriteThis(reading, body, prologue, thisTokens, rewriting);
  edits.push(...hoisting.edits);
  rewriteSilent(reading, rewriting);
  return rewriting;
}

function rewriteStrings({ tokens, namingTemplates }: QuickReading, { edits }: Rewriting): void {
  const { source, kinds, starts, ends, count } = tokens;
  const escape = (token: number) => edits.push(...escapedSourceNames(source, starts[token]!, ends[token]!));
  for (let at = 0; at < count; at++) if (kinds[at] === K.STRING) escape(at);
  for (const token of namingTemplates) escape(token);
}

/** @param imports by name, the text that it is read by. */
function rewriteNames(
  reading: QuickReading,
  options: RewriteOptions,
  imports: ReadonlyMap<number, string>,
  rewriting: Rewriting,
): void {
  const { tokens } = reading;
  const { length, values } = reading.references;
  const seen = new SeenNames(reading);
  const { holders } = seen;
  const free: number[] = [];
  const assigned = new Set<number>();
  let scope = 0;
  for (let at = 0; at < length; at += REFERENCE) {
    const name = values[at]!;
    if (values[at + 1] !== scope) seen.goTo((scope = values[at + 1]!));
    const holder = holders[name]!;
    if (holder !== -1) {
      if (holder === 0 && imports.has(name)) free.push(at);
      continue;
    }
    free.push(at);
    if ((values[at + 3]! & USE) === WRITE) assigned.add(name);
  }
  const ways = new Map<number, Way>();
  for (const at of free) {
    const name = values[at]!;
    const imported = imports.get(name);
    let way = ways.get(name);
    if (way === undefined)
      ways.set(
        name,
        (way =
          imported !== undefined
            ? { kind: "imported", name: tokens.nameOf(name) }
            : wayOf(tokens.nameOf(name), assigned.has(name), tokens.source, options, rewriting)),
      );
    if (way.kind === "stays") continue;
    const flags = values[at + 3]!;
    const token = values[at + 2]!;
    if (way.kind === "matches") {
      noteRegExp(tokens, token, rewriting);
      continue;
    }
    const start = tokens.starts[token]!;
    const use = flags & USE;
    const reference = {
      name: way.name,
      use: USES[use]!,
      strict: (flags & IN_STRICT) !== 0,
      inNewCallee: (flags & IN_NEW_CALLEE) !== 0,
      startsStatement: (flags & STARTS_STATEMENT) !== 0,
      node: { start },
    };
    let text: string;
    if (imported !== undefined) text = importedText(imported, reference, rewriting);
    else if (way.kind === "live" && use !== WRITE && use !== TYPEOF) {
      rewriting.machinery.add(RESERVED.global);
      text = importedText(`${RESERVED.global}.${way.name}`, reference, rewriting);
    } else text = dynamicText(reference, rewriting);
    rewriting.edits.push({
      start,
      end: tokens.ends[token]!,
      text: (flags & SHORTHAND) === 0 ? text : `${way.name}:${text}`,
    });
  }
}

/** What becomes of a free name. */
interface Way {
  readonly kind: "stays" | "live" | "dynamic" | "imported" | "matches";
  readonly name: string;
}

/** `RegExp.$1` is the package's own, and any other `RegExp` the language's. */
function noteRegExp({ source, starts, ends }: QuickReading["tokens"], token: number, rewriting: Rewriting): void {
  const end = ends[token]!;
  if (!readsMatchAfter(source, end)) {
    rewriting.parameters.add("RegExp");
    return;
  }
  rewriting.machinery.add(RESERVED.matches);
  rewriting.edits.push({ start: starts[token]!, end, text: RESERVED.matches });
}

/** The texts that imports are read by, by their local names. */
function importsOf({ moduleItems }: QuickReading, texts: RewriteOptions["imports"]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const item of moduleItems) {
    if (item.type !== "ImportDeclaration") continue;
    for (const { local } of item["specifiers"] as SyntaxNode[])
      found.set(local.number as number, texts!.get(local.name as string)!);
  }
  return found;
}

function wayOf(
  name: string,
  isAssigned: boolean,
  source: string,
  { bindable, live, wrapperNames }: RewriteOptions,
  { parameters }: Rewriting,
): Way {
  if (wrapperNames.has(name) || (LANGUAGE_CONSTANTS.has(name) && name !== "arguments")) return { kind: "stays", name };
  // Reserved in strict code: V8 refuses them there, and sloppy code gets others for them.
  if (STRICT_RESERVED.has(name)) throw new Doubt(name);
  if (bindable.has(name) && !isAssigned) {
    if (name === "RegExp" && readsMatches(source)) return { kind: "matches", name };
    parameters.add(name);
    return { kind: "stays", name };
  }
  // V8 will see the name of a free variable in quotes: whether it is one must be told here.
  if (!isIdentifier(name)) throw new Doubt(name);
  return { kind: live?.has(name) === true ? "live" : "dynamic", name };
}

function rewriteDelicate(
  reading: QuickReading,
  imports: ReadonlyMap<number, string>,
  { edits, machinery }: Rewriting,
): void {
  const { tokens, delicate } = reading;
  if (delicate.length === 0) return;
  const declarations = new Declarations(reading);
  const counters = new Set<string>();
  const { length, values } = reading.counters;
  for (let index = 0; index < length; index += DECLARATION) {
    counters.add(`${values[index]} ${declarations.holderOf(values[index]!, values[index + 1]!)}`);
  }
  for (const member of delicate) {
    const start = tokens.starts[member.start]!;
    const at = tokens.starts[member.dot]!;
    const end = member.replaces ? ",2)" : member.strict ? ")" : ",1)";
    if (member.keyKind === "name" || member.keyKind === "symbol") {
      const name = member.keyKind === "name" ? keyNameOf(reading, member) : `@@${tokens.textOf(member.key + 2)}`;
      const isAdded = name !== "constructor" && member.keyKind === "name" && reading.added.has(name);
      const asked = isAdded ? RESERVED.extension : RESERVED.target;
      machinery.add(asked);
      edits.push(
        { start, end: start, text: callAt(tokens.source, start, asked) },
        { start: at, end: at, text: `,"${name}"${isAdded ? `,${member.strict ? 2 : 1})` : end}` },
      );
      continue;
    }
    const name = member.keyKind === "variable" ? tokens.links[member.key]! : -1;
    const isPlain = name !== -1 && name !== K.ARGUMENTS && !STRICT_RESERVED.has(tokens.nameOf(name));
    const found = isPlain ? declarations.holderOf(name, member.scope) : -1;
    const holder = found === 0 && imports.has(name) ? -1 : found;
    if (holder !== -1 && counters.has(`${name} ${holder}`)) continue;
    machinery.add(RESERVED.computedTarget);
    edits.push({ start, end: start, text: callAt(tokens.source, start, RESERVED.computedTarget) });
    if (holder !== -1) {
      edits.push({ start: at, end: at, text: `,${tokens.nameOf(name)}${end}` });
      continue;
    }
    machinery.add(RESERVED.key);
    const close = tokens.starts[member.last]!;
    edits.push(
      { start: at, end: at + 1, text: `,${RESERVED.key}=(` },
      { start: close, end: close + 1, text: `)${end}[${RESERVED.key}]` },
    );
  }
}

/** The name of a member that is written as a name or a plain string. */
function keyNameOf({ tokens }: QuickReading, { key, computed }: MemberTokens): string {
  const text = tokens.textOf(key);
  return computed ? text.slice(1, -1) : text;
}

function rewriteThis(
  { tokens }: QuickReading,
  body: number,
  prologue: number,
  thisTokens: readonly number[],
  { edits, machinery }: Rewriting,
): void {
  if (thisTokens.length === 0) return;
  machinery.add(RESERVED.global);
  for (const token of thisTokens) {
    edits.push({
      start: tokens.starts[token]!,
      end: tokens.ends[token]!,
      text: token < body ? `(${THIS_VALUE})` : RESERVED.this,
    });
  }
  if (thisTokens.at(-1)! < body) return;
  const at = tokens.ends[prologue]!;
  const text = `const ${RESERVED.this}=${THIS_VALUE};`;
  edits.push({ start: at, end: at, text: prologue > body ? `;${text}` : text, rank: "prologue" });
}

/** A function that is seen outside of its block becomes a variable: see `hoistedFunctions`. */
function hoistFunctions(reading: QuickReading, { edits }: Rewriting): void {
  const { tokens, blockFunctions } = reading;
  const hoisted = blockFunctions.filter((each) => isSeenOutside(reading, each));
  if (hoisted.length === 0) return;
  const declarations = new Declarations(reading);
  const parents = reading.parents.values;
  for (const { start, last, name, block, around } of hoisted) {
    for (let scope = block; scope !== around;) {
      scope = parents[scope]!;
      // Whose it is, then, is a long story.
      if (declarations.has(name, scope)) throw new Doubt("a function in a block");
    }
    edits.push({ start: tokens.starts[start]!, end: tokens.starts[start]!, text: `var ${tokens.nameOf(name)}=` });
    edits.push({ start: tokens.ends[last]!, end: tokens.ends[last]!, text: ";", rank: "closing" });
  }
  for (const { name, around } of hoisted) addDeclaration(name, around);
}

function isSeenOutside(
  { parents, references: { length, values } }: QuickReading,
  { name, block, around }: BlockFunction,
): boolean {
  for (let at = 0; at < length; at += REFERENCE) {
    if (values[at] !== name) continue;
    let isInBlock = false;
    let scope = values[at + 1]!;
    for (; scope !== -1 && scope !== around; scope = parents.values[scope]!) if (scope === block) isInBlock = true;
    if (scope === around && !isInBlock) return true;
  }
  return false;
}

/** Sloppy statements that end in an assignment, and `delete`: see `rewriteSilentFailures`. */
function rewriteSilent(reading: QuickReading, { edits, machinery }: Rewriting): void {
  const { tokens, sloppyStatements, deletes } = reading;
  if (sloppyStatements.length === 0 && deletes.length === 0) return;
  const { source, starts, ends } = tokens;
  const replaced = new Map<number, Edit>();
  for (const edit of edits) if (edit.end > edit.start) replaced.set(edit.start, edit);
  const paths = new Paths(reading, replaced);
  const handled = new Set<number>();
  for (const { start, last, parts } of sloppyStatements) {
    const asked = parts.map((part) => {
      const targets = part.targets.filter((member) => paths.mayBeAsked(member));
      return { ...part, targets, text: paths.askedText(targets) };
    });
    if (asked.every(({ text }) => text === "")) continue;
    for (const { targets } of asked) for (const { dot } of targets) handled.add(dot);
    machinery.add(RESERVED.unlessSilent).add(RESERVED.silent);
    const closing = (text: string): string =>
      text === ""
        ? ""
        : `}catch(${RESERVED.caught}){${RESERVED.silent}(${RESERVED.unlessSilent}(${RESERVED.caught}),${text})}`;
    const opening = (text: string): string => (text === "" ? "" : "try{");
    const braces = asked.length > 1;
    edits.push({
      start: starts[start]!,
      end: starts[start]!,
      text: `${braces ? "{" : ""}${opening(asked[0]!.text)}`,
      rank: "opening",
    });
    for (const [index, part] of asked.entries()) {
      const next = asked[index + 1];
      if (next !== undefined) {
        const comma = starts[part.last + 1]!;
        const nextStart = starts[tokens.inside(next.start, next.last)]!;
        const glue = GLUED.test(source.slice(nextStart, nextStart + 8)) ? "0," : "";
        edits.push({ start: comma, end: comma + 1, text: `${closing(part.text) || ";"}${opening(next.text)}${glue}` });
        continue;
      }
      const text = `${closing(part.text)}${braces ? "}" : ""}`;
      const end = ends[last]!;
      if (tokens.kinds[last] === K.SEMICOLON) edits.push({ start: end - 1, end, text: `;${text}` });
      else edits.push({ start: end, end, text, rank: "closing" });
    }
  }
  for (const { token, member } of deletes) {
    if (
      handled.has(member.dot) ||
      tokens.kinds[member.dot + 1] === K.PRIVATE_NAME ||
      tokens.kinds[member.start] === K.SUPER
    )
      continue;
    machinery.add(RESERVED.delete);
    const start = starts[token]!;
    const from = starts[member.dot]!;
    const end = ends[member.last]!;
    edits.push({
      start,
      end: starts[member.start]!,
      text: `${RESERVED.delete}(${lineBreaksOf(source.slice(start, starts[member.start]))}`,
    });
    if (member.computed) edits.push({ start: from, end: from + 1, text: ",(" }, { start: end - 1, end, text: "))" });
    else edits.push({ start: from, end, text: `,${JSON.stringify(keyNameOf(reading, member))})` });
  }
}

/** What can't begin the statement that an operand of commas becomes. */
const GLUED = /^(?:\{|function|class|async|let)/;

/** What handlers ask about: paths that can be looked at twice, as the edits spell them. */
class Paths {
  private readonly reading: QuickReading;
  private readonly replaced: ReadonlyMap<number, Edit>;
  private readonly replacesExports: boolean;

  constructor(reading: QuickReading, replaced: ReadonlyMap<number, Edit>) {
    this.reading = reading;
    this.replaced = replaced;
    this.replacesExports = replacesExports(reading.tokens.source);
  }

  /** Whether the object is a path. */
  mayBeAsked({ start, dot }: MemberTokens): boolean {
    const { kinds, links } = this.reading.tokens;
    if (kinds[dot + 1] === K.PRIVATE_NAME || this.path(start, dot, false) === undefined) return false;
    return this.replacesExports || !(dot === start + 1 && kinds[start] === K.NAME && links[start] === K.EXPORTS);
  }

  /** Objects and keys that are assigned, in turn. */
  askedText(targets: readonly MemberTokens[]): string {
    return targets
      .map((member) => `${this.path(member.start, member.dot, targets.length > 1)},${this.keyText(member)}`)
      .join();
  }

  private keyText(member: MemberTokens): string {
    if (!member.computed) return JSON.stringify(keyNameOf(this.reading, member));
    return this.plain(member.dot + 1, member.last) ?? "void 0";
  }

  private spell(token: number): string {
    const { tokens } = this.reading;
    const edit = this.replaced.get(tokens.starts[token]!);
    return edit?.end === tokens.ends[token] ? edit!.text : tokens.textOf(token);
  }

  /** The path that the tokens up to `end` are; undefined if they are none. */
  private path(start: number, end: number, careful: boolean): string | undefined {
    const { kinds, links } = this.reading.tokens;
    let text: string;
    switch (kinds[start]) {
      case K.NAME:
      case K.THIS:
        text = this.spell(start);
        break;
      case K.NUMBER:
      case K.STRING:
      case K.NULL:
      case K.TRUE:
      case K.FALSE:
        text = `(${this.spell(start)})`;
        break;
      case K.PAREN_OPEN: {
        const within = this.path(start + 1, links[start]!, careful);
        if (within === undefined) return undefined;
        text = within;
        break;
      }
      default:
        return undefined;
    }
    let at = kinds[start] === K.PAREN_OPEN ? links[start]! + 1 : start + 1;
    while (at < end) {
      if (kinds[at] === K.DOT && kinds[at + 1] === K.NAME) {
        text += `${careful ? "?." : "."}${this.reading.tokens.textOf(at + 1)}`;
        at += 2;
      } else if (kinds[at] === K.BRACKET_OPEN) {
        const key = this.plain(at + 1, links[at]!);
        if (key === undefined) return undefined;
        text += `${careful ? "?." : ""}[${key}]`;
        at = links[at]! + 1;
      } else return undefined;
    }
    return text;
  }

  /** A path, or operators between paths. */
  private plain(first: number, end: number): string | undefined {
    const { tokens } = this.reading;
    const { kinds, links } = tokens;
    const start = tokens.inside(first, end - 1);
    const last = end - (start - first);
    let operator = -1;
    let strength = Infinity;
    for (let at = start; at < last; at++) {
      const kind = kinds[at]!;
      if (kind === K.BRACKET_OPEN || kind === K.PAREN_OPEN || kind === K.BRACE_OPEN) at = links[at]!;
      else if (
        kind === K.BINARY ||
        kind === K.STAR ||
        kind === K.IN ||
        kind === K.INSTANCEOF ||
        (kind === K.PLUS_OR_MINUS && at > start && !isBeforeOperand(kinds[at - 1]!))
      ) {
        const found = STRENGTHS.findIndex((operators) => operators.includes(tokens.textOf(at)));
        if (found === -1) throw new Doubt("an operator in a path");
        if (found <= strength) {
          operator = at;
          strength = found;
        }
      }
    }
    if (operator === -1) return this.path(start, last, true);
    const left = this.plain(start, operator);
    const right = left === undefined ? undefined : this.plain(operator + 1, last);
    return right === undefined ? undefined : `(${left} ${tokens.textOf(operator)} ${right})`;
  }
}

/** Operators that associate to the left, the weakest first. */
const STRENGTHS = [
  ["|"],
  ["^"],
  ["&"],
  ["==", "!=", "===", "!=="],
  ["<", ">", "<=", ">=", "instanceof", "in"],
  ["<<", ">>", ">>>"],
  ["+", "-"],
  ["*", "/", "%"],
];

function isBeforeOperand(kind: number): boolean {
  return kind === K.PLUS_OR_MINUS || kind === K.NOT || kind === K.BINARY || kind === K.STAR;
}
