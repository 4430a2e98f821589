import { MoatError } from "../errors/moat-error.ts";
import type { MoatErrorCode } from "../errors/codes.ts";
import { hasConflict } from "./conflict.ts";
import { JsonSyntaxError, parseJson, placeOf, type JsonMember, type JsonNode } from "./json-document.ts";
import type { GrantOrigin, GrantSyntax } from "./grant-syntax.ts";
import { nearestWord } from "./nearest-word.ts";

/** A place in the document: `$.packages["a>b"].fs`. */
export interface Place {
  readonly node: JsonNode;
  readonly path: string;
}

/** What lies in another place. Its path is a text only for whom something is wrong there. */
class InnerPlace implements Place {
  readonly node: JsonNode;
  readonly #outer: Place;
  readonly #key: string | number;
  constructor(node: JsonNode, outer: Place, key: string | number) {
    this.node = node;
    this.#outer = outer;
    this.#key = key;
  }
  get path(): string {
    return childPath(this.#outer.path, this.#key);
  }
}

/** Reads one document's fields; every method ends in an error that names file, line, column and path. */
export interface PolicyReader {
  readonly origin: GrantOrigin;
  readonly root: Place;
  fail(message: string, at: { readonly offset: number; readonly path: string }): never;
  /** The members of an object, each with its place. */
  members(place: Place, what: string): { key: string; keyStart: number; place: Place }[];
  /** The members by key; a key that is not among `fields` is an error. */
  fields<F extends string>(place: Place, what: string, fields: readonly F[]): ReadonlyMap<F, Place>;
  string(place: Place, what: string): string;
  strings(place: Place, what: string, syntax: GrantSyntax): string[];
  boolean(place: Place, what: string): boolean;
}

/** @throws MoatError `code` when the text is not JSON, `MOAT_POLICY_CONFLICT` when it is an unresolved merge */
export function makePolicyReader(
  text: string,
  fileName: string,
  origin: GrantOrigin,
  code: MoatErrorCode,
): PolicyReader {
  const fail: PolicyReader["fail"] = (message, { offset, path }) => {
    const { line, column } = placeOf(text, offset);
    throw new MoatError(code, `${fileName}:${line}:${column}: ${message} (at ${path})`, {
      fields: { file: fileName, line, column, path },
      nextStep:
        origin === "policy"
          ? `correct it, or put the committed file back: git checkout -- ${fileName.split(" (")[0]!}`
          : `correct ${fileName}: its fields are those of a package in moat.policy.json, and moat allow writes them`,
    });
  };
  const expected = (place: Place, what: string, type: string): never =>
    fail(`${what} must be ${type}, not ${describe(place.node)}`, { offset: place.node.start, path: place.path });

  const members: PolicyReader["members"] = (place, what) => {
    const { node } = place;
    if (node.type !== "object") return expected(place, what, "an object");
    return node.entries.map(({ key, keyStart, value }: JsonMember) => ({
      key,
      keyStart,
      place: new InnerPlace(value, place, key),
    }));
  };

  return {
    origin,
    root: { node: readRoot(text, fileName, origin, fail), path: "$" },
    fail,
    members,
    fields(place, what, fields) {
      const known = new Map<(typeof fields)[number], Place>();
      for (const { key, keyStart, place: inner } of members(place, what)) {
        const field = fields.find((name) => name === key);
        if (field === undefined) {
          const near = nearestWord(key, fields);
          fail(
            `unknown field ${JSON.stringify(key)} in ${what}${near === undefined ? `: it has ${fields.join(", ")}` : `: did you mean ${JSON.stringify(near)}?`}`,
            { offset: keyStart, path: inner.path },
          );
        } else {
          known.set(field, inner);
        }
      }
      return known;
    },
    string(place, what) {
      return place.node.type === "string" ? place.node.value : expected(place, what, "a string");
    },
    strings(place, what, syntax) {
      if (place.node.type !== "array") return expected(place, what, "an array of strings");
      return place.node.items.map((node, index) => {
        if (node.type !== "string")
          return expected(new InnerPlace(node, place, index), `each item of ${what}`, "a string");
        const problem = syntax(node.value, origin);
        if (problem !== undefined)
          fail(`${JSON.stringify(node.value)} in ${what}: ${problem}`, {
            offset: node.start,
            path: childPath(place.path, index),
          });
        return node.value;
      });
    },
    boolean(place, what) {
      return place.node.type === "boolean" ? place.node.value : expected(place, what, "true or false");
    },
  };
}

function readRoot(text: string, fileName: string, origin: GrantOrigin, fail: PolicyReader["fail"]): JsonNode {
  try {
    return parseJson(text);
  } catch (error) {
    if (hasConflict(text)) {
      throw new MoatError("MOAT_POLICY_CONFLICT", `${fileName} is an unresolved merge: it has conflict markers`, {
        fields: { file: fileName },
        nextStep:
          origin === "policy"
            ? "moat policy --write, which keeps what both sides grant; the rest waits for acceptance"
            : `resolve it by hand: ${fileName} is written by people`,
        cause: error,
      });
    }
    if (error instanceof JsonSyntaxError) return fail(error.message, { offset: error.offset, path: "$" });
    throw error;
  }
}

function describe(node: JsonNode): string {
  if (node.type === "null") return "null";
  if (node.type === "boolean") return String(node.value);
  if (node.type === "object" || node.type === "array") return `an ${node.type}`;
  return `a ${node.type}`;
}

function childPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/u.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
