import { STACK_SHARE } from "@moat/core/model";
import { readsUnknownVariables } from "./facts.ts";
import type { Capability, FileFacts, SourceInfo, Use } from "./facts.ts";
import { parseSource } from "./parse-source.ts";
import type { Scope, SyntaxNode } from "./scope.ts";
import { emptyWalk, walkProgram } from "./scope-walk.ts";
import { makePlaces } from "./source-lines.ts";
import { FREE_OF_CHARGE, NODE_GLOBALS } from "./tables/node-globals.ts";
import { PROXY_VARIABLES } from "./tables/proxy-variables.ts";
import { searchAdditions } from "./language-additions.ts";
import { lastingStackHooks } from "./stack-hooks.ts";
import { tracePowers } from "./trace-powers.ts";

/** Raise it whenever the same text may give other facts: cached facts of other versions are not used. */
export const ANALYSER_VERSION = 94;

/** Names that are followed although they cost nothing by themselves. */
const FOLLOWED_FREE: ReadonlySet<string> = new Set([
  "require",
  "module",
  "globalThis",
  "global",
  "Function",
  "eval",
  "Reflect",
]);

/**
 * What one file does with authority. Never throws: what can't be parsed or
 * followed is a use of `unanalyzed`. The same text gives the same facts, but where the
 * stack runs out, of which `onDeep` is told: that depends on how much there is of it.
 */
export function analyzeFile(source: string, info: SourceInfo, onDeep: () => void = () => {}): FileFacts {
  let { format } = info;
  if (format !== "commonjs" && format !== "module") return { format, uses: [] };
  const uses = new Map<string, Use>();
  const place = makePlaces(source);
  const record = (capability: Capability, target: string, offset: number): void => {
    const key = `${capability} ${target}`;
    if (!uses.has(key)) uses.set(key, { capability, target, ...place(offset) });
  };
  try {
    let parsed = parseSource(source, format, onDeep);
    if (!parsed.ok && info.ambiguous) {
      const asModule = parseSource(source, "module", onDeep);
      if (asModule.ok) {
        parsed = asModule;
        format = "module";
      }
    }
    if (parsed.ok)
      analyzeProgram(parsed.program, { source, format, builtinImports: info.builtinImports, record, onDeep });
    else record("unanalyzed", `syntax: ${parsed.message}`, parsed.offset);
  } catch (error) {
    // Nesting so deep that the stack runs out, mostly.
    onDeep();
    record("unanalyzed", `analysis failed: ${error instanceof Error ? error.message : "unknown"}`, 0);
  }
  return { format, uses: [...uses.values()].sort(byPlace) };
}

function byPlace(a: Use, b: Use): number {
  return a.line - b.line || a.column - b.column || compare(a.capability, b.capability) || compare(a.target, b.target);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `new Worker(text, { eval: true })`. */
const STARTS_TEXTS = /\beval\s*:\s*(?:true\b|!0)/;

interface Analysis {
  readonly source: string;
  readonly format: "commonjs" | "module";
  readonly builtinImports: SourceInfo["builtinImports"];
  record(capability: Capability, target: string, offset: number): void;
  onDeep(): void;
}

function analyzeProgram(program: SyntaxNode, analysis: Analysis): void {
  const { source, format, builtinImports, record, onDeep } = analysis;
  const walked = emptyWalk();
  const scope = walkProgram(program, undefined, format === "module", walked, format === "commonjs");
  let origin: SyntaxNode | undefined;
  let readsUnknown = false;
  const emit = (capability: Capability, target: string, node: SyntaxNode): void => {
    readsUnknown ||= readsUnknownVariables(capability, target);
    record(capability, target, (origin ?? node).start);
  };
  const evaluations: { text: string; at: SyntaxNode; scope: Scope | undefined }[] = [];
  const run = (nodes: typeof walked, writtenAs = format): void => {
    // A name that the file declares anywhere is looked at only where it may be one of Node's.
    const isFollowed = (name: string): boolean =>
      FOLLOWED_FREE.has(name) || NODE_GLOBALS.has(name) || (!FREE_OF_CHARGE.has(name) && !nodes.declared.has(name));
    const additions = searchAdditions(nodes);
    const powers = tracePowers({
      walked: nodes,
      format: writtenAs,
      builtinImports,
      emit,
      onClass: additions.follow,
      evaluated: (text, at, inner) => {
        if (evaluations.length < 100) evaluations.push({ text, at: origin ?? at, scope: inner });
      },
    });
    powers.importNodes(nodes.moduleNodes);
    powers.follow([...nodes.references.keys()].filter(isFollowed));
    powers.thisNodes(nodes.thisExpressions);
    for (const { called, key, node } of nodes.keyCalls) emit("key-call", `${called} ${key}`, node);
    for (const { called, name, node } of nodes.globalCalls) emit("global-call", `${called} ${name}`, node);
    for (const { key, node } of nodes.keysDescribed) emit("key-name", key, node);
    for (const node of nodes.dispatcherSymbols) emit("dispatcher", "", node);
    for (const { end, node } of nodes.joinedScripts) emit("script", `*/${end.replace(/^\.\//, "")}`, node);
    for (const node of nodes.namedLikeGlobals) emit("handed", (node["property"] ?? node["key"]).name, node);
    const [proxyName] = nodes.proxyNames;
    if (readsUnknown && proxyName !== undefined) for (const name of PROXY_VARIABLES) emit("env", name, proxyName);
    for (const node of lastingStackHooks(nodes)) emit("defines", STACK_SHARE, node);
    for (const { share, node } of additions.found) emit("adds", share, node);
    for (const node of nodes.strings) emit("fs", `./${String(node["value"]).replace(/^\.\//, "")}`, node);
  };
  run(walked);
  /** @param outer what the text sees; undefined for a program of its own */
  const runText = (text: string, at: SyntaxNode, outer: Scope | undefined): boolean => {
    const parsed = parseSource(text, "commonjs", onDeep);
    if (!parsed.ok) return false;
    origin = at;
    const nested = emptyWalk();
    walkProgram(parsed.program, outer, false, nested, outer === undefined);
    if (outer !== undefined) for (const name of walked.declared) nested.declared.add(name);
    // A program of its own has a `require`, whatever module its text stands in.
    run(nested, outer === undefined ? "commonjs" : format);
    origin = undefined;
    return true;
  };
  // Pieces of programs, too (fflate: what a worker needs around the functions that it is given): those that parse.
  if (walked.workerTexts.length > 0 && STARTS_TEXTS.test(source))
    for (const { text, node } of walked.workerTexts) runText(text, node, undefined);
  for (const { text, at, scope: inner } of evaluations) {
    if (!runText(text, at, inner ?? scope)) record("unanalyzed", "evaluated text does not parse", at.start);
  }
}
