/** CommonJS modules, scripts and function texts become strict functors. */
import { stripByteOrderMark } from "./byte-order-mark.ts";
import { certainRequests } from "./certain-requests.ts";
import { exportsGlobal } from "./exports-global.ts";
import { inheritsArrays } from "./inherits-arrays.ts";
import { makeFunctor, makeQuickFunctor, type Functor, type FunctorShape } from "./functor.ts";
import { placesThatStay } from "./module-items.ts";
import { COMMONJS_NAMES, type NameSets } from "./name-sets.ts";
import type { Parsed } from "./parse.ts";
import { parseGuest } from "./parser/late.ts";
import { escapedSourceNames } from "./names-its-source.ts";
import { lookAtFunction, lookQuickly } from "./quick-look.ts";
import { RESERVED } from "./reserved-names.ts";
import { rewriteDirectEvals } from "./rewrite-direct-evals.ts";
import { rewriteFunctionMakers } from "./rewrite-function-makers.ts";
import { addedNames, rewriteExtensions } from "./rewrite-extensions.ts";
import { rewriteReferences, type Rewriting } from "./rewrite-references.ts";
import { rewriteSilentFailures } from "./rewrite-silent-failures.ts";
import { rewriteSloppy } from "./rewrite-sloppy.ts";
import { rewriteTargets } from "./rewrite-targets.ts";
import { scanProgram, type Scan } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";

/** A CommonJS module's functor, and what it is certain to require. */
export interface CommonJsFunctor extends Functor {
  readonly certainRequests: readonly string[];
}

const COMMONJS_SCOPE: ReadonlySet<string> = new Set([...COMMONJS_NAMES, "arguments"]);

/**
 * What `prepareCommonJs` comes to, in a tenth of the time, for nearly all texts.
 * HAZARD: it counts only once V8 has compiled it; what V8 refuses, and what gives
 * undefined, is for `prepareCommonJs` to judge.
 */
export function prepareCommonJsQuickly(source: string, names: NameSets): CommonJsFunctor | undefined {
  const text = stripByteOrderMark(source);
  const look = lookQuickly(text, { ...names, wrapperNames: COMMONJS_SCOPE });
  if (look === undefined) return undefined;
  const functor = makeQuickFunctor(text, look.rewriting, { inner: COMMONJS_NAMES, kind: "function" }, names.realGlobal);
  return functor && { ...functor, certainRequests: look.certainRequests };
}

export function prepareCommonJs(source: string, names: NameSets): CommonJsFunctor {
  const text = stripByteOrderMark(source);
  const parsed = parseGuest(text, "commonjs");
  const scan = scanProgram(parsed.program, {
    strict: false,
    added: addedNames(text),
    exportsGlobal: () => exportsGlobal(text),
    inheritsArrays: () => inheritsArrays(text),
  });
  const options = { ...names, wrapperNames: COMMONJS_SCOPE };
  const rewriting = rewriteReferences(scan, text, options);
  rewriteDirectEvals(scan, rewriting, options);
  rewriteCommon(scan, parsed, text, rewriting);
  rewriteSilentFailures(scan, text, rewriting);
  const functor = makeFunctor(text, rewriting, { inner: COMMONJS_NAMES, kind: "function" }, names.realGlobal);
  return { ...functor, certainRequests: certainRequests(parsed.program, text) };
}

export interface ScriptKind {
  /** A direct `eval`: the variables around it, and whether it stands in strict code. */
  readonly locals?: ReadonlySet<string>;
  readonly strict?: boolean;
  /** A script of `vm`, not a text for `eval`: strict ones declare global variables too, and so do `let`, `const` and classes. */
  readonly script?: boolean;
}

/**
 * A text that `eval` or `vm` runs: its top-level variables become properties
 * of the global object, and it returns its completion value.
 */
export function prepareScript(source: string, names: NameSets, kind: ScriptKind = {}): Functor {
  const { locals, strict = false, script = false } = kind;
  const parsed = parseGuest(source, "script");
  const scan = scanProgram(parsed.program, { strict });
  const declared =
    scan.strict && !script ? [] : [...scan.top.names].filter((name) => script || !scan.top.fixed!.has(name));
  const lasting = script ? lastingFunctions(scan, parsed.program) : NO_FUNCTIONS;
  const options = { ...names, ...(locals && { locals }), wrapperNames: new Set<string>() };
  const rewriting = rewriteReferences(scan, source, options);
  rewriteDirectEvals(scan, rewriting, options);
  const statements = scan.statements as unknown as {
    start: number;
    end: number;
    directive?: string;
    expression: { end: number };
  }[];
  // Before all others at the same place, which belong inside the parentheses.
  for (const { start, end, directive } of statements) {
    if (directive === undefined) rewriting.edits.push({ start, end: start, text: `${RESERVED.completion}=(` });
    // In the order of the text: `"use strict";f()` has the end of one statement where the next one starts.
    else
      rewriting.edits.push({
        start: end,
        end,
        text: `;${RESERVED.completion}=${JSON.stringify(directive)};`,
        rank: "closing",
      });
  }
  rewriteCommon(scan, parsed, source, rewriting);
  for (const { expression, directive } of statements) {
    if (directive === undefined)
      rewriting.edits.push({ start: expression.end, end: expression.end, text: ")", rank: "closing" });
  }
  rewriteSilentFailures(scan, source, rewriting, new Set(scan.statements));
  const shape: FunctorShape = {
    inner: [],
    kind: "function",
    prologue: `let ${RESERVED.completion};${publishText([...lasting], locals, rewriting)}`,
    epilogue: `${publishText(
      declared.filter((name) => !lasting.has(name)),
      locals,
      rewriting,
    )}return ${RESERVED.completion};`,
  };
  return makeFunctor(source, rewriting, shape, names.realGlobal);
}

