/**
 * Has packages crawl that may ask for a single builtin, or a single global: what is only hardened
 * when somebody asks for another is found so, and in no run that asks for all.
 *
 * As a program: `node test/crawler/alone.mjs [NODE] [NAMES] [WANT]`, the names as a regular expression.
 */
import { argv, execPath } from "node:process";
import { pathToFileURL } from "node:url";
import { crawl } from "./crawl.mjs";
import { crawledTable } from "./crawled-table.mjs";

/** Without these a package can wait for nothing. */
const ALWAYS = ["setTimeout", "setImmediate"];

/** Most of a run is waiting. */
const AT_ONCE = 4;

/** @returns what each one alone found, by its name: lines of text */
export async function crawlAlone({ node = execPath, only = /(?:)/, want } = {}) {
  const table = await crawledTable();
  // To open all files takes a builtin.
  const besides = want === "no files" ? ["fs"] : [];
  const builtins = Object.keys(table.members).map((name) => [
    name,
    { builtins: [name, ...besides], globals: ["Buffer", ...ALWAYS] },
  ]);
  const globals = table.globals.map((name) => [`global ${name}`, { builtins: besides, globals: [name, ...ALWAYS] }]);
  const tapped = want === undefined ? builtins.map(([name, asking]) => [`${name} with taps`, asking]) : [];
  const queue = [...builtins, ...tapped, ...globals].filter(([name]) => only.test(name));
  const found = {};
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [name, asking] = next;
      const { findings } = await crawl({
        node,
        table,
        asking,
        want,
        taps: name.endsWith(" with taps"),
        budget: 20_000,
      });
      found[name] = findings.map((finding) => `${finding.package}: ${finding.what}, by ${finding.path}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  const found = await crawlAlone({ node: argv[2], only: new RegExp(argv[3] ?? ""), want: argv[4] });
  for (const [name, lines] of Object.entries(found)) console.log([name, ...lines].join("\n    "));
}
