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
  ARROW, ASSIGN, ASSIGN_OTHERWISE, AWAIT, BINARY, BRACE_CLOSE, BRACE_OPEN, BRACKET_CLOSE, BRACKET_OPEN, COLON, COMMA, DOT,
  ELLIPSIS, END, FIRST_WORD, FOR, IF, LOGICAL, NAME, NOT, NULL, NUMBER, OF, OPTIONAL_DOT, PAREN_CLOSE, PAREN_OPEN, PLUS_OR_MINUS,
  PRIVATE_NAME, QUESTION, REGEXP, RESERVED_WORDS, SEMICOLON, STAR, STRING, SUPER, TEMPLATE, TEMPLATE_HEAD, TEMPLATE_MIDDLE,
  TEMPLATE_TAIL, THIS, UPDATE, WHILE, WITH, WORDS, YIELD,
} from "./token-kinds.ts";

/** What a character below 128 may begin or be part of. */
const IS_NAME_PART = new Uint8Array(128);
for (const character of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$") IS_NAME_PART[character.charCodeAt(0)] = 1;

const WORDS_TEXT = WORDS.join(" ");
const WORD_HASHES = WORDS.map((word) => {
  let hash = 0;
  for (let at = 0; at < word.length; at++) hash = ((hash << 5) - hash + word.charCodeAt(at)) | 0;
  return hash;
});

/** Room for the tokens of a text. One for small texts is kept and used by one after the other. */
class Arrays {
  readonly units: Buffer;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly links: Int32Array;
  readonly breaks: Uint8Array;
  readonly table: Int32Array;
  readonly nameStarts: Int32Array;
  readonly nameEnds: Int32Array;

  constructor(length: number) {
    this.units = Buffer.allocUnsafeSlow((length + WORDS_TEXT.length) * 2);
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
  }
}
/** In UTF-16 units. */
const LARGE = 100_000;
let spare: Arrays | undefined;

export class Tokens {
  readonly source: string;
  /** UTF-16 units of the source, then of `WORDS_TEXT`. */
  readonly characters: Uint16Array;
  count = 0;
  kinds: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  /** Of brackets their counterpart's index, of names their number; -1 for names after a dot. */
  links: Int32Array;
  /** 1 where a line break comes before. */
  breaks: Uint8Array;
  nameCount = 0;
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

  constructor(source: string) {
    this.source = source;
    const arrays = source.length < LARGE ? (spare ?? new Arrays(LARGE)) : new Arrays(source.length);
    spare = undefined;
    this.characters = unitsOf(source, arrays);
    ({
      kinds: this.kinds, starts: this.starts, ends: this.ends, links: this.links, breaks: this.breaks, table: this.table,
      nameStarts: this.nameStarts, nameEnds: this.nameEnds,
    } = arrays);
    this.arrays = arrays;
    this.numberWords();
    this.doubt = this.read();
  }

  nameOf(number: number): string {
    const start = this.nameStarts[number]!;
    const from = start - this.source.length;
    return from >= 0 ? WORDS_TEXT.slice(from, from + this.nameEnds[number]! - start) : this.source.slice(start, this.nameEnds[number]);
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
    this.table.fill(0);
    spare = this.arrays;
  }

  private numberWords(): void {
    const { table, nameStarts, nameEnds } = this;
    const mask = table.length - 1;
    let start = this.source.length;
    for (let number = 0; number < WORDS.length; number++) {
      const hash = WORD_HASHES[number]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = number + 1;
      nameStarts[number] = start;
      nameEnds[number] = start + WORDS[number]!.length;
      start += WORDS[number]!.length + 1;
    }
    this.nameCount = WORDS.length;
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
      for (let at = this.nameStarts[number]!; at < this.nameEnds[number]!; at++) hash = ((hash << 5) - hash + characters[at]!) | 0;
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
    const length = source.length;
    const mayBeMagic = namesItsSource(source);
    let { kinds, starts, ends, links, breaks } = this;
    let capacity = kinds.length;
    let count = 0;
    let at = 0;
    let lineBreak = 0;
    let kindBefore = END;
    /** Indices of the brackets that are open, `${` included. */
    let open = new Int32Array(64);
    let depth = 0;
    if (length > 1 && characters[0] === 35 && characters[1] === 33) at = this.endOfLine(2);

    for (;;) {
      const c = at < length ? characters[at]! : -1;
      // White space and comments.
      if (c === 32 || c === 9) {
        at++;
        continue;
      }
      if (c === 10 || c === 13) {
        lineBreak = 1;
        at = this.endOfIndentation(at + 1);
        continue;
      }
      const start = at;
      let kind: number;
      let link = 0;
      if (c < 128 && c >= 0 ? IS_NAME_PART[c] === 1 && (c < 48 || c > 57) : c >= 128 && !isSpace(c)) {
        at = this.endOfName(start);
        kind = NAME;
        if (kindBefore === DOT || kindBefore === OPTIONAL_DOT) link = -1;
        else {
          link = this.numberOf(start, at, this.hash);
          if (link < RESERVED_WORDS) kind = FIRST_WORD + link;
        }
      } else {
        at++;
        const next = at < length ? characters[at]! : -1;
        switch (c) {
          case -1:
            if (depth !== 0) return "brackets";
            at = length;
            kind = END;
            break;
          case 40:
            kind = PAREN_OPEN;
            break;
          case 41:
            kind = PAREN_CLOSE;
            break;
          case 91:
            kind = BRACKET_OPEN;
            break;
          case 93:
            kind = BRACKET_CLOSE;
            break;
          case 123:
            kind = BRACE_OPEN;
            break;
          case 125:
            kind = BRACE_CLOSE;
            if (depth > 0 && kinds[open[depth - 1]!] !== BRACE_OPEN) {
              const head = kinds[open[depth - 1]!];
              if (head !== TEMPLATE_HEAD && head !== TEMPLATE_MIDDLE) return "brackets";
              at = this.endOfTemplate(at);
              if (at < 0) return "template";
              kind = characters[at - 1] === 96 ? TEMPLATE_TAIL : TEMPLATE_MIDDLE;
            }
            break;
          case 59:
            kind = SEMICOLON;
            break;
          case 44:
            kind = COMMA;
            break;
          case 58:
            kind = COLON;
            break;
          case 46:
            if (next >= 48 && next <= 57) {
              at = this.endOfNumber(start);
              kind = NUMBER;
            } else if (next === 46) {
              if (characters[at + 1] !== 46) return "dots";
              at += 2;
              kind = ELLIPSIS;
            } else kind = DOT;
            break;
          case 63:
            if (next === 63) {
              at++;
              kind = LOGICAL;
              if (characters[at] === 61) {
                at++;
                kind = ASSIGN_OTHERWISE;
              }
            } else if (next === 46 && !(characters[at + 1]! >= 48 && characters[at + 1]! <= 57)) {
              at++;
              kind = OPTIONAL_DOT;
            } else kind = QUESTION;
            break;
          case 61:
            if (next === 62) {
              at++;
              kind = ARROW;
            } else if (next === 61) {
              at += characters[at + 1] === 61 ? 2 : 1;
              kind = BINARY;
            } else kind = ASSIGN;
            break;
          case 33:
            if (next === 61) {
              at += characters[at + 1] === 61 ? 2 : 1;
              kind = BINARY;
            } else kind = NOT;
            break;
          case 126:
            kind = NOT;
            break;
          case 38:
          case 124:
            if (next === c) {
              at++;
              kind = LOGICAL;
            } else kind = BINARY;
            if (characters[at] === 61 && at < length) {
              at++;
              kind = ASSIGN_OTHERWISE;
            }
            break;
          case 43:
          case 45:
            if (next === c) {
              at++;
              kind = UPDATE;
              // A comment at the beginning of a line, an operator elsewhere.
              if (c === 45 && characters[at] === 62 && (lineBreak === 1 || count === 0)) return "HTML comment";
            } else if (next === 61) {
              at++;
              kind = ASSIGN_OTHERWISE;
            } else kind = PLUS_OR_MINUS;
            break;
          case 42:
            kind = STAR;
            if (next === 42) {
              at++;
              kind = BINARY;
            }
            if (characters[at] === 61 && at < length) {
              at++;
              kind = ASSIGN_OTHERWISE;
            }
            break;
          case 37:
          case 94:
            kind = BINARY;
            if (next === 61) {
              at++;
              kind = ASSIGN_OTHERWISE;
            }
            break;
          case 60:
            if (next === 33 && characters[at + 1] === 45 && characters[at + 2] === 45) return "HTML comment";
            kind = BINARY;
            if (next === 60) at++;
            if (characters[at] === 61 && at < length) {
              at++;
              if (next === 60) kind = ASSIGN_OTHERWISE;
            }
            break;
          case 62:
            kind = BINARY;
            while (characters[at] === 62 && at < start + 3 && at < length) at++;
            if (characters[at] === 61 && at < length) {
              at++;
              if (at > start + 2) kind = ASSIGN_OTHERWISE;
            }
            break;
          case 34:
          case 39:
            at = this.endOfString(at, c);
            if (at < 0) return "string";
            kind = STRING;
            break;
          case 96:
            at = this.endOfTemplate(at);
            if (at < 0) return "template";
            kind = characters[at - 1] === 96 ? TEMPLATE : TEMPLATE_HEAD;
            break;
          case 47:
            if (next === 47) {
              at = this.endOfLine(at);
              if (mayBeMagic) this.noteMagic(start, at);
              continue;
            }
            if (next === 42) {
              const end = source.indexOf("*/", at + 1);
              if (end < 0) return "comment";
              if (lineBreak === 0) lineBreak = this.holdsLineBreak(at, end);
              at = end + 2;
              if (mayBeMagic) this.noteMagic(start, end);
              continue;
            }
            switch (this.slashAfter(count, kinds, links, breaks)) {
              case DIVIDES:
                kind = BINARY;
                if (next === 61) {
                  at++;
                  kind = ASSIGN_OTHERWISE;
                }
                break;
              case BEGINS:
                at = this.endOfRegExp(at);
                if (at < 0) return "regular expression";
                kind = REGEXP;
                break;
              default:
                return "slash";
            }
            break;
          case 35:
            if (!(next >= 0 && (next < 128 ? IS_NAME_PART[next] === 1 && (next < 48 || next > 57) : !isSpace(next)))) return "#";
            while (at < length && (characters[at]! < 128 ? IS_NAME_PART[characters[at]!] === 1 : !isSpace(characters[at]!))) at++;
            kind = PRIVATE_NAME;
            break;
          case 48: case 49: case 50: case 51: case 52: case 53: case 54: case 55: case 56: case 57:
            at = this.endOfNumber(start);
            kind = NUMBER;
            break;
          case 0x2028:
          case 0x2029:
            lineBreak = 1;
            continue;
          default:
            if (isSpace(c)) continue;
            // A backslash in a name, a decorator, what no version of the language has.
            return "character";
        }
        if (kind <= BRACE_CLOSE && kind >= TEMPLATE_HEAD) {
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
    return undefined;
  }

  /** Small loops are functions of their own: V8 optimises these long before it has done so with `read`. */
  private endOfName(start: number): number {
    const { characters } = this;
    const { length } = this.source;
    let hash = 0;
    let at = start;
    for (; at < length; at++) {
      const c = characters[at]!;
      if (c < 128 ? IS_NAME_PART[c] === 0 : isSpace(c)) break;
      hash = ((hash << 5) - hash + c) | 0;
    }
    this.hash = hash;
    return at;
  }

  private endOfIndentation(from: number): number {
    const { characters } = this;
    let at = from;
    // What follows the source is no white space.
    while (characters[at] === 32 || characters[at] === 9 || characters[at] === 10) at++;
    return at;
  }

  private endOfLine(from: number): number {
    const { characters } = this;
    const { length } = this.source;
    let at = from;
    for (; at < length; at++) {
      const c = characters[at]!;
      if (c === 10 || c === 13 || c === 0x2028 || c === 0x2029) break;
    }
    return at;
  }

  private holdsLineBreak(from: number, to: number): number {
    const { characters } = this;
    for (let at = from; at < to; at++) {
      const c = characters[at]!;
      if (c === 10 || c === 13 || c === 0x2028 || c === 0x2029) return 1;
    }
    return 0;
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
      if (c === 10 || c === 13 || c === 0x2028 || c === 0x2029) return -1;
      if (c === 92) {
        const escaped = characters[++at];
        if (escaped === 10 || escaped === 13 || escaped === 0x2028 || escaped === 0x2029) return -1;
      } else if (c === 91) inClass = true;
      else if (c === 93) inClass = false;
      else if (c === 47 && !inClass) break;
    }
    if (at >= length) return -1;
    at++;
    while (at < length && characters[at]! < 128 && IS_NAME_PART[characters[at]!] === 1) at++;
    return at;
  }

  private endOfNumber(start: number): number {
    const { characters } = this;
    const { length } = this.source;
    let at = start;
    const prefixed = characters[at] === 48 && (characters[at + 1]! | 32) >= 97;
    const isHexadecimal = prefixed && (characters[at + 1]! | 32) === 120;
    while (at < length) {
      const c = characters[at]!;
      if (!isHexadecimal && (c | 32) === 101 && (characters[at + 1] === 43 || characters[at + 1] === 45)) at += 2;
      else if (c < 128 && (IS_NAME_PART[c] === 1 || c === 46)) {
        // `1..toString()`, `0x1.toString()` is no number's.
        if (c === 46 && (prefixed || this.source.slice(start, at).includes("."))) break;
        at++;
      } else break;
    }
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
      case PRIVATE_NAME: case NUMBER: case STRING: case REGEXP: case TEMPLATE: case TEMPLATE_TAIL: case BRACKET_CLOSE:
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

const IN_DOUBT = 0;
const DIVIDES = 1;
const BEGINS = 2;

function unitsOf(source: string, { units }: Arrays): Uint16Array {
  units.write(source, 0, "utf16le");
  units.write(WORDS_TEXT, source.length * 2, "utf16le");
  return new Uint16Array(units.buffer, 0, source.length + WORDS_TEXT.length);
}

function longer<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** White space and line breaks beyond ASCII, and the white space of ASCII that is rare. */
function isSpace(c: number): boolean {
  return (
    c === 0xa0 || c === 0xfeff || c === 11 || c === 12 || (c >= 0x2000 && (c <= 0x200a || c === 0x2028 || c === 0x2029 || c === 0x202f || c === 0x205f || c === 0x3000)) || c === 0x1680
  );
}
