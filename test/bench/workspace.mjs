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
 * Where a program's project lies, and which file of it is the entry.
 *
 * @param {string} name
 * @param {import("./programs.mjs").Program} program
 */
export function locationOf(work, name, { file, source }) {
  if (source !== undefined) return { folder: path.join(work, "projects", name), file };
  return { folder: path.join(work, "programs", name), file: file === undefined ? "index.cjs" : path.basename(file) };
}

/** Makes a program's project, or copies it where it is one already. */
export function layOut(work, name, program) {
  const { text, source, packages, copies = [] } = program;
  const { folder, file } = locationOf(work, name, program);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (source !== undefined) return cpSync(source, folder, { recursive: true });
  const versionOf = (dependency) =>
    JSON.parse(readFileSync(path.join(work, "node_modules", dependency, "package.json"), "utf8")).version;
  const dependencies = Object.fromEntries(packages.map((dependency) => [dependency, versionOf(dependency)]));
  const manifest = { name: `program-${path.basename(name)}`, version: "1.0.0", private: true, dependencies };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  if (text !== undefined) writeFileSync(path.join(folder, file), text);
  else cpSync(path.join(HERE, "programs", program.file), path.join(folder, file));
  for (const copied of copies) cpSync(path.join(HERE, "programs", copied), path.join(folder, copied));
}

const POLICY = "moat.policy.json";

/** Takes away what a run has written into a copied project, but for the policy. */
export function startAfresh(work, name, program) {
  if (program.source === undefined) return;
  const { folder } = locationOf(work, name, program);
  const policy = path.join(folder, POLICY);
  const text = existsSync(policy) ? readFileSync(policy) : undefined;
  layOut(work, name, program);
  if (text !== undefined) writeFileSync(policy, text);
}
