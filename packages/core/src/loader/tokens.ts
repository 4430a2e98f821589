/**
 * A text's tokens, in one pass over its characters and without an object for
 * any of them: five arrays of numbers. Whether a slash divides or begins a
 * regular expression follows from the tokens before; where it does not, and
 * wherever else the answer would be a guess, there is none, and the text is
 * read by a parser that knows the grammar.
 *
 * What it takes for a token V8 may take for none (`1a`): who asks must not rely
 * on the text being correct.
 */
import { Buffer } from "node:buffer";
import { namesItsSource, sourceNamesIn } from "./names-its-source.ts";
import {
  ARROW,
  ASSIGN,
  ASSIGN_OTHERWISE,
  AWAIT,
  BINARY,
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  COMMA,
  DOT,
  ELLIPSIS,
  END,
  FIRST_WORD,
  FOR,
  IF,
  LOGICAL,
  NAME,
  NOT,
  NULL,
  NUMBER,
  OF,
  OPTIONAL_DOT,
  PAREN_CLOSE,
  PAREN_OPEN,
  PLUS_OR_MINUS,
  PRIVATE_NAME,
  QUESTION,
  REGEXP,
  RESERVED_WORDS,
  SEMICOLON,
  STAR,
  STRING,
  SUPER,
  TEMPLATE,
  TEMPLATE_HEAD,
  TEMPLATE_MIDDLE,
  TEMPLATE_TAIL,
  THIS,
  UPDATE,
  WHILE,
  WITH,
  WORDS,
  YIELD,
} from "./token-kinds.ts";

