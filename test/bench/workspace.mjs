/** The folder that the benchmark runs in: outside of the repository, kept between runs. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Installs what package-lock.json names, once, and gives the folder. */
export function makeWorkspace() {
  const lock = readFileSync(path.join(HERE, "package-lock.json"));
  const key = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const work = path.join(realpathSync(tmpdir()), `moat-bench-${key}`);
  install(work);
  const packages = path.join(HERE, "packages");
  for (const name of readdirSync(packages))
    cpSync(path.join(packages, name), path.join(work, "node_modules", name), { recursive: true });
  cpSync(path.join(HERE, "run-in-compartments.mjs"), path.join(work, "run-in-compartments.mjs"));
  rmSync(path.join(work, "lavamoat-policies"), { recursive: true, force: true });
  return work;
}

function install(work) {
  const done = path.join(work, "node_modules", ".moat-bench-installed");
  if (existsSync(done)) return;
  mkdirSync(work, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) cpSync(path.join(HERE, name), path.join(work, name));
  process.stderr.write(`installing what is measured and compared with, half a gigabyte, once, into ${work} …\n`);
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  execFileSync("npm", ["ci", ...options], { cwd: work, stdio: ["ignore", "ignore", "inherit"], shell: false });
  writeFileSync(done, "");
}

/**
 * Makes a program's project, or copies it where it is one already.
 *
 * @param {string} name
 * @param {import("./programs.mjs").Program} program
 * @returns {{ folder: string, file: string }} `file` is the entry
 */
export function layOut(work, name, { file, text, source, packages, copies = [] }) {
  const folder = path.join(work, source === undefined ? "programs" : "projects", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (source !== undefined) {
    cpSync(source, folder, { recursive: true });
    return { folder, file };
  }
  const versionOf = (dependency) =>
    JSON.parse(readFileSync(path.join(work, "node_modules", dependency, "package.json"), "utf8")).version;
  const dependencies = Object.fromEntries(packages.map((dependency) => [dependency, versionOf(dependency)]));
  const manifest = { name: `program-${path.basename(name)}`, version: "1.0.0", private: true, dependencies };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  const entry = file === undefined ? "index.cjs" : path.basename(file);
  if (text !== undefined) writeFileSync(path.join(folder, entry), text);
  else cpSync(path.join(HERE, "programs", file), path.join(folder, entry));
  for (const copied of copies) cpSync(path.join(HERE, "programs", copied), path.join(folder, copied));
  return { folder, file: entry };
}
