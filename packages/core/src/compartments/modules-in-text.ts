/**
 * Which modules and scripts a text may name, told without parsing it, also where they are
 * only text: too many do no harm, since who asks looks whether they are there.
 */

import { computedSpecifiersIn, joinsOf, textsIn } from "../packages/texts-as-paths.ts";

/** Specifiers of `require`, `import` and `export … from`. */
const SPECIFIERS = /(?:\b(?:require|import|resolve)\s*\(\s*|\bfrom\s*|\bimport\s*)(["'`])([^"'`\n]+)\1/g;

/** What `require`, `import` and `export … from` name as they stand. */
export function specifiersIn(text: string): string[] {
  return [...text.matchAll(SPECIFIERS)].map(([, , specifier]) => specifier!);
}

/** The texts of each computed specifier (`require(path.join(__dirname, "lib", "a"))`), each and with its neighbours, from the module's own folder. */
export function* computedNamesIn(text: string): Generator<string> {
  for (const expression of computedSpecifiersIn(text))
    for (const name of joinsOf(textsIn(expression))) yield `./${name}`;
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
