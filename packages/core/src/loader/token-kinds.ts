/**
 * The kinds of tokens that `tokens.ts` tells apart, and the words that get
 * numbers of their own. Small numbers, since a text has millions of them.
 */

export const END = 0;
export const NAME = 1;
export const PRIVATE_NAME = 2;
export const NUMBER = 3;
export const STRING = 4;
export const REGEXP = 5;
/** A template without substitutions, and the pieces of one that has some. */
export const TEMPLATE = 6;
export const TEMPLATE_HEAD = 7;
export const TEMPLATE_MIDDLE = 8;
export const TEMPLATE_TAIL = 9;
export const PAREN_OPEN = 10;
export const PAREN_CLOSE = 11;
export const BRACKET_OPEN = 12;
export const BRACKET_CLOSE = 13;
export const BRACE_OPEN = 14;
export const BRACE_CLOSE = 15;
export const SEMICOLON = 16;
export const COMMA = 17;
export const DOT = 18;
export const OPTIONAL_DOT = 19;
export const ELLIPSIS = 20;
export const ARROW = 21;
export const COLON = 22;
export const QUESTION = 23;
export const ASSIGN = 24;
/** `+=`, `&&=` and their like. */
export const ASSIGN_OTHERWISE = 25;
/** `++` and `--`. */
export const UPDATE = 26;
/** `&&`, `||`, `??`. */
export const LOGICAL = 27;
export const STAR = 28;
export const PLUS_OR_MINUS = 29;
/** `!` and `~`. */
export const NOT = 30;
/** Operators that stand between two operands and nowhere else. */
export const BINARY = 31;

/** Reserved words have the kind `FIRST_WORD` and more, in this order. */
export const FIRST_WORD = 32;
export const BREAK = 32;
export const CASE = 33;
export const CATCH = 34;
export const CLASS = 35;
export const CONST = 36;
export const CONTINUE = 37;
export const DEBUGGER = 38;
export const DEFAULT = 39;
export const DELETE = 40;
export const DO = 41;
export const ELSE = 42;
export const EXPORT = 43;
export const EXTENDS = 44;
export const FINALLY = 45;
export const FOR = 46;
export const FUNCTION = 47;
export const IF = 48;
export const IMPORT = 49;
export const IN = 50;
export const INSTANCEOF = 51;
export const NEW = 52;
export const RETURN = 53;
export const SUPER = 54;
export const SWITCH = 55;
export const THIS = 56;
export const THROW = 57;
export const TRY = 58;
export const TYPEOF = 59;
export const VAR = 60;
export const VOID = 61;
export const WHILE = 62;
export const WITH = 63;
export const NULL = 64;
export const TRUE = 65;
export const FALSE = 66;

/** Words in the order of their numbers: a reserved word's kind is its number and `FIRST_WORD`. */
export const WORDS = [
  "break",
  "case",
  "catch",
  "class",
  "const",
  "continue",
  "debugger",
  "default",
  "delete",
  "do",
  "else",
  "export",
  "extends",
  "finally",
  "for",
  "function",
  "if",
  "import",
  "in",
  "instanceof",
  "new",
  "return",
  "super",
  "switch",
  "this",
  "throw",
  "try",
  "typeof",
  "var",
  "void",
  "while",
  "with",
  "null",
  "true",
  "false",
  // Names that mean something in places.
  "async",
  "await",
  "yield",
  "let",
  "static",
  "get",
  "set",
  "of",
  "eval",
  "arguments",
  "require",
  "exports",
  "as",
  "from",
  // Frozen objects of the language, by the name of their constructor.
  "Symbol",
  "Object",
  "Function",
  "Array",
  "String",
  "Number",
  "Boolean",
  "BigInt",
  "Date",
  "RegExp",
  "Error",
  "Promise",
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "ArrayBuffer",
  "DataView",
  "Uint8Array",
  "Intl",
] as const;
export const RESERVED_WORDS = 35;

export const ASYNC = 35;
export const AWAIT = 36;
export const YIELD = 37;
export const LET = 38;
export const STATIC = 39;
export const GET = 40;
export const SET = 41;
export const OF = 42;
export const EVAL = 43;
export const ARGUMENTS = 44;
export const REQUIRE = 45;
export const EXPORTS = 46;
export const AS = 47;
export const FROM = 48;
export const SYMBOL = 49;
export const FIRST_INTRINSIC = 49;
export const LAST_INTRINSIC = 68;
