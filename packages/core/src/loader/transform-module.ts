/**
 * ES modules become generator functors. The first step registers the module's
 * exports as getters and instantiates its functions; the second runs its body.
 * So functions are there for importers in a cycle, `let` and `class` have their
 * dead zone, and bindings are live, all by the engine's own scoping. References
 * to imports become reads from an object of getters.
 *
 * @see https://tc39.es/ecma262/#sec-source-text-module-records
 */
import { isIdentifier } from "../identifier.ts";
import { lineBreaksOf } from "./edits.ts";
import { makeFunctor, makeQuickFunctor, type Functor, type FunctorShape } from "./functor.ts";
import { holdsHtmlComment, parseGuest } from "./parser/late.ts";
import { endOfTakenOut } from "./module-items.ts";
import { lookAtModule } from "./quick-look.ts";
import { RESERVED } from "./reserved-names.ts";
import { rewriteDirectEvals } from "./rewrite-direct-evals.ts";
import { addedNames } from "./rewrite-extensions.ts";
import { rewriteReferences, type Rewriting } from "./rewrite-references.ts";
import { scanProgram } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";
import { stripByteOrderMark } from "./byte-order-mark.ts";
import type { NameSets } from "./name-sets.ts";
import { rewriteCommon } from "./transform-text.ts";