const NO_FUNCTIONS: ReadonlySet<string> = new Set();

/** Functions that nothing in the script replaces: they are there before its first statement, and a property that it puts in their place stays. */
function lastingFunctions(scan: Scan, program: SyntaxNode): ReadonlySet<string> {
  if (scan.directEvals.length > 0) return NO_FUNCTIONS;
  const functions = (program["body"] as SyntaxNode[])
    .filter(({ type }) => type === "FunctionDeclaration")
    .map(({ id }) => id.name as string);
  const lasting = new Set(functions.filter((name) => !scan.redeclared.has(name)));
  for (const { name, use } of scan.references) if (use === "write") lasting.delete(name);
  return lasting;
}

/** Top-level variables and functions of sloppy scripts are properties of the global object; those that a direct `eval` finds declared around it are these. */
function publishText(
  declared: readonly string[],
  locals: ReadonlySet<string> | undefined,
  { machinery }: Rewriting,
): string {
  return declared
    .map((name) => {
      const holder = locals?.has(name) === true ? RESERVED.locals : RESERVED.global;
      machinery.add(holder);
      return `;${holder}.${name}=${name};`;
    })
    .join("");
}

/** What `prepareFunction` comes to, in a tenth of the time: see `prepareCommonJsQuickly`. */
export function prepareFunctionQuickly(source: string, names: NameSets): Functor | undefined {
  const look = lookAtFunction(source, { ...names, wrapperNames: new Set() });
  if (look === undefined) return undefined;
  const { edits } = look.rewriting;
  const rewriting = { ...look.rewriting, edits: [{ start: 0, end: 0, text: "return " }, ...edits] };
  return makeQuickFunctor(source, rewriting, { inner: [], kind: "function" }, names.realGlobal);
}

/** A function's own text, as `new Function` assembles it. */
export function prepareFunction(source: string, names: NameSets): Functor {
  const parsed = parseGuest(source, "script");
  const statements = parsed.program["body"];
  const only = statements[0]?.expression;
  if (statements.length !== 1 || only?.type !== "FunctionExpression" || only.end !== source.length - 1) {
    throw new SyntaxError("the parameters or the body do not end where they should");
  }
  const scan = scanProgram(parsed.program, { strict: false });
  const options = { ...names, wrapperNames: new Set<string>() };
  const rewriting = rewriteReferences(scan, source, options);
  rewriteDirectEvals(scan, rewriting, options);
  rewriteCommon(scan, parsed, source, rewriting);
  rewriteSilentFailures(scan, source, rewriting);
  return makeFunctor(
    source,
    { ...rewriting, edits: [{ start: 0, end: 0, text: "return " }, ...rewriting.edits] },
    { inner: [], kind: "function" },
    names.realGlobal,
  );
}

/** What all kinds of text need. */
export function rewriteCommon(
  scan: Scan,
  parsed: Parsed,
  source: string,
  rewriting: Rewriting,
  imports: ReadonlySet<string> | ReadonlyMap<string, string> = new Set(),
): void {
  const { edits, machinery } = rewriting;
  if (source.startsWith("#!")) edits.unshift({ start: 0, end: 2, text: "//" });
  for (const at of placesThatStay(parsed.magicComments, scan.moduleItems, source))
    edits.push({ start: at, end: at + 1, text: "_" });
  rewriteFunctionMakers(scan.emptyFunctions, source, rewriting);
  for (const { start, end } of scan.namingStrings) edits.push(...escapedSourceNames(source, start, end));
  for (const node of scan.dynamicImports) {
    if (node["phase"]) throw new SyntaxError(`import.${String(node["phase"])}() is not supported`);
    machinery.add(RESERVED.import);
    edits.push({ start: node.start, end: node.start + "import".length, text: RESERVED.import });
  }
  // An assignment's target is around the calls in it: `a.added().constructor = f`.
  rewriteTargets(scan, source, rewriting, imports);
  rewriteExtensions(scan, source, rewriting);
  rewriteSloppy(scan, source, rewriting);
}
