/**
 * A strict JSON reader (RFC 8259) that keeps the place of every value.
 *
 * Why not a library: `JSON.parse` takes duplicate keys in silence and has no
 * places; the kept libraries that have places (jsonc-parser) are built to
 * tolerate mistakes in an editor, and this reader decides what may run. It
 * reads the file before anything else does, so it is small and imports nothing.
 */

export type JsonNode = { readonly start: number } & (
  | { readonly type: "object"; readonly entries: readonly JsonMember[] }
  | { readonly type: "array"; readonly items: readonly JsonNode[] }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "null" }
);

export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly value: JsonNode;
}

/** What is wrong and at which offset, in UTF-16 code units. */
export class JsonSyntaxError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const MAX_DEPTH = 32;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

/**
 * @throws JsonSyntaxError on anything that is not one JSON value, on a key that
 *   an object has twice, and on nesting deeper than a policy can be
 */
export function parseJson(text: string): JsonNode {
  let at = 0;

  const fail = (message: string, offset = at): never => {
    throw new JsonSyntaxError(message, offset);
  };
  const skipSpace = () => {
    while (isSpace(text.charCodeAt(at))) at += 1;
  };
  const take = (pattern: RegExp): string | undefined => {
    const start = at;
    pattern.lastIndex = at;
    if (!pattern.test(text)) return undefined;
    at = pattern.lastIndex;
    return text.slice(start, at);
  };
  const found = () => (at >= text.length ? "the file ends here" : `found ${JSON.stringify(text[at])}`);
  const string = (what: string): string => {
    const literal = take(STRING);
    if (literal !== undefined) return literal.includes("\\") ? (JSON.parse(literal) as string) : literal.slice(1, -1);
    if (text[at] === '"') fail("this string does not end, or holds a control character or an unknown escape");
    return fail(`expected ${what}, ${found()}`);
  };

  const value = (depth: number): JsonNode => {
    if (depth > MAX_DEPTH) fail("nested too deeply");
    const start = at;
    const first = text[at];
    if (first === "{") return { start, type: "object", entries: members(depth) };
    if (first === "[") return { start, type: "array", items: items(depth) };
    if (first === '"') return { start, type: "string", value: string("a string") };
    const word = take(WORD);
    if (word === "null") return { start, type: "null" };
    if (word !== undefined) return { start, type: "boolean", value: word === "true" };
    const number = take(NUMBER);
    if (number !== undefined) return { start, type: "number", value: Number(number) };
    if (first === "/") return fail("JSON has no comments");
    return fail(`expected a value, ${found()}`);
  };

  const members = (depth: number): JsonMember[] => {
    const entries: JsonMember[] = [];
    const seen = new Set<string>();
    list("}", () => {
      const keyStart = at;
      const key = string("a key in quotes");
      if (seen.has(key)) fail(`the key ${JSON.stringify(key)} is there twice`, keyStart);
      seen.add(key);
      skipSpace();
      if (text[at] !== ":") fail(`expected ":", ${found()}`);
      at += 1;
      skipSpace();
      entries.push({ key, keyStart, value: value(depth + 1) });
    });
    return entries;
  };

  const items = (depth: number): JsonNode[] => {
    const nodes: JsonNode[] = [];
    list("]", () => nodes.push(value(depth + 1)));
    return nodes;
  };

  const list = (close: string, item: () => void): void => {
    at += 1;
    skipSpace();
    if (text[at] === close) {
      at += 1;
      return;
    }
    for (;;) {
      item();
      skipSpace();
      const next = text[at];
      if (next !== "," && next !== close) fail(`expected "," or "${close}", ${found()}`);
      at += 1;
      if (next === close) return;
      skipSpace();
      if (text[at] === close) fail(`a comma before "${close}" is not JSON`);
    }
  };

  skipSpace();
  if (at >= text.length) fail("the file is empty");
  const root = value(0);
  skipSpace();
  if (at < text.length) fail(`expected the end of the file, ${found()}`);
  return root;
}

/** Space, tab, line feed, carriage return. */
const isSpace = (c: number): boolean => c === 32 || c === 10 || c === 13 || c === 9;

/** 1-based line and column (in UTF-16 code units) of an offset. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/u);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