/** One `from "…"` of a module. */
export interface ModuleRequest {
  readonly specifier: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What linking needs to know of a module; `request` is an index into `requests`. */
export interface ModuleFacts {
  readonly requests: readonly ModuleRequest[];
  /** Names that are read from each request, `*` for its namespace: checked at link time. */
  readonly imports: readonly { readonly request: number; readonly imported: string }[];
  /** Names that the module defines itself. */
  readonly localExports: readonly string[];
  /** Re-exports: `imported` is `*` for a namespace. */
  readonly indirectExports: readonly {
    readonly exported: string;
    readonly request: number;
    readonly imported: string;
  }[];
  readonly starExports: readonly number[];
  readonly hasTopLevelAwait: boolean;
}

export interface ModuleFunctor extends Functor {
  readonly facts: ModuleFacts;
}

/** A local name of an import, and where it comes from. */
interface ImportBinding {
  readonly request: number;
  readonly imported: string;
}

interface Collected {
  readonly requests: ModuleRequest[];
  readonly bindings: Map<string, ImportBinding>;
  readonly locals: Map<string, string>;
  readonly indirect: { exported: string; request: number; imported: string }[];
  readonly stars: number[];
  anonymousDefault: boolean;
}

export function prepareModule(source: string, names: NameSets): ModuleFunctor {
  const text = stripByteOrderMark(source);
  const parsed = parseGuest(text, "module");
  const scan = scanProgram(parsed.program, { strict: true, added: addedNames(text) });
  const found = collect(scan.moduleItems);
  for (const local of found.bindings.keys()) scan.top.names.add(local);
  const imports = importTexts(found);
  const options = { ...names, wrapperNames: NO_NAMES, imports };
  const rewriting = rewriteReferences(scan, text, options);
  rewriteDirectEvals(scan, rewriting, options);
  for (const item of scan.moduleItems) rewriteItem(item, text, rewriting);
  rewriteCommon(scan, parsed, text, rewriting, imports);
  // `import /*::(_)*/.meta` is one for type checkers.
  for (const { start, end } of scan.importMetas) {
    rewriting.edits.push({ start, end, text: `${RESERVED.meta}${lineBreaksOf(text.slice(start, end))}` });
  }
  // A comparison to a module's grammar, a comment to a script's. V8 refuses it too.
  if (holdsHtmlComment(text)) throw new SyntaxError("HTML comments are not allowed in modules");
  const functor = makeFunctor(text, rewriting, shapeOf(found, scan.hasTopLevelAwait), names.realGlobal);
  return { ...functor, facts: factsOf(found, scan.hasTopLevelAwait) };
}

/**
 * What `prepareModule` comes to, in a tenth of the time: see `prepareCommonJsQuickly`.
 * HAZARD: V8 gets a module as a function. What is an error in a module and none in a
 * function is for `prepareModule` to find: `lookAtModule` passes it on.
 */
export function prepareModuleQuickly(source: string, names: NameSets): ModuleFunctor | undefined {
  const text = stripByteOrderMark(source);
  let found: Collected | undefined;
  const look = lookAtModule(text, (items) => {
    found = collect(items);
    return { ...names, wrapperNames: NO_NAMES, imports: importTexts(found) };
  });
  if (look === undefined || found === undefined) return undefined;
  for (const item of look.moduleItems) rewriteItem(item, text, look.rewriting);
  const functor = makeQuickFunctor(text, look.rewriting, shapeOf(found, look.hasTopLevelAwait), names.realGlobal);
  return functor && { ...functor, facts: factsOf(found, look.hasTopLevelAwait) };
}

const NO_NAMES: ReadonlySet<string> = new Set();

function collect(items: readonly SyntaxNode[]): Collected {
  const found: Collected = {
    requests: [],
    bindings: new Map(),
    locals: new Map(),
    indirect: [],
    stars: [],
    anonymousDefault: false,
  };
  // Exports may name what a later line imports; modules are evaluated in the order in which lines name them.
  for (const item of items) {
    if (item.type === "ImportDeclaration") collectImport(item, found);
    else if (item["source"]) requestOf(item, found);
  }
  for (const item of items) if (item.type !== "ImportDeclaration") collectExport(item, found);
  return found;
}

function importTexts({ bindings }: Collected): ReadonlyMap<string, string> {
  return new Map([...bindings].map(([local, binding]) => [local, importText(binding)]));
}

function shapeOf(found: Collected, hasTopLevelAwait: boolean): FunctorShape {
  const requested = found.requests.flatMap((_, index) => [importedObject(index), namespaceName(index)]);
  return {
    inner: [RESERVED.exports, RESERVED.meta, ...requested],
    kind: hasTopLevelAwait ? "async function" : "function*",
    prologue: `${registration(found)}${hasTopLevelAwait ? "" : "yield;"}`,
  };
}

function factsOf(found: Collected, hasTopLevelAwait: boolean): ModuleFacts {
  return {
    requests: found.requests,
    imports: [...found.bindings.values()].map(({ request, imported }) => ({ request, imported })),
    localExports: [...found.locals.keys()],
    indirectExports: found.indirect,
    starExports: found.stars,
    hasTopLevelAwait,
  };
}

const importedObject = (request: number): string => `${RESERVED.imported}${request}`;
const namespaceName = (request: number): string => `${RESERVED.imported}n${request}`;

function importText({ request, imported }: ImportBinding): string {
  if (imported === "*") return namespaceName(request);
  return `${importedObject(request)}${isIdentifier(imported) ? `.${imported}` : `[${JSON.stringify(imported)}]`}`;
}

/** The text of a name in an import or export list: an identifier or a string. */
function nameOf(node: SyntaxNode): string {
  return node.type === "Literal" ? String(node["value"]) : (node["name"] as string);
}

function requestOf(item: SyntaxNode, found: Collected): number {
  const attributes: Record<string, string> = { __proto__: null } as never;
  for (const attribute of (item["attributes"] ?? []) as SyntaxNode[]) {
    attributes[nameOf(attribute["key"])] = String(attribute["value"].value);
  }
  const specifier = String(item["source"].value);
  const same = found.requests.findIndex(
    (request) => request.specifier === specifier && request.attributes["type"] === attributes["type"],
  );
  return same === -1 ? found.requests.push({ specifier, attributes }) - 1 : same;
}

function collectImport(item: SyntaxNode, found: Collected): void {
  if (item["phase"]) throw new SyntaxError(`import ${String(item["phase"])} is not supported`);
  const request = requestOf(item, found);
  for (const specifier of item["specifiers"] as SyntaxNode[]) {
    const imported =
      specifier.type === "ImportDefaultSpecifier"
        ? "default"
        : specifier.type === "ImportNamespaceSpecifier"
          ? "*"
          : nameOf(specifier["imported"]);
    found.bindings.set(specifier["local"].name, { request, imported });
  }
}

function collectExport(item: SyntaxNode, found: Collected): void {
  if (item.type === "ExportDefaultDeclaration") {
    const { type, id } = item["declaration"];
    const isDeclaration = type === "FunctionDeclaration" || type === "ClassDeclaration";
    found.locals.set("default", isDeclaration && id ? id.name : RESERVED.default);
    if (type === "FunctionDeclaration" && !id) found.anonymousDefault = true;
    return;
  }
  if (item.type === "ExportAllDeclaration") {
    const request = requestOf(item, found);
    if (item["exported"]) found.indirect.push({ exported: nameOf(item["exported"]), request, imported: "*" });
    else found.stars.push(request);
    return;
  }
  if (item["declaration"]) {
    for (const name of declaredNames(item["declaration"])) found.locals.set(name, name);
    return;
  }
  const request = item["source"] ? requestOf(item, found) : undefined;
  for (const specifier of item["specifiers"] as SyntaxNode[]) {
    const exported = nameOf(specifier["exported"]);
    const local = nameOf(specifier["local"]);
    const binding = request === undefined ? found.bindings.get(local) : { request, imported: local };
    if (binding) found.indirect.push({ exported, ...binding });
    else found.locals.set(exported, local);
  }
}

function declaredNames(declaration: SyntaxNode): string[] {
  if (declaration.type !== "VariableDeclaration") return [declaration["id"].name];
  return (declaration["declarations"] as SyntaxNode[]).flatMap((each) => patternNames(each["id"]));
}

function patternNames(pattern: SyntaxNode | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern["name"]];
    case "ObjectPattern":
      return (pattern["properties"] as SyntaxNode[]).flatMap((each) => patternNames(each["value"] ?? each["argument"]));
    case "ArrayPattern":
      return (pattern["elements"] as SyntaxNode[]).flatMap((each) => patternNames(each));
    case "AssignmentPattern":
      return patternNames(pattern["left"]);
    case "RestElement":
      return patternNames(pattern["argument"]);
    default:
      return [];
  }
}

