import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * Writes the tables of one Node into a document, between its marks for that
 * major version (`<!-- bench: Node 20 -->` and `<!-- bench: end -->`); a file
 * without such marks becomes the tables.
 *
 * @param {string} file
 * @param {string} version of Node, `v20.1.2`
 * @param {string} text
 */
export function insertTables(file, version, text) {
  const begin = `<!-- bench: Node ${/\d+/u.exec(version)[0]} -->\n`;
  const end = "<!-- bench: end -->";
  const document = existsSync(file) ? readFileSync(file, "utf8") : "";
  const from = document.indexOf(begin);
  if (from === -1) return writeFileSync(file, `${text}\n`);
  const to = document.indexOf(end, from);
  if (to === -1) throw new Error(`${file} has no ${end} after ${begin}`);
  return writeFileSync(file, `${document.slice(0, from)}${begin}${text}\n${document.slice(to)}`);
}
