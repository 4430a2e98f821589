/**
 * Prints the table of all of Node as docs/node-members.md.
 *
 *   node scripts/print-node-members.mjs --write
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const HEAD = `# What packages get of Node

Made from the tables in \`packages/core/src/endowments\` by \`node scripts/print-node-members.mjs --write\`; covers Node 20, 22, 24 and 26.
A member that is not here is absent for packages, whatever the policy grants.

- **handed over**: Node's own, hardened; it reaches nothing by itself.
- **attenuated**: moat's own, within the package's grants or private to it.
- **refused**: reports and throws; only the trusted application may use it.
- **absent**: not there.
`;

const OUTCOMES = { handed: "handed over", attenuated: "attenuated", refused: "refused", absent: "absent" };
const escaped = (text) => text.replaceAll("|", "\\|");

/** Members with the same outcome and effect share a line. */
function rowsOf(table) {
  const lines = new Map();
  for (const name of Object.keys(table).sort()) {
    const { outcome, effect } = table[name];
    const key = `| ${OUTCOMES[outcome]} | ${escaped(effect)} |`;
    lines.set(key, [...(lines.get(key) ?? []), name === "*" ? "all members" : `\`${name}\``]);
  }
  return [...lines].map(([key, names]) => `| ${names.join(" ")} ${key}`).join("\n");
}

const section = (title, table) =>
  `\n## ${title}\n\n| members | outcome | what it does, by which argument |\n| --- | --- | --- |\n${rowsOf(table)}\n`;

export function printNodeMembers({ modules, globals, otherNames, withheld }) {
  const sections = Object.keys(modules)
    .sort()
    .map((name) => section(`\`${name}\``, modules[name]));
  const others = Object.keys(otherNames)
    .sort()
    .map((name) => `| \`${name}\` | \`${otherNames[name]}\` |`);
  const refused = Object.keys(withheld)
    .sort()
    .map((name) => `| \`${name}\` | ${escaped(withheld[name])} |`);
  return [
    HEAD,
    section("Globals", globals),
    ...sections,
    `\n## Other names\n\n| module | is |\n| --- | --- |\n${others.join("\n")}\n`,
    `\n## Modules that nobody gets\n\n| module | why |\n| --- | --- |\n${refused.join("\n")}\n`,
  ].join("");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { loadSource } = await import("./load-source.mjs");
  const table = await loadSource(
    fileURLToPath(new URL("../packages/core/src/endowments/node-table.ts", import.meta.url)),
  );
  const text = printNodeMembers({
    modules: table.nodeModules(),
    globals: table.nodeGlobals(),
    otherNames: table.OTHER_NAMES,
    withheld: table.WITHHELD,
  });
  if (process.argv.includes("--write")) writeFileSync(new URL("../docs/node-members.md", import.meta.url), text);
  else process.stdout.write(text);
}