/** Registers a getter for each export that the module defines itself. */
function registration(found: Collected): string {
  const getters = [...found.locals].map(([exported, local]) => `[${JSON.stringify(exported)}]:()=>${local}`);
  const named = found.anonymousDefault ? `,${RESERVED.default}` : "";
  return `${RESERVED.exports}({__proto__:null,${getters.join(",")}}${named});`;
}

/** Takes import and export syntax out of the text, keeping the lines where they are. */
function rewriteItem(item: SyntaxNode, source: string, { edits }: Rewriting): void {
  const erase = (start: number, end: number, text = ""): void => {
    edits.push({ start, end, text: lineBreaksOf(source.slice(start, end)) + text });
  };
  const declaration: SyntaxNode | null | undefined = item["declaration"];
  const from = endOfTakenOut(item, source);
  if (!declaration) {
    erase(item.start, from, ";");
    return;
  }
  if (item.type === "ExportNamedDeclaration") {
    erase(item.start, from);
    return;
  }
  const isDeclaration = declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration";
  if (isDeclaration && declaration["id"]) {
    erase(item.start, from);
  } else if (declaration.type === "FunctionDeclaration") {
    erase(item.start, from);
    const keyword = source.slice(declaration.start).match(/^(?:async\s+)?function\s*\*?/)![0].length;
    const at = declaration.start + keyword;
    edits.push({ start: at, end: at, text: ` ${RESERVED.default}` });
  } else {
    // An anonymous function or class gets the name "default" from the property.
    const to = source[item.end - 1] === ";" && item.end > declaration.end ? item.end - 1 : item.end;
    erase(item.start, from, `const ${RESERVED.default}={default:`);
    edits.push({ start: to, end: to, text: "}.default;" });
  }
}
