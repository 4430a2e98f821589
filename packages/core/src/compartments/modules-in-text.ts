/**
 * Which modules and scripts a text may name, told without parsing it, also where they are
 * only text: too many do no harm, since who asks looks whether they are there.
 */

/** Specifiers of `require`, `import` and `export … from`. */
const SPECIFIERS = /(?:\b(?:require|import|resolve)\s*\(\s*|\bfrom\s*|\bimport\s*)(["'`])([^"'`\n]+)\1/g;

/** What `require`, `import` and `export … from` name as they stand. */
export function specifiersIn(text: string): string[] {
  return [...text.matchAll(SPECIFIERS)].map(([, , specifier]) => specifier!);
}

/** `require(path.join(__dirname, "lib", "a"))`, as far as it goes on one line. */
const COMPUTED = /\b(?:require|import)\s*\(\s*(?!["'][^"'\n]*["']\s*[),])([^\n;]{1,200})/g;
const TEXT = /(["'`])([^"'`\n]+)\1/g;

/** The texts of each computed specifier, each and with those before it, from the module's own folder. */
export function* computedSpecifiersIn(text: string): Generator<string> {
  for (const [, expression] of text.matchAll(COMPUTED)) yield* joinedTextsIn(expression!);
}

function* joinedTextsIn(expression: string): Generator<string> {
  let before = ".";
  for (const [, , part] of expression.matchAll(TEXT)) {
    const name = part!.replace(/^(?:\$\{[^}]*\})?\/*/, "");
    if (name === "") continue;
    before += `/${name}`;
    yield `./${name}`;
    if (before !== `./${name}`) yield before;
  }
}

const STARTS_SCRIPTS = /\b(?:child_process|cluster|worker_threads|workerpool|[Pp]iscina|[Tt]inypool|new\s+Worker)\b/;
const END_OF_NAME = /\.[cm]?[jt]sx?(?![\w.])/g;
const IS_SCRIPT = /\.[cm]?[jt]sx?$/;
const NAME = /[\w@./-]+$/;
const LONGEST_NAME = 200;
/** `fork(path.join(__dirname, "jobs", "worker"))`, `const file = resolve("jobs", "worker.js")`. */
const JOINED = /\b(?:fork|join|resolve|Worker)\s*\(([^\n;]{1,200})/g;

/**
 * Names of scripts in a text that starts threads or processes, which names them in ways of its own:
 * `join(__dirname, "worker.js")`, `"node jobs/a.js"`. Found from their ends: a text may hold a megabyte of letters.
 */
export function scriptNamesIn(text: string): string[] {
  if (!STARTS_SCRIPTS.test(text)) return [];
  const names = [...text.matchAll(END_OF_NAME)].flatMap(({ 0: { length }, index }) => {
    const end = index + length;
    return NAME.exec(text.slice(Math.max(0, end - LONGEST_NAME), end))?.[0] ?? [];
  });
  for (const [, expression] of text.matchAll(JOINED))
    // `fork` looks for the script as `require` does. What else is joined may be data, which packages write.
    for (const name of joinedTextsIn(expression!)) names.push(IS_SCRIPT.test(name) ? name : `${name}.js`);
  return names;
}
