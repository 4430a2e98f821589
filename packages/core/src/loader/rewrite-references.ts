/**
 * Rewrites what leaves a module's own scopes. Names that the compartment serves
 * become parameters of the functor, which costs nothing; all other free names
 * are looked up on the compartment's global object at each use; names that an
 * ES module imports are read from its imports.
 */
import type { Edit } from "./edits.ts";
import { readsMatchAfter } from "./names-of-matches.ts";
import { RESERVED } from "./reserved-names.ts";
import { rewriteWithStatements, WithNames } from "./rewrite-with.ts";
import { resolveName, type Reference, type Scan, type Scope } from "./scan.ts";

/** Never parameters: constants of the language that even the real global object can't change. */
export const LANGUAGE_CONSTANTS: ReadonlySet<string> = new Set(["undefined", "NaN", "Infinity", "arguments"]);

export interface RewriteOptions {
  /** Names that the compartment serves: see `bindableNames`. */
  readonly bindable: ReadonlySet<string>;
  /** Names that are read off its global object where they stand. */
  readonly live?: ReadonlySet<string> | undefined;
  /** Variables around a direct `eval`, whose text this is. */
  readonly locals?: ReadonlySet<string> | undefined;
  /** Names that the wrapper declares: `require`, `module`, … */
  readonly wrapperNames: ReadonlySet<string>;
  /** Local names of an ES module's imports to the expression that reads them. */
  readonly imports?: ReadonlyMap<string, string> | undefined;
}

export interface Rewriting {
  readonly edits: Edit[];
  /** Compartment names to pass as parameters, in order of first use. */
  readonly parameters: Set<string>;
  /** Reserved names to pass as parameters. */
  readonly machinery: Set<string>;
}

/** @param source the text, for what lies between two nodes. */
export function rewriteReferences(scan: Scan, source: string, options: RewriteOptions): Rewriting {
  const rewriting: Rewriting = { edits: [], parameters: new Set(), machinery: new Set() };
  const assigned = new Set<string>();
  for (const reference of scan.references) {
    if (
      (reference.use === "write" || reference.use === "delete") &&
      resolveName(reference.name, reference.scope) === undefined
    ) {
      assigned.add(reference.name);
    }
  }
  const withNames = new WithNames(source, rewriting.edits);
  const context: Context = { source, options, rewriting, assigned, withNames };
  for (const reference of scan.references) {
    const text = replacementFor(reference, reference.scope, context);
    if (text === undefined) continue;
    const { start, end } = reference.node;
    rewriting.edits.push({ start, end, text: reference.shorthand ? `${reference.name}:${text}` : text });
  }
  rewriteWithStatements(scan, withNames, rewriting, (name, use, { node, scope }) => {
    const reference = {
      name,
      node,
      scope: scope.parent!,
      use,
      strict: false,
      shorthand: false,
      inNewCallee: false,
      startsStatement: false,
    };
    return replacementFor(reference, scope.parent!, context) ?? name;
  });
  return rewriting;
}

interface Context {
  readonly source: string;
  readonly options: RewriteOptions;
  readonly rewriting: Rewriting;
  readonly assigned: ReadonlySet<string>;
  readonly withNames: WithNames;
}

/** What to write in place of a reference seen from a scope; undefined when it stays. */
function replacementFor(reference: Reference, from: Scope, context: Context): string | undefined {
  const { name } = reference;
  const { options, rewriting } = context;
  const found = resolveName(name, from);
  if (found?.kind === "with") {
    if (LANGUAGE_CONSTANTS.has(name) && name !== "undefined") return undefined;
    return context.withNames.textFor(reference, found);
  }
  const imported = options.imports?.get(name);
  if (imported !== undefined && found?.kind === "top") return importedText(imported, reference, rewriting);
  // At the top of a module or script `arguments` is no variable, and those of the functor are not the guest's.
  const isConstant = LANGUAGE_CONSTANTS.has(name) && name !== "arguments";
  if (found === undefined && options.locals?.has(name) === true && reference.use !== "delete") {
    rewriting.machinery.add(RESERVED.locals);
    return importedText(`${RESERVED.locals}.${name}`, reference, rewriting);
  }
  if (found !== undefined || options.wrapperNames.has(name) || isConstant) return undefined;
  if (options.bindable.has(name) && !context.assigned.has(name)) {
    if (name === "RegExp" && readsMatchAfter(context.source, reference.node.end)) {
      rewriting.machinery.add(RESERVED.matches);
      return RESERVED.matches;
    }
    rewriting.parameters.add(name);
    return undefined;
  }
  if (options.live?.has(name) === true && (reference.use === "read" || reference.use === "call")) {
    rewriting.machinery.add(RESERVED.global);
    return importedText(`${RESERVED.global}.${name}`, reference, rewriting);
  }
  return dynamicText(reference, rewriting);
}

/** What a use of a name comes to, as far as its text depends on it. */
type Use = Pick<Reference, "name" | "use" | "strict" | "inNewCallee" | "startsStatement"> & {
  readonly node: { readonly start: number };
};

export function importedText(expression: string, reference: Use, { edits }: Rewriting): string {
  if (reference.use !== "call" || !/[.[]/.test(expression)) return expression;
  // Called as a plain function: `this` must not be the object that holds the imports.
  // HAZARD: a text that begins with a parenthesis joins the line above where that lacks its semicolon.
  const { start } = reference.node;
  if (reference.startsStatement) edits.push({ start, end: start, text: ";", rank: "opening" });
  return `(0,${expression})`;
}

export function dynamicText(reference: Use, { machinery }: Rewriting): string {
  const { name, use } = reference;
  if (use === "typeof") {
    machinery.add(RESERVED.maybe);
    return `${RESERVED.maybe}.${name}`;
  }
  if (use === "delete" || (use === "write" && !reference.strict)) {
    machinery.add(RESERVED.global);
    return `${RESERVED.global}.${name}`;
  }
  if (use === "write") {
    machinery.add(RESERVED.strictGlobal);
    return `${RESERVED.strictGlobal}.${name}`;
  }
  machinery.add(RESERVED.free);
  const call = `${RESERVED.free}(${JSON.stringify(name)})`;
  return reference.inNewCallee ? `(${call})` : call;
}