/** No kinds of tokens: a comment or rare white space, and what is not read. */
const NO_TOKEN = 253;
const GIVEN_UP = 252;
const SPACE = 255;
const LINE_BREAK = 254;
/** By character, the kind of token that it begins or is, where no other character has a say; or one of the two above; or 0. */
const BEGINS_AS = new Uint8Array(0x10000).fill(NAME, 128);
/** Whether a character may be part of a name. */
const IS_NAME_PART = new Uint8Array(0x10000).fill(1, 128);
for (const character of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$")
  BEGINS_AS[character.charCodeAt(0)] = NAME;
for (const character of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$0123456789")
  IS_NAME_PART[character.charCodeAt(0)] = 1;
for (const [character, kind] of [
  [" ", SPACE],
  ["\t", SPACE],
  ["\n", LINE_BREAK],
  ["\r", LINE_BREAK],
  ["(", PAREN_OPEN],
  [")", PAREN_CLOSE],
  ["[", BRACKET_OPEN],
  ["]", BRACKET_CLOSE],
  ["{", BRACE_OPEN],
  ["}", BRACE_CLOSE],
  [";", SEMICOLON],
  [",", COMMA],
  [":", COLON],
  ["~", NOT],
] as const)
  BEGINS_AS[character.charCodeAt(0)] = kind;
/** White space and line breaks beyond ASCII, and the white space of ASCII that is rare. */
const OTHER_SPACE =
  "\v\f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
for (const character of OTHER_SPACE) BEGINS_AS[character.charCodeAt(0)] = IS_NAME_PART[character.charCodeAt(0)] = 0;

const WORDS_TEXT = WORDS.join(" ");
const WORD_HASHES = WORDS.map((word) => {
  let hash = 0;
  for (let at = 0; at < word.length; at++) hash = ((hash << 5) - hash + word.charCodeAt(at)) | 0;
  return hash;
});

/** Behind a text, so that no look at the next three characters finds what belongs to an earlier one. */
const NOTHING = [0, 0, 0, 0];

/** Room for the tokens of a text. One for small texts is kept and used by one after the other. */
class Arrays {
  readonly units: Buffer;
  /** The same memory: of the source, of `NOTHING`, and at its end of `WORDS_TEXT`. */
  readonly characters: Uint16Array;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly links: Int32Array;
  readonly breaks: Uint8Array;
  readonly table: Int32Array;
  /** As it is where no names but the words have numbers. */
  readonly tableOfWords: Int32Array;
  readonly nameStarts: Int32Array;
  readonly nameEnds: Int32Array;
  readonly wordsStart: number;

  constructor(length: number) {
    this.wordsStart = length + NOTHING.length;
    this.units = Buffer.allocUnsafeSlow((this.wordsStart + WORDS_TEXT.length) * 2);
    this.units.write(WORDS_TEXT, this.wordsStart * 2, "utf16le");
    this.characters = new Uint16Array(this.units.buffer);
    const tokens = Math.trunc(length / 6) + 64;
    this.kinds = new Uint8Array(tokens);
    this.starts = new Int32Array(tokens);
    this.ends = new Int32Array(tokens);
    this.links = new Int32Array(tokens);
    this.breaks = new Uint8Array(tokens);
    let names = 1024;
    while (names < length >> 6) names *= 2;
    this.table = new Int32Array(names);
    this.nameStarts = new Int32Array(names);
    this.nameEnds = new Int32Array(names);
    this.numberWords();
    this.tableOfWords = this.table.slice();
  }

  private numberWords(): void {
    const { table, nameStarts, nameEnds } = this;
    const mask = table.length - 1;
    let start = this.wordsStart;
    for (let number = 0; number < WORDS.length; number++) {
      const hash = WORD_HASHES[number]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = number + 1;
      nameStarts[number] = start;
      nameEnds[number] = start + WORDS[number]!.length;
      start += WORDS[number]!.length + 1;
    }
  }
}
/** In UTF-16 units. */
const LARGE = 100_000;
let spare: Arrays | undefined;

export class Tokens {
  readonly source: string;
  /** UTF-16 units of the source; what is behind is no part of it. */
  readonly characters: Uint16Array;
  count = 0;
  kinds: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  /** Of brackets their counterpart's index, of names their number; -1 for names after a dot. */
  links: Int32Array;
  /** 1 where a line break comes before. */
  breaks: Uint8Array;
  nameCount: number = WORDS.length;
  /** Where each name is spelt for the first time. */
  nameStarts: Int32Array;
  nameEnds: Int32Array;
  /** Offsets of the `#` or `@` in comments that V8 would take a file's name from. */
  readonly magicComments: number[] = [];
  /** Why there is no answer. */
  doubt: string | undefined;
  private table: Int32Array;
  private readonly arrays: Arrays;
  /** Of the name that was read last. */
  private hash = 0;
  /** Where the token that was read last ends. */
  private at = 0;
  /** Whether a line break, or nothing, comes before what is read. */
  private isAfterBreak = false;
  private reason = "";
  /** Whether the text holds, anywhere, what V8 would take a file's name from in a comment. */
  readonly mayBeMagic: boolean;
  /** Whether no line ends otherwise than by `\n`. */
  private readonly hasPlainLines: boolean;

  constructor(source: string) {
    this.source = source;
    const arrays = source.length < LARGE ? (spare ?? new Arrays(LARGE)) : new Arrays(source.length);
    spare = undefined;
    arrays.units.write(source, 0, "utf16le");
    this.characters = arrays.characters;
    this.characters.set(NOTHING, source.length);
    ({
      kinds: this.kinds,
      starts: this.starts,
      ends: this.ends,
      links: this.links,
      breaks: this.breaks,
      table: this.table,
      nameStarts: this.nameStarts,
      nameEnds: this.nameEnds,
    } = arrays);
    this.arrays = arrays;
    this.mayBeMagic = namesItsSource(source);
    this.hasPlainLines = !source.includes("\r") && !source.includes("\u2028") && !source.includes("\u2029");
    this.doubt = this.read();
  }

  nameOf(number: number): string {
    const start = this.nameStarts[number]!;
    const from = start - this.arrays.wordsStart;
    return from >= 0
      ? WORDS_TEXT.slice(from, from + this.nameEnds[number]! - start)
      : this.source.slice(start, this.nameEnds[number]);
  }

  textOf(token: number): string {
    return this.source.slice(this.starts[token], this.ends[token]);
  }

  /** The first token of an expression without the parentheses that are around all of it. */
  inside(first: number, last: number): number {
    let from = first;
    for (let to = last; this.kinds[from] === PAREN_OPEN && this.links[from] === to; to--) from++;
    return from;
  }

  /** To be called when nobody reads the arrays any more: small ones are used again. */
  release(): void {
    if (this.kinds !== this.arrays.kinds || this.table !== this.arrays.table || this.source.length >= LARGE) return;
    this.table.set(this.arrays.tableOfWords);
    spare = this.arrays;
  }

  private numberOf(start: number, end: number, hash: number): number {
    const { characters, nameStarts, nameEnds, table } = this;
    const mask = table.length - 1;
    const length = end - start;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const found = table[slot]! - 1;
      if (found === -1) {
        const number = this.nameCount++;
        table[slot] = number + 1;
        nameStarts[number] = start;
        nameEnds[number] = end;
        if (number * 2 > mask) this.growTable();
        return number;
      }
      const from = nameStarts[found]!;
      if (nameEnds[found]! - from !== length) continue;
      let same = 0;
      while (same < length && characters[from + same] === characters[start + same]) same++;
      if (same === length) return found;
    }
  }

  private growTable(): void {
    const size = this.table.length * 2;
    const { characters } = this;
    this.table = new Int32Array(size);
    this.nameStarts = longer(this.nameStarts, new Int32Array(size));
    this.nameEnds = longer(this.nameEnds, new Int32Array(size));
    for (let number = 0; number < this.nameCount; number++) {
      let hash = 0;
      for (let at = this.nameStarts[number]!; at < this.nameEnds[number]!; at++)
        hash = ((hash << 5) - hash + characters[at]!) | 0;
      let slot = (hash ^ (hash >>> 15)) & (size - 1);
      while (this.table[slot] !== 0) slot = (slot + 1) & (size - 1);
      this.table[slot] = number + 1;
    }
  }

  private growTokens(): void {
    const size = this.kinds.length * 2;
    this.kinds = longer(this.kinds, new Uint8Array(size));
    this.starts = longer(this.starts, new Int32Array(size));
    this.ends = longer(this.ends, new Int32Array(size));
    this.links = longer(this.links, new Int32Array(size));
    this.breaks = longer(this.breaks, new Uint8Array(size));
  }

  /** @returns why it gave up. */
  private read(): string | undefined {
    const { source, characters } = this;
    let { kinds, starts, ends, links, breaks } = this;
    let capacity = kinds.length;
    let count = 0;
    let at = source.startsWith("#!") ? this.endOfLine(2) : 0;
    let lineBreak = 0;
    let kindBefore = END;
    /** Indices of the brackets that are open, `${` included. */
    let open = new Int32Array(64);
    let depth = 0;

    for (;;) {
      const c = characters[at]!;
      let kind = BEGINS_AS[c]!;
      if (kind === SPACE) {
        at++;
        continue;
      }
      if (kind === LINE_BREAK) {
        lineBreak = 1;
        at = this.endOfIndentation(at + 1);
        continue;
      }
      const start = at;
      let link = 0;
      if (kind === NAME) {
        at = this.endOfName(start);
        if (kindBefore === DOT || kindBefore === OPTIONAL_DOT) link = -1;
        else {
          link = this.numberOf(start, at, this.hash);
          if (link < RESERVED_WORDS) kind = FIRST_WORD + link;
        }
      } else {
        if (kind !== 0) at++;
        else if (c === 46 && BEGINS_AS[characters[at + 1]!] === NAME) {
          at++;
          kind = DOT;
        } else {
          this.count = count;
          this.isAfterBreak = lineBreak === 1 || count === 0;
          kind = this.readOther(at);
          at = this.at;
          if (kind === NO_TOKEN) {
            if (this.isAfterBreak) lineBreak = 1;
            continue;
          }
          if (kind === GIVEN_UP) return this.reason;
        }
        if (kind <= BRACE_CLOSE && kind >= TEMPLATE_HEAD) {
          if (kind === BRACE_CLOSE && depth > 0 && kinds[open[depth - 1]!] !== BRACE_OPEN) {
            const head = kinds[open[depth - 1]!];
            if (head !== TEMPLATE_HEAD && head !== TEMPLATE_MIDDLE) return "brackets";
            at = this.endOfTemplate(at);
            if (at < 0) return "template";
            kind = characters[at - 1] === 96 ? TEMPLATE_TAIL : TEMPLATE_MIDDLE;
          }
          if (kind === TEMPLATE_HEAD || kind === PAREN_OPEN || kind === BRACKET_OPEN || kind === BRACE_OPEN) {
            if (depth === open.length) open = longer(open, new Int32Array(depth * 2));
            open[depth++] = count;
          } else {
            // Closes what its counterpart opened, which for parentheses and brackets is the kind before.
            const opened = depth === 0 ? -1 : open[depth - 1]!;
            if (opened === -1 || (kind > TEMPLATE_TAIL && kinds[opened] !== kind - 1)) return "brackets";
            links[opened] = count;
            link = opened;
            if (kind === TEMPLATE_MIDDLE) open[depth - 1] = count;
            else depth--;
          }
        }
      }
      kinds[count] = kind;
      starts[count] = start;
      ends[count] = at;
      links[count] = link;
      breaks[count] = lineBreak;
      count++;
      if (kind === END) break;
      kindBefore = kind;
      lineBreak = 0;
      if (count === capacity) {
        this.growTokens();
        ({ kinds, starts, ends, links, breaks } = this);
        capacity = kinds.length;
      }
    }
    this.count = count;
    return depth === 0 ? undefined : "brackets";
  }

  private giveUp(reason: string): number {
    this.reason = reason;
    return GIVEN_UP;
  }

  /**
   * What is no name, no white space and none of the tokens that are one character and nothing else.
   * Not part of `read`, which V8 would compile anew for each of these when a text first has it.
   * @returns the kind of the token, which ends at `this.at`
   */
  private readOther(start: number): number {
    const { source, characters } = this;
    const c = characters[start]!;
    const next = characters[start + 1]!;
    this.at = start + 1;
    switch (c) {
      case 0:
        if (start < source.length) return this.giveUp("character");
        this.at = start;
        return END;
      case 46:
        if (next >= 48 && next <= 57) {
          this.at = this.endOfNumber(start);
          return NUMBER;
        }
        if (next !== 46) return DOT;
        if (characters[start + 2] !== 46) return this.giveUp("dots");
        this.at = start + 3;
        return ELLIPSIS;
      case 63:
        if (next === 63) return this.mayAssign(start + 2, LOGICAL);
        if (next !== 46 || (characters[start + 2]! >= 48 && characters[start + 2]! <= 57)) return QUESTION;
        this.at = start + 2;
        return OPTIONAL_DOT;
      case 61:
        if (next === 62) {
          this.at = start + 2;
          return ARROW;
        }
        return next === 61 ? this.comparison(start) : ASSIGN;
      case 33:
        return next === 61 ? this.comparison(start) : NOT;
      case 38:
      case 124:
        return next === c ? this.mayAssign(start + 2, LOGICAL) : this.mayAssign(start + 1, BINARY);
      case 43:
      case 45:
        if (next !== c) return this.mayAssign(start + 1, PLUS_OR_MINUS);
        this.at = start + 2;
        // A comment at the beginning of a line, an operator elsewhere.
        return c === 45 && characters[start + 2] === 62 && this.isAfterBreak ? this.giveUp("HTML comment") : UPDATE;
      case 42:
        return next === 42 ? this.mayAssign(start + 2, BINARY) : this.mayAssign(start + 1, STAR);
      case 37:
      case 94:
        return this.mayAssign(start + 1, BINARY);
      case 60:
        if (next === 33 && characters[start + 2] === 45 && characters[start + 3] === 45)
          return this.giveUp("HTML comment");
        if (next === 60) return this.mayAssign(start + 2, BINARY);
        if (next === 61) this.at = start + 2;
        return BINARY;
      case 62:
        return this.greater(start);
      case 34:
      case 39:
        this.at = this.endOfString(start + 1, c);
        return this.at < 0 ? this.giveUp("string") : STRING;
      case 96:
        this.at = this.endOfTemplate(start + 1);
        if (this.at < 0) return this.giveUp("template");
        return characters[this.at - 1] === 96 ? TEMPLATE : TEMPLATE_HEAD;
      case 47:
        return this.slash(start, next);
      case 35:
        if (BEGINS_AS[next] !== NAME) return this.giveUp("#");
        this.at = this.endOfName(start + 1);
        return PRIVATE_NAME;
      case 48:
      case 49:
      case 50:
      case 51:
      case 52:
      case 53:
      case 54:
      case 55:
      case 56:
      case 57:
        this.at = this.endOfNumber(start);
        return NUMBER;
      case 0x2028:
      case 0x2029:
        this.isAfterBreak = true;
        return NO_TOKEN;
      default:
        // Else a backslash in a name, a decorator, what no version of the language has.
        return OTHER_SPACE.includes(source[start]!) ? this.noToken(false) : this.giveUp("character");
    }
  }

  private noToken(holdsBreak: boolean): number {
    this.isAfterBreak = holdsBreak;
    return NO_TOKEN;
  }

  /** An operator that may be an assignment's: `+` or `+=`. */
  private mayAssign(end: number, kind: number): number {
    const assigns = this.characters[end] === 61;
    this.at = assigns ? end + 1 : end;
    return assigns ? ASSIGN_OTHERWISE : kind;
  }

  /** `==`, `===`, `!=` or `!==`. */
  private comparison(start: number): number {
    this.at = start + (this.characters[start + 2] === 61 ? 3 : 2);
    return BINARY;
  }

  /** `>`, `>=`, shifts and their assignments. */
  private greater(start: number): number {
    const { characters } = this;
    let end = start + 1;
    while (characters[end] === 62 && end < start + 3) end++;
    const assigns = characters[end] === 61;
    this.at = assigns ? end + 1 : end;
    return assigns && end > start + 1 ? ASSIGN_OTHERWISE : BINARY;
  }

  private slash(start: number, next: number): number {
    if (next === 47) {
      this.at = this.endOfLine(start + 1);
      if (this.mayBeMagic) this.noteMagic(start, this.at);
      return this.noToken(false);
    }
    if (next === 42) {
      const end = this.source.indexOf("*/", start + 2);
      if (end < 0) return this.giveUp("comment");
      this.at = end + 2;
      if (this.mayBeMagic) this.noteMagic(start, end);
      return this.noToken(this.holdsLineBreak(start, end));
    }
    switch (this.slashAfter(this.count, this.kinds, this.links, this.breaks)) {
      case DIVIDES:
        return this.mayAssign(start + 1, BINARY);
      case BEGINS:
        this.at = this.endOfRegExp(start + 1);
        return this.at < 0 ? this.giveUp("regular expression") : REGEXP;
      default:
        return this.giveUp("slash");
    }
  }

  /** Small loops are functions of their own: V8 optimises these long before it has done so with `read`. */
  private endOfName(start: number): number {
    const { characters } = this;
    let hash = 0;
    for (let at = start; ; at++) {
      const c = characters[at]!;
      if (IS_NAME_PART[c] === 0) {
        this.hash = hash;
        return at;
      }
      hash = ((hash << 5) - hash + c) | 0;
    }
  }

  private endOfIndentation(from: number): number {
    const { characters } = this;
    for (let at = from; ; at++) {
      const c = characters[at];
      if (c !== 32 && c !== 9 && c !== 10) return at;
    }
  }

  private endOfLine(from: number): number {
    const { characters, source } = this;
    if (this.hasPlainLines) {
      const end = source.indexOf("\n", from);
      return end < 0 ? source.length : end;
    }
    let at = from;
    for (; at < source.length; at++) if (isLineBreak(characters[at]!)) break;
    return at;
  }

  private holdsLineBreak(from: number, to: number): boolean {
    const { characters } = this;
    for (let at = from; at < to; at++) if (isLineBreak(characters[at]!)) return true;
    return false;
  }

  private noteMagic(start: number, end: number): void {
    this.magicComments.push(...sourceNamesIn(this.source, start, end));
  }

  private endOfString(from: number, quote: number): number {
    const { characters } = this;
    const { length } = this.source;
    for (let at = from; at < length; at++) {
      const c = characters[at]!;
      if (c === quote) return at + 1;
      if (c === 92) {
        at++;
        if (characters[at] === 13 && characters[at + 1] === 10) at++;
      } else if (c === 10 || c === 13) return -1;
    }
    return -1;
  }

  /** After the closing backtick, or after `${`. */
  private endOfTemplate(from: number): number {
    const { characters } = this;
    const { length } = this.source;
    for (let at = from; at < length; at++) {
      const c = characters[at]!;
      if (c === 96) return at + 1;
      if (c === 92) at++;
      else if (c === 36 && characters[at + 1] === 123 && at + 1 < length) return at + 2;
    }
    return -1;
  }

  private endOfRegExp(from: number): number {
    const { characters } = this;
    const { length } = this.source;
    let inClass = false;
    let at = from;
    for (; at < length; at++) {
      const c = characters[at]!;
      if (isLineBreak(c)) return -1;
      if (c === 92) {
        if (isLineBreak(characters[++at]!)) return -1;
      } else if (c === 91) inClass = true;
      else if (c === 93) inClass = false;
      else if (c === 47 && !inClass) break;
    }
    if (at >= length) return -1;
    at++;
    while (at < length && characters[at]! < 128 && IS_NAME_PART[characters[at]!] === 1) at++;
    return at;
  }

  /** HAZARD: what follows a number that has ended is code: `1n.e+f()` and `1e5.e+f()` ask it for a property. */
  private endOfNumber(start: number): number {
    const { characters } = this;
    const letter = characters[start + 1]! | 32;
    // `0x`, `0o`, `0b`.
    if (characters[start] === 48 && (letter === 120 || letter === 111 || letter === 98)) return this.endOfName(start);
    let at = this.endOfDigits(start);
    if (characters[at] === 46) at = this.endOfDigits(at + 1);
    if ((characters[at]! | 32) === 101) {
      const sign = characters[at + 1];
      at = this.endOfDigits(sign === 43 || sign === 45 ? at + 2 : at + 1);
    }
    return characters[at] === 110 ? at + 1 : at;
  }

  private endOfDigits(from: number): number {
    const { characters } = this;
    let at = from;
    while ((characters[at]! >= 48 && characters[at]! <= 57) || characters[at] === 95) at++;
    return at;
  }

  /** Whether a slash divides or begins a regular expression, by the tokens before it. */
  private slashAfter(count: number, kinds: Uint8Array, links: Int32Array, breaks: Uint8Array): number {
    if (count === 0) return BEGINS;
    const last = count - 1;
    const kind = kinds[last]!;
    switch (kind) {
      case NAME: {
        // HAZARD: operators, or variables of these names, according to where they stand.
        const name = links[last]!;
        return name === OF || name === YIELD || name === AWAIT ? IN_DOUBT : DIVIDES;
      }
      case PRIVATE_NAME:
      case NUMBER:
      case STRING:
      case REGEXP:
      case TEMPLATE:
      case TEMPLATE_TAIL:
      case BRACKET_CLOSE:
        return DIVIDES;
      case PAREN_CLOSE: {
        const before = links[last]! - 1;
        const word = before < 0 ? END : kinds[before];
        if (word === IF || word === WHILE || word === FOR || word === WITH) return BEGINS;
        return word === NAME && links[before] === AWAIT ? IN_DOUBT : DIVIDES;
      }
      case UPDATE: {
        const before = last === 0 ? END : kinds[last - 1];
        return (before === NAME || before === BRACKET_CLOSE) && breaks[last] === 0 ? DIVIDES : IN_DOUBT;
      }
      case BRACE_CLOSE:
        // A block's end, or an object's.
        return IN_DOUBT;
      default:
        return kind === THIS || kind === SUPER || kind >= NULL ? DIVIDES : BEGINS;
    }
  }
}

const isLineBreak = (c: number): boolean => c === 10 || c === 13 || c === 0x2028 || c === 0x2029;

const IN_DOUBT = 0;
const DIVIDES = 1;
const BEGINS = 2;

function longer<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
