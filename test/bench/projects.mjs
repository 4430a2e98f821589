/** A folder of projects of somebody's own, as programs of one group. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";

const ENTRIES = ["index.js", "index.mjs", "index.cjs"];

/**
 * Each folder with a package.json is a project; its entry is `main`, or an
 * index file. They are copied, and find packages in the `node_modules` that is
 * nearest above the folder, or in their own.
 *
 * @param {string} work where `layOut` copies them
 * @param {string | undefined} folder
 * @returns {Record<string, import("./programs.mjs").Program>}
 * @throws {Error} where there is none
 */
export function projectsIn(work, folder) {
  if (folder === undefined) return {};
  const top = realpathSync(folder);
  const programs = readdirSync(top)
    .sort()
    .filter((name) => existsSync(path.join(top, name, "package.json")))
    .map((name) => [`projects/${name}`, programOf(path.join(top, name))])
    .filter(([, { file }]) => file !== undefined);
  if (programs.length === 0) throw new Error(`there are no projects in ${folder}`);
  linkModules(path.join(work, "projects"), top);
  return Object.fromEntries(programs);
}

function programOf(source) {
  const { main } = JSON.parse(readFileSync(path.join(source, "package.json"), "utf8"));
  const file = [main, ...ENTRIES].find((name) => name !== undefined && existsSync(path.join(source, name)));
  return { file, source, packages: [], group: "projects", peerRounds: 1 };
}

function linkModules(projects, top) {
  mkdirSync(path.join(projects, "projects"), { recursive: true });
  const link = path.join(projects, "node_modules");
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link);
  for (let above = top; ; above = path.dirname(above)) {
    const modules = path.join(above, "node_modules");
    if (existsSync(modules)) return symlinkSync(realpathSync(modules), link);
    if (above === path.dirname(above)) return undefined;
  }
}
