/**
 * `with (o) { a }` becomes a block with a function for each way in which its body
 * uses a name: that looks in `o` first, and else at what the name is around the
 * statement. V8 compiles these looks to what it has for any property, and the
 * functions into their callers.
 * @see https://tc39.es/ecma262/#sec-object-environment-records
 */
import { lineBreaksOf, type Edit } from "./edits.ts";
import { RESERVED } from "./reserved-names.ts";
import type { Rewriting } from "./rewrite-references.ts";
import type { Reference, ReferenceUse, Scan, Scope } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";

/** Ways to use a name. A target is what anything but a plain `name = value` assigns to, by way of a property. */
type Way = "read" | "call" | "typeof" | "delete" | "set" | "target";

/** What stands for each in the names of the functions. */
const LETTERS: Readonly<Record<Way, string>> = {
  read: "r",
  call: "c",
  typeof: "t",
  delete: "d",
  set: "s",
  target: "e",
};

/** What the bodies of `with` statements ask their objects for. */
export class WithNames {
  readonly #source: string;
  readonly #edits: Edit[];
  readonly #waysOf = new Map<Scope, Map<string, Set<Way>>>();

  constructor(source: string, edits: Edit[]) {
    this.#source = source;
    this.#edits = edits;
  }

  /** What to write for a name that a `with` statement's object may have. */
  textFor({ name, node, use, inNewCallee, assigned }: Reference, scope: Scope): string {
    if (use === "write") {
      if (assigned !== undefined && this.#becomesCall(node.end, assigned)) return this.#note("set", name, scope);
      this.#note("read", name, scope);
      this.#note("set", name, scope);
      return `${this.#note("target", name, scope)}.${name}`;
    }
    const text = `${this.#note(use, name, scope)}()`;
    if (use === "delete") return `${text}.${name}`;
    return inNewCallee ? `(${text})` : text;
  }

  waysIn(scope: Scope): readonly (readonly [name: string, ways: ReadonlySet<Way>])[] {
    return [...(this.#waysOf.get(scope) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #note(way: Way, name: string, scope: Scope): string {
    let names = this.#waysOf.get(scope);
    if (names === undefined) this.#waysOf.set(scope, (names = new Map()));
    const ways = names.get(name);
    if (ways === undefined) names.set(name, new Set([way]));
    else ways.add(way);
    return variableOf(way, name, scope);
  }

  /** Makes `name = value` the call `name(value)`, unless comments or parentheses stand around the `=`. */
  #becomesCall(end: number, value: { start: number; end: number }): boolean {
    const between = this.#source.slice(end, value.start);
    if (!/^\s*=\s*$/.test(between)) return false;
    this.#edits.push(
      { start: end, end: value.start, text: `(${lineBreaksOf(between)}` },
      { start: value.end, end: value.end, text: ")", rank: "closing" },
    );
    return true;
  }
}

function variableOf(way: Way, name: string, scope: Scope): string {
  return `${objectOf(scope)}${LETTERS[way]}${way === "target" ? "" : `$${name}`}`;
}

function objectOf(scope: Scope): string {
  return `${RESERVED.withScope}${scope.node!.start}`;
}

/** Makes assignments of declarations (`var a = 1, b` becomes `a = 1, b`). @returns a declaration of their names. */
function hoistedVariables(declarations: readonly SyntaxNode[], edits: Edit[]): string {
  if (declarations.length === 0) return "";
  const names = new Set<string>();
  for (const node of declarations) {
    edits.push({ start: node.start, end: node.start + "var".length, text: "" });
    for (const { id } of node["declarations"] as SyntaxNode[]) names.add(id["name"] as string);
  }
  return `var ${[...names].join(",")};`;
}

/** @param outside what a name is around a statement, for a use of it. */
export function rewriteWithStatements(
  { withStatements }: Scan,
  names: WithNames,
  { edits, machinery }: Rewriting,
  outside: (name: string, use: ReferenceUse, statement: Scan["withStatements"][number]) => string,
): void {
  // Inner statements first: what they need from outside may lie in an outer `with`.
  for (const statement of withStatements.toSorted((a, b) => b.node.start - a.node.start)) {
    const { node, scope, declarations } = statement;
    const object = objectOf(scope);
    const declared: string[] = [];
    const properties: string[] = [];
    for (const [name, ways] of names.waysIn(scope)) {
      const holds = `${JSON.stringify(name)}in ${object}&&!${object}[${RESERVED.unscopables}]?.${name}?`;
      const declare = (way: Way, value: string): number => declared.push(`,${variableOf(way, name, scope)}=${value}`);
      if (ways.has("read")) declare("read", `()=>${holds}${object}.${name}:${outside(name, "read", statement)}`);
      if (ways.has("call")) {
        machinery.add(RESERVED.withCall);
        declare(
          "call",
          `()=>${holds}${RESERVED.withCall}(${object}.${name},${object}):${outside(name, "read", statement)}`,
        );
      }
      if (ways.has("typeof")) declare("typeof", `()=>${holds}${object}.${name}:${outside(name, "typeof", statement)}`);
      if (ways.has("delete")) declare("delete", `()=>${holds}${object}:{}`);
      if (ways.has("set")) {
        const value = RESERVED.completion;
        declare("set", `${value}=>${holds}${object}.${name}=${value}:${outside(name, "write", statement)}=${value}`);
      }
      if (ways.has("target")) {
        const [read, set] = [variableOf("read", name, scope), variableOf("set", name, scope)];
        properties.push(
          `get ${name}(){return ${read}()},set ${name}(${RESERVED.completion}){${set}(${RESERVED.completion})}`,
        );
      }
    }
    if (properties.length > 0) declared.push(`,${object}${LETTERS.target}={__proto__:null,${properties.join(",")}}`);
    machinery.add(RESERVED.with);
    if (declared.length > 0) machinery.add(RESERVED.unscopables);
    const { object: value, body } = node as unknown as {
      object: { start: number; end: number };
      body: { start: number; end: number };
    };
    edits.push(
      { start: node.start, end: value.start, text: `{const ${object}=${RESERVED.with}(` },
      { start: value.end, end: body.start, text: `)${declared.join("")};${hoistedVariables(declarations, edits)}` },
      { start: body.end, end: body.end, text: "}", rank: "closing" },
    );
  }
}
