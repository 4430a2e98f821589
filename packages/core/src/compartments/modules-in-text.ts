/**
 * Which modules and scripts a text may name, told without parsing it, also where they are
 * only text: too many do no harm, since who asks looks whether they are there.
 */

import { computedSpecifiersIn, joinsOf, MOST_JOINED, textsIn } from "../packages/texts-as-paths.ts";

/** Specifiers of `require`, `import` and `export … from`, also where it is another `require` (`nodeRequire("./a")`). */
const SPECIFIERS =
  /(?:(?:[rR]equire_?|\b(?:import|resolve))\s*(?:\?\.\s*)?\(\s*|\bfrom\s*|\bimport\s*)(["'`])([^"'`\n]+)\1/g;

/** What `require`, `import` and `export … from` name as they stand. */
export function specifiersIn(text: string): string[] {
  return [...text.matchAll(SPECIFIERS)].map(([, , specifier]) => specifier!);
}

/** The texts of each computed specifier (`require(path.join(__dirname, "lib", "a"))`), each and with its neighbours, from the module's own folder. */
export function* computedNamesIn(text: string): Generator<string> {
  for (const expression of computedSpecifiersIn(text))
    for (const name of joinsOf(textsIn(expression))) yield `./${name}`;
}

/** `createRequire(file)`, `const load = require`, `lazy(require)`, `require?.(name)`, `eval("require")`, and texts that are evaluated. */
const LOADS_OTHERWISE =
  /\bcreateRequire\b|\brequire\s*(?:\?\.|[,;)\]}"'`]|\|\||&&|$)|\beval\s*\(|\bnew\s+Function\b|\b(?:runIn(?:This|New)?Context|compileFunction|SourceTextModule|_compile|_load)\b/m;

/** Whether a text may load by other ways than `require` and `import`, in which any of its texts may be a module's name. */
export function loadsOtherwise(text: string): boolean {
  return LOADS_OTHERWISE.test(text);
}

/** In quotes, behind a folder or not: what may be a path, or a part of one. */
const QUOTED_PATH = /(["'`])(?:\$\{[^}"'`\n]{1,60}\})?([\w@./-]{1,200})\1/g;
const BETWEEN_PARTS = /^[\s,+]{0,40}$/;
const LEADS_NOWHERE = /^[./]*$/;

/**
 * What a text has in quotes that may be a module's name, without its ending or with it, each also with those before it as one
 * path (`["lib", "a"]`): whoever loads by names keeps them in variables, lists and tables.
 */
export function* quotedNamesIn(text: string): Generator<string> {
  let beside: string[] = [];
  let end = 0;
  for (const { 0: found, 2: name, index } of text.matchAll(QUOTED_PATH)) {
    if (!BETWEEN_PARTS.test(text.slice(end, Math.min(index, end + 41)))) beside = [];
    end = index + found.length;
    if (LEADS_NOWHERE.test(name!)) continue;
    yield name!;
    beside.push(name!);
    // More than a path has are a list of names.
    if (beside.length > 2 * MOST_JOINED) continue;
    for (let start = Math.max(0, beside.length - MOST_JOINED); start < beside.length - 1; start++)
      yield beside.slice(start).join("/");
  }
}

const STARTS_SCRIPTS = /\b(?:child_process|cluster|worker_threads|workerpool|[Pp]iscina|[Tt]inypool|new\s+Worker)\b/;
const END_OF_NAME = /\.[cm]?[jt]sx?(?![\w.])/g;
const IS_SCRIPT = /\.[cm]?[jt]sx?$/;
const NAME = /[\w@./-]+$/;
const IS_NAME = /^[\w@./-]+$/;
const LONGEST_NAME = 200;
/** `fork(path.join(__dirname, "jobs", "worker"))`, `const file = resolve("jobs", "worker.js")`, `exec("node jobs/worker")`; each may stand in another. */
const MAKES_PATH = /\b(?:fork|join|resolve|Worker|(?:spawn|exec)\w*)\s*[(:](?=([^;]{1,200}))/g;

/**
 * Names of scripts in a text that starts threads or processes, which names them in ways of its own:
 * `join(__dirname, "worker.js")`, `"node jobs/a.js"`.
 */
export function* scriptNamesIn(text: string): Generator<string> {
  if (!STARTS_SCRIPTS.test(text)) return;
  // Found from their ends: a text may hold a megabyte of letters.
  for (const { 0: found, index } of text.matchAll(END_OF_NAME)) {
    const end = index + found.length;
    const name = NAME.exec(text.slice(Math.max(0, end - LONGEST_NAME), end))?.[0];
    if (name !== undefined) yield name;
  }
  for (const [, expression] of text.matchAll(MAKES_PATH)) {
    const words = textsIn(expression!).flatMap((part) => part.split(/\s+/).filter((word) => IS_NAME.test(word)));
    // Node looks for a process's script as `require` does. What else is joined may be data, which packages write.
    for (const name of joinsOf(words)) yield* IS_SCRIPT.test(name) ? [name] : [`${name}.js`, `${name}/index.js`];
  }
}
